/** What can be kept: every value of the serializer, any text, large inputs, many jobs. */

import assert from 'node:assert/strict'
import { idsOf, like } from '../assertions.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { commitOne, getRun, insert, jobRecord, NOW, runRecord } from '../records.ts'

export const CONTENTS: readonly RecordStoreCase[] = [
  {
    name: 'gives values back as they were given',
    async run(bench) {
      const store = await bench.open()
      const input = {
        date: new Date(NOW),
        map: new Map([['key', new Set([1, 'two'])]]),
        bytes: new Uint8Array([0, 127, 255]),
        big: 2n ** 70n,
        none: undefined,
        numbers: [0, -0, 0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
        $cw: ['date', 0],
        nested: [[[{ deep: null }]]],
      }
      await insert(store, runRecord('run', { spec: { input }, status: { output: input, finishedAt: NOW } }))
      const run = await getRun(store, 'run')
      assert.deepEqual(run?.spec.input, input)
      assert.deepEqual(run?.status.output, input)
    },
  },
  {
    name: 'keeps any text: emoji, quotes, line ends, every script',
    async run(bench) {
      const store = await bench.open()
      const text = `⏰ 👩‍👩‍👧 "quoted" 'single' \\ ; -- DROP TABLE\n\r\t\u0000 ελληνικά 日本語 \u{10FFFF}`
      const id = '⏰ καθημερινή "αναφορά" 日本語'
      await store.commit([
        {
          expect: 0,
          record: jobRecord(id, {
            functionRef: 'λειτουργία',
            queue: 'ουρά 🚀',
            spec: { input: text, name: '日報 🚀' },
          }),
        },
        { expect: 0, record: runRecord(`${id}@1`, { jobId: id, queue: 'ουρά 🚀', spec: { input: text } }) },
      ])

      like(await store.lookupJob(id), { id, name: '日報 🚀', input: text, functionRef: 'λειτουργία' })
      const query = { before: NOW, limit: 10 }
      assert.deepEqual(idsOf(await store.due({ ...query, lane: 'job', withoutFunctions: ['λειτουργία'] })), [])
      assert.deepEqual(idsOf(await store.due({ ...query, lane: 'run', queues: ['ουρά 🚀'] })), [`${id}@1`])
      assert.deepEqual(await store.due({ ...query, lane: 'run', withoutJobs: [id] }), [])
      assert.equal(await store.count({ kind: 'run', jobId: id, queue: 'ουρά 🚀' }), 1)
    },
  },
  {
    name: 'keeps an input of 1 MiB through a renewal',
    async run(bench) {
      const store = await bench.open()
      const input = 'x'.repeat(2 ** 20)
      await insert(store, runRecord('large', { spec: { input } }))
      const change = { expect: 1, key: { kind: 'run', id: 'large' }, patch: { due: NOW + 1 } } as const
      assert.equal((await commitOne(store, change))?.applied, true)
      assert.equal((await getRun(store, 'large'))?.spec.input, input)
    },
  },
  {
    name: 'keeps the error and the progress of a run',
    async run(bench) {
      const store = await bench.open()
      const error = { name: 'TypeError', message: 'no', code: 'E_NO', stack: 'TypeError: no\n    at x' }
      const progress = { done: 3, total: null, message: 'half way' }
      const run = runRecord('run', { status: { attempt: 2, crashes: 1, reason: 'why', error, progress, count: 7 } })
      await insert(store, run)
      assert.deepEqual(await getRun(store, 'run'), run)
    },
  },
  {
    name: 'keeps the checkpoint and the counters of a run through a change of something else',
    async run(bench) {
      const store = await bench.open()
      const checkpoint = { after: new Date(NOW), seen: new Set(['a']), page: 3 }
      const run = runRecord('run', { status: { checkpoint, counters: { rows: 7 }, resume: 'crash' } })
      await insert(store, run)
      await store.commit([{ expect: 1, key: { kind: 'run', id: 'run' }, patch: { due: NOW + 1 } }])
      assert.deepEqual(await getRun(store, 'run'), { ...run, version: 2, due: NOW + 1 })
    },
  },
  {
    name: 'keeps 10,000 jobs and finds the due ones among them',
    async run(bench) {
      const store = await bench.open()
      const records = Array.from({ length: 10_000 }, (_, index) => jobRecord(`job-${index}`, { due: NOW + index }))
      await insert(store, ...records)

      assert.equal(await store.count({ kind: 'job' }), 10_000)
      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 2))), ['job-0', 'job-1', 'job-2'])
      assert.equal((await store.due({ lane: 'job', before: NOW + 20_000, limit: 500 })).length, 500)
      assert.equal((await store.getAllJobs()).length, 10_000)
      assert.equal(await store.removeJobs(), 10_000)
    },
  },
]
