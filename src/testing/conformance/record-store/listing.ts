/** Lists: newest first, in pages, by job, state and queue. */

import assert from 'node:assert/strict'
import { idsOf } from '../assertions.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { changeRun, finishedRun, insert, jobRecord, NOW, runRecord } from '../records.ts'

export const LISTING: readonly RecordStoreCase[] = [
  {
    name: 'lists the newest first, and in the same millisecond by id from the end',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        runRecord('b', { at: NOW }),
        runRecord('old', { at: NOW - 1 }),
        runRecord('c', { at: NOW }),
        runRecord('new', { at: NOW + 1 }),
        runRecord('a', { at: NOW }),
      )
      assert.deepEqual(idsOf(await store.list({ kind: 'run', limit: 10 })), ['new', 'c', 'b', 'a', 'old'])
      assert.deepEqual(idsOf(await store.list({ kind: 'run', limit: 2 })), ['new', 'c'])
    },
  },
  {
    name: 'lists one kind',
    async run(bench) {
      const store = await bench.open()
      await insert(store, jobRecord('job'), runRecord('run'))
      assert.deepEqual(
        (await store.list({ kind: 'job', limit: 10 })).map(({ kind, id }) => [kind, id]),
        [['job', 'job']],
      )
      assert.deepEqual(await store.list({ kind: 'run', limit: 10 }), [runRecord('run')])
    },
  },
  {
    name: 'goes on after a position without repeating or missing a record',
    async run(bench) {
      const store = await bench.open()
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
      assert.deepEqual(seen, ids.reverse())
      assert.deepEqual(await store.list({ kind: 'run', before, limit: 7 }), [])
    },
  },
  {
    name: 'goes on before an instant',
    async run(bench) {
      const store = await bench.open()
      await insert(store, ...[1, 2, 3].map((at) => runRecord(`run-${at}`, { at })))
      assert.deepEqual(idsOf(await store.list({ kind: 'run', before: { at: 3 }, limit: 10 })), ['run-2', 'run-1'])
    },
  },
  {
    name: 'lists the runs of one job, at work and over, in one order',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        finishedRun('job@1', { at: 1 }),
        runRecord('job@4', { at: 4 }),
        runRecord('job@2', { at: 2, state: 'dead', due: null }),
        finishedRun('job@3', { at: 3 }),
        finishedRun('other@3', { at: 3, jobId: 'other' }),
        runRecord('enqueued', { at: 5, jobId: null }),
      )
      assert.deepEqual(idsOf(await store.list({ kind: 'run', jobId: 'job', limit: 10 })), [
        'job@4',
        'job@3',
        'job@2',
        'job@1',
      ])
      const before = { at: 4, id: 'job@4' }
      assert.deepEqual(idsOf(await store.list({ kind: 'run', jobId: 'job', before, limit: 2 })), ['job@3', 'job@2'])
      assert.deepEqual(await store.list({ kind: 'run', jobId: 'nobody', limit: 10 }), [])
    },
  },
  {
    name: 'lists by state and by queue',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        runRecord('pending', { queue: 'low' }),
        finishedRun('failed', { state: 'failed' }),
        finishedRun('completed'),
        finishedRun('low', { queue: 'low' }),
      )
      const list = async (query: object): Promise<string[]> =>
        idsOf(await store.list({ kind: 'run', limit: 10, ...query })).sort()
      assert.deepEqual(await list({ states: ['failed', 'completed'] }), ['completed', 'failed', 'low'])
      assert.deepEqual(await list({ queue: 'low' }), ['low', 'pending'])
      assert.deepEqual(await list({ queue: 'low', states: ['completed'] }), ['low'])
      assert.deepEqual(await list({ jobId: 'job', queue: 'default', states: ['failed'] }), ['failed'])
      assert.deepEqual(await list({ states: [] }), [])
    },
  },
  {
    name: 'follows a record through its states',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('job@1', { at: 1 }), runRecord('job@2', { at: 2 }))
      await store.commit([changeRun('job@1', 1, { state: 'running' })])
      await store.commit([changeRun('job@1', 2, { lane: 'history', state: 'completed' })])
      assert.deepEqual(idsOf(await store.list({ kind: 'run', states: ['completed'], limit: 9 })), ['job@1'])
      assert.deepEqual(idsOf(await store.list({ kind: 'run', jobId: 'job', limit: 9 })), ['job@2', 'job@1'])
    },
  },
  {
    name: 'counts what a list without limit would have',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        jobRecord('job'),
        runRecord('a'),
        runRecord('b', { queue: 'low' }),
        finishedRun('c'),
        finishedRun('d', { jobId: 'other' }),
      )
      assert.equal(await store.count({ kind: 'job' }), 1)
      assert.equal(await store.count({ kind: 'run' }), 4)
      assert.equal(await store.count({ kind: 'run', jobId: 'job' }), 3)
      assert.equal(await store.count({ kind: 'run', states: ['pending'], queue: 'low' }), 1)
      assert.equal(await store.count({ kind: 'run', jobId: 'nobody' }), 0)
    },
  },
]
