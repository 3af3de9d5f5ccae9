/** What is due, in which order, and when the next thing is. */

import assert from 'node:assert/strict'
import type { RecordJobStore } from '../../../stores/record-job-store.ts'
import type { DueQuery } from '../../../stores/record-store.ts'
import { idsOf } from '../assertions.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { ALL, changeRun, finishedRun, insert, jobRecord, MINUTE, NOW, runRecord } from '../records.ts'

async function due(store: RecordJobStore, query: Partial<DueQuery> & Pick<DueQuery, 'lane'>): Promise<string[]> {
  return idsOf(await store.due({ before: NOW, limit: ALL, ...query }))
}

export const DUE: readonly RecordStoreCase[] = [
  {
    name: 'gives what is due up to the given instant and not a millisecond later',
    async run(bench) {
      const store = await bench.open()
      await insert(store, jobRecord('past', { due: 0 }), jobRecord('now'), jobRecord('later', { due: NOW + 1 }))
      assert.deepEqual(await due(store, { lane: 'job' }), ['past', 'now'])
      assert.deepEqual(await due(store, { lane: 'job', before: NOW - 1 }), ['past'])
    },
  },
  {
    name: 'gives whole records',
    async run(bench) {
      const store = await bench.open()
      const run = runRecord('a', { status: { attempt: 2, worker: 'w' }, spec: { input: [1] } })
      await insert(store, run)
      assert.deepEqual(await store.due({ lane: 'run', before: NOW, limit: 1, queues: ['default'] }), [run])
    },
  },
  {
    name: 'never gives what has no due time',
    async run(bench) {
      const store = await bench.open()
      await insert(store, jobRecord('paused', { due: null }), runRecord('dead', { due: null, state: 'dead' }))
      assert.deepEqual(await due(store, { lane: 'job', before: ALL }), [])
      assert.deepEqual(await due(store, { lane: 'run', before: ALL }), [])
      assert.deepEqual(await due(store, { lane: 'run', before: ALL, queues: ['default'] }), [])
    },
  },
  {
    name: 'keeps the lanes apart',
    async run(bench) {
      const store = await bench.open()
      await insert(store, jobRecord('job'), runRecord('run'), finishedRun('history', { due: NOW }))
      assert.deepEqual(await due(store, { lane: 'job' }), ['job'])
      assert.deepEqual(await due(store, { lane: 'run' }), ['run'])
      assert.deepEqual(await due(store, { lane: 'history' }), ['history'])
    },
  },
  {
    name: 'gives the earliest first',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a'), runRecord('b', { due: NOW - 2 }), runRecord('c', { due: NOW - 1 }))
      assert.deepEqual(await due(store, { lane: 'run' }), ['b', 'c', 'a'])
      assert.deepEqual(await due(store, { lane: 'run', queues: ['default'] }), ['b', 'c', 'a'])
    },
  },
  {
    name: 'gives no more than the limit, the first of all',
    async run(bench) {
      const store = await bench.open()
      await insert(store, ...[3, 1, 2].map((age) => jobRecord(`job-${age}`, { due: NOW - age })))
      await insert(store, ...['low', 'high'].map((queue) => runRecord(queue, { queue })))
      assert.deepEqual(await due(store, { lane: 'job', limit: 2 }), ['job-3', 'job-2'])
      assert.deepEqual(await due(store, { lane: 'run', limit: 1, queues: ['high', 'low'] }), ['high'])
      assert.equal((await due(store, { lane: 'run', limit: 1 })).length, 1)
      assert.deepEqual(await due(store, { lane: 'job', limit: 0 }), [])
    },
  },
  {
    name: 'leaves out as many at the front as it is told to',
    async run(bench) {
      const store = await bench.open()
      await insert(store, ...[3, 1, 2].map((age) => jobRecord(`job-${age}`, { due: NOW - age })))
      await insert(store, ...['low', 'high'].map((queue) => runRecord(queue, { queue })))
      await insert(store, runRecord('urgent', { queue: 'low', priority: 1 }))
      assert.deepEqual(await due(store, { lane: 'job', limit: 1, skip: 1 }), ['job-2'])
      const queues = ['high', 'low']
      assert.deepEqual(await due(store, { lane: 'run', queues, skip: 1 }), ['urgent', 'low'])
      assert.deepEqual(await due(store, { lane: 'run', queues, limit: 1, skip: 2 }), ['low'])
      assert.deepEqual(await due(store, { lane: 'run', queues, skip: 3 }), [])
      assert.equal((await due(store, { lane: 'run', skip: 1 })).length, 2)
    },
  },
  {
    name: 'serves queues in their order, then by priority, then by due time',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        runRecord('low-urgent', { queue: 'low', priority: 100, due: NOW - MINUTE }),
        runRecord('default-late', { due: NOW }),
        runRecord('default-early', { due: NOW - 5 }),
        runRecord('default-high', { priority: 10, due: NOW }),
        runRecord('default-below', { priority: -10, due: NOW - MINUTE }),
        runRecord('critical', { queue: 'critical', priority: -100, due: NOW }),
      )
      assert.deepEqual(await due(store, { lane: 'run', queues: ['critical', 'default', 'low'] }), [
        'critical',
        'default-high',
        'default-early',
        'default-late',
        'default-below',
        'low-urgent',
      ])
      assert.deepEqual(await due(store, { lane: 'run', queues: ['low', 'critical'], limit: 2 }), [
        'low-urgent',
        'critical',
      ])
    },
  },
  {
    name: 'serves only the queues that were asked for',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a', { queue: 'a' }), runRecord('b', { queue: 'b' }))
      assert.deepEqual(await due(store, { lane: 'run', queues: ['b'] }), ['b'])
      assert.deepEqual(await due(store, { lane: 'run', queues: ['unknown'] }), [])
      assert.deepEqual(await due(store, { lane: 'run', queues: [] }), [])
    },
  },
  {
    name: 'orders runs of all queues by due time when no queues are given',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        runRecord('third', { queue: 'a', priority: 9, due: NOW }),
        runRecord('second', { queue: 'b', priority: -9, due: NOW - 1 }),
        runRecord('first', { queue: 'a', priority: 0, due: NOW - 2 }),
      )
      assert.deepEqual(await due(store, { lane: 'run' }), ['first', 'second', 'third'])
      assert.deepEqual(await due(store, { lane: 'run', limit: 2 }), ['first', 'second'])
    },
  },
  {
    name: 'does not let a high priority that is due later hide what is due now',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('later', { priority: 9, due: NOW + 1 }), runRecord('now', { priority: 1 }))
      assert.deepEqual(await due(store, { lane: 'run', queues: ['default'] }), ['now'])
      assert.deepEqual(await due(store, { lane: 'run', queues: ['default'], before: NOW + 1 }), ['later', 'now'])
    },
  },
  {
    name: 'leaves out functions that the caller does not know',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        jobRecord('unknown', { functionRef: 'other' }),
        jobRecord('known'),
        runRecord('unknown-run', { functionRef: 'other', priority: 9 }),
        runRecord('known-run'),
      )
      const withoutFunctions = ['other', 'another']
      assert.deepEqual(await due(store, { lane: 'job', withoutFunctions }), ['known'])
      assert.deepEqual(await due(store, { lane: 'run', withoutFunctions, queues: ['default'], limit: 1 }), [
        'known-run',
      ])
      assert.equal((await due(store, { lane: 'run', withoutFunctions: [] })).length, 2)
    },
  },
  {
    name: 'leaves out jobs that are at their limit, and their runs, but no enqueued run',
    async run(bench) {
      const store = await bench.open()
      await insert(
        store,
        jobRecord('full'),
        jobRecord('free'),
        runRecord('full@1', { jobId: 'full' }),
        runRecord('free@1', { jobId: 'free' }),
        runRecord('full', { jobId: null }),
      )
      assert.deepEqual(await due(store, { lane: 'job', withoutJobs: ['full'] }), ['free'])
      assert.deepEqual(await due(store, { lane: 'run', withoutJobs: ['full'], queues: ['default'] }), [
        'free@1',
        'full',
      ])
      assert.deepEqual(await due(store, { lane: 'run', withoutJobs: ['full'], withoutFunctions: ['work'] }), [])
    },
  },
  {
    name: 'gives a record again only when its new due time has come',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a'))
      await store.commit([changeRun('a', 1, { state: 'running', due: NOW + MINUTE })])
      assert.deepEqual(await due(store, { lane: 'run' }), [])
      assert.deepEqual(await due(store, { lane: 'run', before: NOW + MINUTE }), ['a'])
      await store.commit([changeRun('a', 2, { lane: 'history', due: NOW + 5 * MINUTE })])
      assert.deepEqual(await due(store, { lane: 'run', before: ALL }), [])
      assert.deepEqual(await due(store, { lane: 'history', before: NOW + 5 * MINUTE }), ['a'])
      await store.commit([changeRun('a', 3, null)])
      assert.deepEqual(await due(store, { lane: 'history', before: ALL }), [])
    },
  },
  {
    name: 'follows a run to another queue and priority',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a', { queue: 'a' }), runRecord('b', { queue: 'b', priority: 1 }))
      await store.commit([changeRun('a', 1, { queue: 'b', priority: 2 })])
      assert.deepEqual(await due(store, { lane: 'run', queues: ['a'] }), [])
      assert.deepEqual(await due(store, { lane: 'run', queues: ['b'] }), ['a', 'b'])
    },
  },
  {
    name: 'knows when the next record of a lane is due',
    async run(bench) {
      const store = await bench.open()
      assert.deepEqual(await store.nextDue([]), [])
      assert.deepEqual(await store.nextDue([{ lane: 'job' }, { lane: 'run' }]), [null, null])
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
      assert.deepEqual(await store.nextDue([{ lane: 'job' }]), [NOW + 2])
      assert.deepEqual(await store.nextDue([{ lane: 'job', withoutFunctions: ['other'] }]), [NOW + 3])
      assert.deepEqual(await store.nextDue([{ lane: 'job', withoutJobs: ['a', 'b'] }]), [null])
      assert.deepEqual(await store.nextDue([{ lane: 'run' }]), [NOW + 1])
      assert.deepEqual(await store.nextDue([{ lane: 'run', queues: ['default', 'critical'] }]), [NOW + 5])
      assert.deepEqual(await store.nextDue([{ lane: 'run', queues: ['default'], withoutJobs: ['full'] }]), [NOW + 9])
      assert.deepEqual(await store.nextDue([{ lane: 'run', queues: ['unknown'] }]), [null])
      assert.deepEqual(await store.nextDue([{ lane: 'history' }]), [NOW + 7])
      const queries = [
        { lane: 'run', queues: ['default', 'critical'], withoutFunctions: ['unknown'] },
        { lane: 'job', withoutFunctions: ['other'] },
        { lane: 'run', queues: ['unknown'] },
        { lane: 'history' },
        { lane: 'job', withoutJobs: ['b'], withoutFunctions: ['unknown'] },
      ] as const
      assert.deepEqual(await store.nextDue(queries), [NOW + 5, NOW + 3, null, NOW + 7, NOW + 3])
    },
  },
]
