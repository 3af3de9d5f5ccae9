/** Lists: newest first, in pages, by job, state and queue. */

import { expect, it } from 'vitest'
import { changeRun, finishedRun, idsOf, insert, jobRecord, NOW, runRecord, type Suite } from '../fixtures.ts'

export function describeListing(suite: Suite): void {
  it('lists the newest first, and in the same millisecond by id from the end', async () => {
    const store = await suite.open()
    await insert(
      store,
      runRecord('b', { at: NOW }),
      runRecord('old', { at: NOW - 1 }),
      runRecord('c', { at: NOW }),
      runRecord('new', { at: NOW + 1 }),
      runRecord('a', { at: NOW }),
    )
    expect(idsOf(await store.list({ kind: 'run', limit: 10 }))).toEqual(['new', 'c', 'b', 'a', 'old'])
    expect(idsOf(await store.list({ kind: 'run', limit: 2 }))).toEqual(['new', 'c'])
  })

  it('lists one kind', async () => {
    const store = await suite.open()
    await insert(store, jobRecord('job'), runRecord('run'))
    expect(await store.list({ kind: 'job', limit: 10 })).toMatchObject([{ kind: 'job', id: 'job' }])
    expect(await store.list({ kind: 'run', limit: 10 })).toEqual([runRecord('run')])
  })

  it('goes on after a position without repeating or missing a record', async () => {
    const store = await suite.open()
    const ids = Array.from({ length: 25 }, (_, index) => `run-${String(index).padStart(2, '0')}`)
    await insert(store, ...ids.map((id, index) => runRecord(id, { at: NOW + Math.floor(index / 10) })))

    const seen: string[] = []
    let before: { at: number; id: string } | undefined
    for (let page = 0; page < 4; page += 1) {
      const runs = await store.list({ kind: 'run', before, limit: 7 })
      seen.push(...idsOf(runs))
      const last = runs.at(-1)
      if (last !== undefined) before = { at: last.at, id: last.id }
    }
    expect(seen).toEqual(ids.reverse())
    expect(await store.list({ kind: 'run', before, limit: 7 })).toEqual([])
  })

  it('goes on before an instant', async () => {
    const store = await suite.open()
    await insert(store, ...[1, 2, 3].map((at) => runRecord(`run-${at}`, { at })))
    expect(idsOf(await store.list({ kind: 'run', before: { at: 3 }, limit: 10 }))).toEqual(['run-2', 'run-1'])
  })

  it('lists the runs of one job, at work and over, in one order', async () => {
    const store = await suite.open()
    await insert(
      store,
      finishedRun('job@1', { at: 1 }),
      runRecord('job@4', { at: 4 }),
      runRecord('job@2', { at: 2, state: 'dead', due: null }),
      finishedRun('job@3', { at: 3 }),
      finishedRun('other@3', { at: 3, jobId: 'other' }),
      runRecord('enqueued', { at: 5, jobId: null }),
    )
    expect(idsOf(await store.list({ kind: 'run', jobId: 'job', limit: 10 }))).toEqual([
      'job@4',
      'job@3',
      'job@2',
      'job@1',
    ])
    const before = { at: 4, id: 'job@4' }
    expect(idsOf(await store.list({ kind: 'run', jobId: 'job', before, limit: 2 }))).toEqual(['job@3', 'job@2'])
    expect(await store.list({ kind: 'run', jobId: 'nobody', limit: 10 })).toEqual([])
  })

  it('lists by state and by queue', async () => {
    const store = await suite.open()
    await insert(
      store,
      runRecord('pending', { queue: 'low' }),
      finishedRun('failed', { state: 'failed' }),
      finishedRun('completed'),
      finishedRun('low', { queue: 'low' }),
    )
    const list = async (query: object): Promise<string[]> =>
      idsOf(await store.list({ kind: 'run', limit: 10, ...query })).sort()
    expect(await list({ states: ['failed', 'completed'] })).toEqual(['completed', 'failed', 'low'])
    expect(await list({ queue: 'low' })).toEqual(['low', 'pending'])
    expect(await list({ queue: 'low', states: ['completed'] })).toEqual(['low'])
    expect(await list({ jobId: 'job', queue: 'default', states: ['failed'] })).toEqual(['failed'])
    expect(await list({ states: [] })).toEqual([])
  })

  it('follows a record through its states', async () => {
    const store = await suite.open()
    await insert(store, runRecord('job@1', { at: 1 }), runRecord('job@2', { at: 2 }))
    await store.commit([changeRun('job@1', 1, { state: 'running' })])
    await store.commit([changeRun('job@1', 2, { lane: 'history', state: 'completed' })])
    expect(idsOf(await store.list({ kind: 'run', states: ['completed'], limit: 9 }))).toEqual(['job@1'])
    expect(idsOf(await store.list({ kind: 'run', jobId: 'job', limit: 9 }))).toEqual(['job@2', 'job@1'])
  })

  it('counts what a list without limit would have', async () => {
    const store = await suite.open()
    await insert(
      store,
      jobRecord('job'),
      runRecord('a'),
      runRecord('b', { queue: 'low' }),
      finishedRun('c'),
      finishedRun('d', { jobId: 'other' }),
    )
    expect(await store.count({ kind: 'job' })).toBe(1)
    expect(await store.count({ kind: 'run' })).toBe(4)
    expect(await store.count({ kind: 'run', jobId: 'job' })).toBe(3)
    expect(await store.count({ kind: 'run', states: ['pending'], queue: 'low' })).toBe(1)
    expect(await store.count({ kind: 'run', jobId: 'nobody' })).toBe(0)
  })
}
