/** Counting the runs at work of a job, and trimming those that are over. */

import assert from 'node:assert/strict'
import type { RecordJobStore } from '../../../stores/record-job-store.ts'
import { idsOf } from '../assertions.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { changeRun, finishedRun, insert, jobRecord, NOW, runRecord } from '../records.ts'

async function runsOf(store: RecordJobStore): Promise<string[]> {
  return idsOf(await store.list({ kind: 'run', limit: 1_000 })).sort()
}

export const SERIES: readonly RecordStoreCase[] = [
  {
    name: 'counts the pending and running runs of each job',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        jobRecord('a'),
        runRecord('a@1', { jobId: 'a' }),
        runRecord('a@2', { jobId: 'a', state: 'running' }),
        finishedRun('a@3', { jobId: 'a' }),
        runRecord('a@4', { jobId: 'a', state: 'dead', due: null }),
        runRecord('b@1', { jobId: 'b' }),
        finishedRun('c@1', { jobId: 'c' }),
        runRecord('enqueued', { jobId: null }),
      )
      const counts = await store.countActive(['a', 'b', 'c', 'nobody'])
      assert.deepEqual(
        ['a', 'b', 'c', 'nobody'].map((id) => counts.get(id) ?? 0),
        [2, 1, 0, 0],
      )
      assert.equal((await store.countActive(['b'])).has('a'), false)
      assert.equal((await store.countActive([])).size, 0)
    },
  },
  {
    name: 'counts a run no more when it is over, and again when it is retried',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('job@1'))
      const active = async (): Promise<number> => (await store.countActive(['job'])).get('job') ?? 0
      assert.equal(await active(), 1)
      await store.commit([changeRun('job@1', 1, { state: 'running' })])
      assert.equal(await active(), 1)
      await store.commit([changeRun('job@1', 2, { lane: 'history', state: 'failed' })])
      assert.equal(await active(), 0)
      await store.commit([changeRun('job@1', 3, { lane: 'run', state: 'pending' })])
      assert.equal(await active(), 1)
      await store.commit([changeRun('job@1', 4, null)])
      assert.equal(await active(), 0)
    },
  },
  {
    name: 'trims the finished runs of a job beyond its newest',
    async run(bench) {
      const store = await bench.open()
      await insert(store, ...[3, 1, 5, 2, 4].map((at) => finishedRun(`job@${at}`, { at })))
      await store.trim([{ jobId: 'job', functionRef: 'work', keep: 2 }])
      assert.deepEqual(await runsOf(store), ['job@4', 'job@5'])
      await store.trim([{ jobId: 'job', functionRef: 'work', keep: 2 }])
      assert.deepEqual(await runsOf(store), ['job@4', 'job@5'])
      await store.trim([{ jobId: 'job', functionRef: 'work', keep: 0 }])
      assert.deepEqual(await runsOf(store), [])
    },
  },
  {
    name: 'trims neither what is at work nor what waits for an operator',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        runRecord('pending', { at: 1 }),
        runRecord('running', { at: 2, state: 'running' }),
        runRecord('dead', { at: 3, state: 'dead', due: null }),
        finishedRun('old', { at: 4 }),
        finishedRun('new', { at: 5 }),
      )
      await store.trim([{ jobId: 'job', functionRef: 'work', keep: 1 }])
      assert.deepEqual(await runsOf(store), ['dead', 'new', 'pending', 'running'])
    },
  },
  {
    name: 'trims several series at once, each to its own length',
    async run(bench) {
      const store = await bench.open()
      const runs = ['a', 'b', 'c'].flatMap((jobId) =>
        [1, 2, 3].map((at) => finishedRun(`${jobId}@${at}`, { jobId, at })),
      )
      await insert(store, ...runs)
      await store.trim([
        { jobId: 'a', functionRef: 'work', keep: 1 },
        { jobId: 'b', functionRef: 'work', keep: 5 },
        { jobId: 'nobody', functionRef: 'work', keep: 0 },
      ])
      assert.deepEqual(await runsOf(store), ['a@3', 'b@1', 'b@2', 'b@3', 'c@1', 'c@2', 'c@3'])
      await store.trim([])
      assert.equal((await runsOf(store)).length, 7)
    },
  },
  {
    name: 'trims the enqueued runs of a function, and no run of a job',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        ...[1, 2, 3].map((at) => finishedRun(`enqueued-${at}`, { at, jobId: null, functionRef: 'mail' })),
        finishedRun('other-function', { jobId: null, functionRef: 'work' }),
        finishedRun('of-a-job', { at: NOW - 1, functionRef: 'mail' }),
        runRecord('waiting', { jobId: null, functionRef: 'mail' }),
      )
      await store.trim([{ jobId: null, functionRef: 'mail', keep: 1 }])
      assert.deepEqual(await runsOf(store), ['enqueued-3', 'of-a-job', 'other-function', 'waiting'])
    },
  },
]
