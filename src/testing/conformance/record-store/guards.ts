/** Guarded changes: one compare-and-set on a version, with inserts that happen with it or not at all. */

import assert from 'node:assert/strict'
import { noteRecord } from '../../../jobs/notes.ts'
import type { Change } from '../../../jobs/record.ts'
import { FRESH_STATUS } from '../../../jobs/run.ts'
import { idsOf, like } from '../assertions.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { changeRun, commitOne, getRun, insert, jobRecord, MINUTE, NOW, runRecord } from '../records.ts'

const applied = { applied: true, existing: [] }
const refused = { applied: false, existing: [] }

export const GUARDS: readonly RecordStoreCase[] = [
  {
    name: 'inserts a new record as it is',
    async run(bench) {
      const store = await bench.open()
      const run = runRecord('job@1', { state: 'running', status: { attempt: 1, worker: 'w', progress: null } })
      assert.deepEqual(await commitOne(store, { expect: 0, record: run }), applied)
      assert.deepEqual(await getRun(store, 'job@1'), run)
    },
  },
  {
    name: 'refuses to insert over a record',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('job@1', { priority: 1 }))
      assert.deepEqual(await commitOne(store, { expect: 0, record: runRecord('job@1', { priority: 2 }) }), refused)
      assert.deepEqual(await getRun(store, 'job@1'), runRecord('job@1', { priority: 1 }))
    },
  },
  {
    name: 'changes only the fields that a patch gives, and raises the version by one',
    async run(bench) {
      const store = await bench.open()
      const run = runRecord('job@1', { spec: { input: { deep: [1] } } })
      await insert(store, run)
      const status = { ...FRESH_STATUS, attempt: 1, fence: 2, worker: 'w' }
      const change = changeRun('job@1', 1, { state: 'running', due: NOW + MINUTE, status })

      assert.deepEqual(await commitOne(store, change), applied)
      assert.deepEqual(await getRun(store, 'job@1'), {
        ...run,
        version: 2,
        state: 'running',
        due: NOW + MINUTE,
        status,
      })
    },
  },
  {
    name: 'changes every field that a patch may give',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('job@1'))
      const { kind, id, version, jobId, ...patch } = runRecord('job@1', {
        lane: 'history',
        due: null,
        state: 'failed',
        at: NOW - 1,
        functionRef: 'other',
        queue: 'low',
        priority: -5,
        spec: { input: 'new', executor: 'threads' },
        status: {
          origin: 'manual',
          attempt: 2,
          output: { ok: true },
          error: { name: 'Error', message: 'no', code: 'E_NO', stack: 'Error: no' },
        },
      })

      assert.deepEqual(await commitOne(store, changeRun(id, version, patch)), applied)
      assert.deepEqual(await getRun(store, 'job@1'), { ...patch, kind, id, jobId, version: 2 })
    },
  },
  {
    name: 'tells null, which clears, from absent, which leaves',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('job@1', { due: NOW }))
      await commitOne(store, changeRun('job@1', 1, { state: 'dead', due: null }))
      like(await getRun(store, 'job@1'), { state: 'dead', due: null, jobId: 'job' })
    },
  },
  {
    name: 'refuses the second of two holders that saw the same version',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('job@1'))
      assert.deepEqual(await commitOne(store, changeRun('job@1', 1, { state: 'running', queue: 'first' })), applied)
      assert.deepEqual(await commitOne(store, changeRun('job@1', 1, { state: 'running', queue: 'second' })), refused)
      assert.deepEqual(await commitOne(store, changeRun('job@1', 2, { state: 'completed' })), applied)
      like(await getRun(store, 'job@1'), { version: 3, state: 'completed', queue: 'first' })
    },
  },
  {
    name: 'refuses a version that is yet to come, and a record that does not exist',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('job@1'))
      assert.deepEqual(await commitOne(store, changeRun('job@1', 2, { state: 'running' })), refused)
      assert.deepEqual(await commitOne(store, changeRun('job@2', 1, { state: 'running' })), refused)
      assert.deepEqual(await getRun(store, 'job@1'), runRecord('job@1'))
      assert.equal(await getRun(store, 'job@2'), undefined)
    },
  },
  {
    name: 'keeps the version that a record is added with, and counts on from there',
    async run(bench) {
      const store = await bench.open()
      const key = { kind: 'job', id: 'job' } as const
      const inserts = [runRecord('job@1', { version: 8 })]
      await commitOne(store, { expect: 0, record: jobRecord('job', { version: 2 ** 30 }), inserts })
      assert.deepEqual(await getRun(store, 'job@1'), runRecord('job@1', { version: 8 }))
      assert.deepEqual(await commitOne(store, { expect: 1, key, patch: { due: NOW + 1 } }), refused)
      assert.deepEqual(await commitOne(store, { expect: 2 ** 30, key, patch: { due: NOW + 2 } }), applied)
      assert.deepEqual(await store.get([key]), [jobRecord('job', { version: 2 ** 30 + 1, due: NOW + 2 })])
      assert.deepEqual(await commitOne(store, changeRun('job@1', 8, { state: 'running' })), applied)
      like(await getRun(store, 'job@1'), { version: 9 })
    },
  },
  {
    name: 'refuses a change for the earlier life of a record that was removed and added again',
    async run(bench) {
      const store = await bench.open()
      const key = { kind: 'job', id: 'job' } as const
      await insert(store, jobRecord('job', { version: 70 }))
      await commitOne(store, { expect: 70, key, patch: null })
      await insert(store, jobRecord('job', { version: 900 }))
      assert.deepEqual(await commitOne(store, { expect: 70, key, patch: { due: NOW + 1 } }), refused)
      assert.deepEqual(await store.get([key]), [jobRecord('job', { version: 900 })])
    },
  },
  {
    name: 'adds inserts with the change',
    async run(bench) {
      const store = await bench.open()
      await insert(store, jobRecord('job'))
      const [result] = await store.commit([
        {
          expect: 1,
          key: { kind: 'job', id: 'job' },
          patch: { due: NOW + MINUTE },
          inserts: [runRecord('job@1'), runRecord('job@2')],
        },
      ])

      assert.deepEqual(result, applied)
      assert.deepEqual(await store.get([{ kind: 'run', id: 'job@1' }]), [runRecord('job@1')])
      assert.deepEqual(await store.get([{ kind: 'run', id: 'job@2' }]), [runRecord('job@2')])
    },
  },
  {
    name: 'adds no insert of a refused change, and still applies the others of the batch',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a'), runRecord('b'))
      const results = await store.commit([
        changeRun('a', 1, { state: 'running' }, runRecord('with-a')),
        changeRun('b', 9, { state: 'running' }, runRecord('with-b')),
        { expect: 0, record: runRecord('c') },
        { expect: 0, record: runRecord('a') },
      ])

      assert.deepEqual(results, [applied, refused, applied, refused])
      assert.notEqual(await getRun(store, 'with-a'), undefined)
      assert.equal(await getRun(store, 'with-b'), undefined)
      assert.notEqual(await getRun(store, 'c'), undefined)
      assert.deepEqual(await getRun(store, 'b'), runRecord('b'))
    },
  },
  {
    name: 'adds inserts with a new record, and none where that is refused',
    async run(bench) {
      const store = await bench.open()
      const run = runRecord('enqueued', { jobId: null })
      const withKey = (runId: string): Change => ({
        expect: 0,
        record: noteRecord('key', 'mail', { runId, until: NOW }, NOW, NOW),
        inserts: [runRecord(runId, { jobId: null })],
      })
      assert.deepEqual(await commitOne(store, withKey('enqueued')), applied)
      assert.deepEqual(await commitOne(store, withKey('second')), refused)
      assert.deepEqual(await getRun(store, 'enqueued'), run)
      assert.equal(await getRun(store, 'second'), undefined)
      assert.deepEqual(idsOf(await store.due({ lane: 'run', before: NOW, limit: 9 })), ['enqueued'])
    },
  },
  {
    name: 'leaves an insert alone whose id exists although it comes with a new record, and says so',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a', { priority: 5 }))
      const result = await commitOne(store, {
        expect: 0,
        record: runRecord('b'),
        inserts: [runRecord('a'), runRecord('c')],
      })
      assert.deepEqual(result, { applied: true, existing: ['a'] })
      assert.deepEqual(await getRun(store, 'a'), runRecord('a', { priority: 5 }))
      assert.deepEqual(await getRun(store, 'c'), runRecord('c'))
    },
  },
  {
    name: 'leaves an insert alone whose id exists, and says so',
    async run(bench) {
      const store = await bench.open()
      await insert(store, jobRecord('job'), runRecord('job@1', { priority: 5 }))
      const result = await commitOne(store, {
        expect: 1,
        key: { kind: 'job', id: 'job' },
        patch: { due: null },
        inserts: [runRecord('job@1'), runRecord('job@2')],
      })

      assert.deepEqual(result, { applied: true, existing: ['job@1'] })
      assert.deepEqual(await getRun(store, 'job@1'), runRecord('job@1', { priority: 5 }))
      assert.notEqual(await getRun(store, 'job@2'), undefined)
    },
  },
  {
    name: 'refuses a change that is sent again after a lost reply, and does nothing twice',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a'))
      const change = changeRun('a', 1, { state: 'completed' }, runRecord('next'))
      assert.deepEqual(await commitOne(store, change), applied)
      assert.deepEqual(await commitOne(store, change), refused)
      like(await getRun(store, 'a'), { version: 2 })
      assert.equal(await store.count({ kind: 'run' }), 2)
    },
  },
  {
    name: 'removes a record, only at its version',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a'))
      assert.deepEqual(await commitOne(store, changeRun('a', 2, null)), refused)
      assert.notEqual(await getRun(store, 'a'), undefined)
      assert.deepEqual(await commitOne(store, changeRun('a', 1, null, runRecord('b'))), applied)
      assert.equal(await getRun(store, 'a'), undefined)
      assert.notEqual(await getRun(store, 'b'), undefined)
    },
  },
  {
    name: 'keeps a job and a run with the same id apart',
    async run(bench) {
      const store = await bench.open()
      await insert(store, jobRecord('same'), runRecord('same'))
      await commitOne(store, changeRun('same', 1, null))
      assert.equal((await store.get([{ kind: 'job', id: 'same' }])).length, 1)
      assert.equal((await store.lookupJob('same'))?.id, 'same')
      assert.equal(await getRun(store, 'same'), undefined)
    },
  },
  {
    name: 'lets each change of a batch see those before it',
    async run(bench) {
      const store = await bench.open()
      const results = await store.commit([
        { expect: 0, record: runRecord('a') },
        changeRun('a', 1, { state: 'running' }, runRecord('b')),
        changeRun('b', 1, { state: 'running' }, runRecord('b')),
        changeRun('a', 1, null),
        changeRun('a', 2, null),
      ])
      assert.deepEqual(results, [applied, applied, { applied: true, existing: ['b'] }, refused, applied])
      assert.equal(await getRun(store, 'a'), undefined)
      like(await getRun(store, 'b'), { version: 2, state: 'running' })
    },
  },
  {
    name: 'gives the results of a large batch in its order',
    async run(bench) {
      const store = await bench.open()
      const taken = Array.from({ length: 2_500 }, (_, index) => index).filter((index) => index % 7 === 0)
      await insert(store, ...taken.map((index) => runRecord(`run-${index}`)))
      const batch = Array.from({ length: 2_500 }, (_, index) => runRecord(`run-${index}`))
      const results = await store.commit(batch.map((record) => ({ expect: 0, record })))

      assert.deepEqual(
        results.map((result) => result.applied),
        batch.map((_, index) => index % 7 !== 0),
      )
      assert.equal(await store.count({ kind: 'run' }), 2_500)
    },
  },
  {
    name: 'does nothing for an empty batch',
    async run(bench) {
      const store = await bench.open()
      assert.deepEqual(await store.commit([]), [])
      assert.deepEqual(await store.get([]), [])
    },
  },
  {
    name: 'reads records in the order of their keys, with a gap where there is none',
    async run(bench) {
      const store = await bench.open()
      await insert(store, runRecord('a'), runRecord('b'))
      const keys = ['b', 'missing', 'a', 'b'].map((id) => ({ kind: 'run' as const, id }))
      assert.deepEqual(await store.get(keys), [runRecord('b'), undefined, runRecord('a'), runRecord('b')])
    },
  },
]
