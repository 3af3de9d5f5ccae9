/** What is due, in which order, and when the next thing is. */

import { expect, it } from 'vitest'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import type { DueQuery } from '../../../src/stores/record-store.ts'
import {
  ALL,
  changeRun,
  finishedRun,
  idsOf,
  insert,
  jobRecord,
  MINUTE,
  NOW,
  runRecord,
  type Suite,
} from '../fixtures.ts'

async function due(store: RecordJobStore, query: Partial<DueQuery> & Pick<DueQuery, 'lane'>): Promise<string[]> {
  return idsOf(await store.due({ before: NOW, limit: ALL, ...query }))
}

export function describeDue(suite: Suite): void {
  it('gives what is due up to the given instant and not a millisecond later', async () => {
    const store = await suite.open()
    await insert(store, jobRecord('past', { due: 0 }), jobRecord('now'), jobRecord('later', { due: NOW + 1 }))
    expect(await due(store, { lane: 'job' })).toEqual(['past', 'now'])
    expect(await due(store, { lane: 'job', before: NOW - 1 })).toEqual(['past'])
  })

  it('gives whole records', async () => {
    const store = await suite.open()
    const run = runRecord('a', { status: { attempt: 2, worker: 'w' }, spec: { input: [1] } })
    await insert(store, run)
    expect(await store.due({ lane: 'run', before: NOW, limit: 1, queues: ['default'] })).toEqual([run])
  })

  it('never gives what has no due time', async () => {
    const store = await suite.open()
    await insert(store, jobRecord('paused', { due: null }), runRecord('dead', { due: null, state: 'dead' }))
    expect(await due(store, { lane: 'job', before: ALL })).toEqual([])
    expect(await due(store, { lane: 'run', before: ALL })).toEqual([])
    expect(await due(store, { lane: 'run', before: ALL, queues: ['default'] })).toEqual([])
  })

  it('keeps the lanes apart', async () => {
    const store = await suite.open()
    await insert(store, jobRecord('job'), runRecord('run'), finishedRun('history', { due: NOW }))
    expect(await due(store, { lane: 'job' })).toEqual(['job'])
    expect(await due(store, { lane: 'run' })).toEqual(['run'])
    expect(await due(store, { lane: 'history' })).toEqual(['history'])
  })

  it('gives the earliest first', async () => {
    const store = await suite.open()
    await insert(store, runRecord('a'), runRecord('b', { due: NOW - 2 }), runRecord('c', { due: NOW - 1 }))
    expect(await due(store, { lane: 'run' })).toEqual(['b', 'c', 'a'])
    expect(await due(store, { lane: 'run', queues: ['default'] })).toEqual(['b', 'c', 'a'])
  })

  it('gives no more than the limit, the first of all', async () => {
    const store = await suite.open()
    await insert(store, ...[3, 1, 2].map((age) => jobRecord(`job-${age}`, { due: NOW - age })))
    await insert(store, ...['low', 'high'].map((queue) => runRecord(queue, { queue })))
    expect(await due(store, { lane: 'job', limit: 2 })).toEqual(['job-3', 'job-2'])
    expect(await due(store, { lane: 'run', limit: 1, queues: ['high', 'low'] })).toEqual(['high'])
    expect(await due(store, { lane: 'run', limit: 1 })).toHaveLength(1)
    expect(await due(store, { lane: 'job', limit: 0 })).toEqual([])
  })

  it('ZJ-18 serves queues in their order, then by priority, then by due time', async () => {
    const store = await suite.open()
    await insert(
      store,
      runRecord('low-urgent', { queue: 'low', priority: 100, due: NOW - MINUTE }),
      runRecord('default-late', { due: NOW }),
      runRecord('default-early', { due: NOW - 5 }),
      runRecord('default-high', { priority: 10, due: NOW }),
      runRecord('default-below', { priority: -10, due: NOW - MINUTE }),
      runRecord('critical', { queue: 'critical', priority: -100, due: NOW }),
    )
    expect(await due(store, { lane: 'run', queues: ['critical', 'default', 'low'] })).toEqual([
      'critical',
      'default-high',
      'default-early',
      'default-late',
      'default-below',
      'low-urgent',
    ])
    expect(await due(store, { lane: 'run', queues: ['low', 'critical'], limit: 2 })).toEqual(['low-urgent', 'critical'])
  })

  it('serves only the queues that were asked for', async () => {
    const store = await suite.open()
    await insert(store, runRecord('a', { queue: 'a' }), runRecord('b', { queue: 'b' }))
    expect(await due(store, { lane: 'run', queues: ['b'] })).toEqual(['b'])
    expect(await due(store, { lane: 'run', queues: ['unknown'] })).toEqual([])
    expect(await due(store, { lane: 'run', queues: [] })).toEqual([])
  })

  it('orders runs of all queues by due time when no queues are given', async () => {
    const store = await suite.open()
    await insert(
      store,
      runRecord('third', { queue: 'a', priority: 9, due: NOW }),
      runRecord('second', { queue: 'b', priority: -9, due: NOW - 1 }),
      runRecord('first', { queue: 'a', priority: 0, due: NOW - 2 }),
    )
    expect(await due(store, { lane: 'run' })).toEqual(['first', 'second', 'third'])
    expect(await due(store, { lane: 'run', limit: 2 })).toEqual(['first', 'second'])
  })

  it('does not let a high priority that is due later hide what is due now', async () => {
    const store = await suite.open()
    await insert(store, runRecord('later', { priority: 9, due: NOW + 1 }), runRecord('now', { priority: 1 }))
    expect(await due(store, { lane: 'run', queues: ['default'] })).toEqual(['now'])
    expect(await due(store, { lane: 'run', queues: ['default'], before: NOW + 1 })).toEqual(['later', 'now'])
  })

  it('leaves out functions that the caller does not know', async () => {
    const store = await suite.open()
    await insert(
      store,
      jobRecord('unknown', { functionRef: 'other' }),
      jobRecord('known'),
      runRecord('unknown-run', { functionRef: 'other', priority: 9 }),
      runRecord('known-run'),
    )
    const withoutFunctions = ['other', 'another']
    expect(await due(store, { lane: 'job', withoutFunctions })).toEqual(['known'])
    expect(await due(store, { lane: 'run', withoutFunctions, queues: ['default'], limit: 1 })).toEqual(['known-run'])
    expect(await due(store, { lane: 'run', withoutFunctions: [] })).toHaveLength(2)
  })

  it('leaves out jobs that are at their limit, and their runs, but no enqueued run', async () => {
    const store = await suite.open()
    await insert(
      store,
      jobRecord('full'),
      jobRecord('free'),
      runRecord('full@1', { jobId: 'full' }),
      runRecord('free@1', { jobId: 'free' }),
      runRecord('full', { jobId: null }),
    )
    expect(await due(store, { lane: 'job', withoutJobs: ['full'] })).toEqual(['free'])
    expect(await due(store, { lane: 'run', withoutJobs: ['full'], queues: ['default'] })).toEqual(['free@1', 'full'])
    expect(await due(store, { lane: 'run', withoutJobs: ['full'], withoutFunctions: ['work'] })).toEqual([])
  })

  it('gives a record again only when its new due time has come', async () => {
    const store = await suite.open()
    await insert(store, runRecord('a'))
    await store.commit([changeRun('a', 1, { state: 'running', due: NOW + MINUTE })])
    expect(await due(store, { lane: 'run' })).toEqual([])
    expect(await due(store, { lane: 'run', before: NOW + MINUTE })).toEqual(['a'])
    await store.commit([changeRun('a', 2, { lane: 'history', due: NOW + 5 * MINUTE })])
    expect(await due(store, { lane: 'run', before: ALL })).toEqual([])
    expect(await due(store, { lane: 'history', before: NOW + 5 * MINUTE })).toEqual(['a'])
    await store.commit([changeRun('a', 3, null)])
    expect(await due(store, { lane: 'history', before: ALL })).toEqual([])
  })

  it('follows a run to another queue and priority', async () => {
    const store = await suite.open()
    await insert(store, runRecord('a', { queue: 'a' }), runRecord('b', { queue: 'b', priority: 1 }))
    await store.commit([changeRun('a', 1, { queue: 'b', priority: 2 })])
    expect(await due(store, { lane: 'run', queues: ['a'] })).toEqual([])
    expect(await due(store, { lane: 'run', queues: ['b'] })).toEqual(['a', 'b'])
  })

  it('knows when the next record of a lane is due', async () => {
    const store = await suite.open()
    expect(await store.nextDue({ lane: 'job' })).toBeNull()
    expect(await store.nextDue({ lane: 'run' })).toBeNull()
    await insert(
      store,
      jobRecord('paused', { due: null }),
      jobRecord('a', { due: NOW + 3 }),
      jobRecord('b', { due: NOW + 2, functionRef: 'other' }),
      runRecord('later', { due: NOW + 9, priority: 9 }),
      runRecord('sooner', { due: NOW + 5, jobId: 'full' }),
      runRecord('elsewhere', { due: NOW + 1, queue: 'low' }),
      finishedRun('old', { due: NOW + 7 }),
    )
    expect(await store.nextDue({ lane: 'job' })).toBe(NOW + 2)
    expect(await store.nextDue({ lane: 'job', withoutFunctions: ['other'] })).toBe(NOW + 3)
    expect(await store.nextDue({ lane: 'job', withoutJobs: ['a', 'b'] })).toBeNull()
    expect(await store.nextDue({ lane: 'run' })).toBe(NOW + 1)
    expect(await store.nextDue({ lane: 'run', queues: ['default', 'critical'] })).toBe(NOW + 5)
    expect(await store.nextDue({ lane: 'run', queues: ['default'], withoutJobs: ['full'] })).toBe(NOW + 9)
    expect(await store.nextDue({ lane: 'run', queues: ['unknown'] })).toBeNull()
    expect(await store.nextDue({ lane: 'history' })).toBe(NOW + 7)
  })
}
