/** The small records beside jobs and runs: workers, queues, unique keys, logs. */

import assert from 'node:assert/strict'
import { NO_COUNTS } from '../../../jobs/counters.ts'
import { noteRecord } from '../../../jobs/notes.ts'
import type { NoteKind, StoreRecord } from '../../../jobs/record.ts'
import { idsOf } from '../assertions.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { ALL, commitOne, finishedRun, insert, jobRecord, MINUTE, NOW, runRecord } from '../records.ts'

const WORKER = {
  host: 'λ-host',
  pid: 4_711,
  version: '1.2.3',
  queues: ['critical', 'default'],
  startedAt: NOW - MINUTE,
  beatAt: NOW,
  running: ['job@1'],
  runningCount: 1,
  isStopping: false,
  counters: { default: { ...NO_COUNTS, started: 3, completed: 2 } },
}

const LINE = { at: NOW, level: 'info', message: 'half "way" 🚀', fields: { page: 7 }, attempt: 1 } as const

/** A note of each kind, all under one id. */
function notes(id: string, due: number | null = NOW): readonly StoreRecord<NoteKind>[] {
  return [
    noteRecord('worker', id, WORKER, NOW, due),
    noteRecord('queue', id, { isPaused: true, counters: { ...NO_COUNTS, dead: 1 }, folded: ['one@1'] }, NOW, null),
    noteRecord('key', id, { runId: 'job@1', until: NOW + MINUTE }, NOW, due),
    noteRecord('log', id, { lines: [LINE, { ...LINE, fields: null }], dropped: 2 }, NOW, due),
  ]
}

function keysOf(records: readonly StoreRecord[]): string[] {
  return records.map(({ kind, id }) => `${kind} ${id}`).sort()
}

export const NOTES: readonly RecordStoreCase[] = [
  {
    name: 'keeps a note of each kind as it is, beside a job and a run with the same id',
    async run(bench) {
      const store = await bench.open()
      const records = [jobRecord('same'), runRecord('same'), ...notes('same')]
      await insert(store, ...records)
      const found = await store.get(notes('same').map(({ kind, id }) => ({ kind, id })))
      assert.deepEqual(found, notes('same'))
      for (const note of notes('same')) assert.deepEqual(await store.list({ kind: note.kind, limit: 10 }), [note])
      assert.equal(await store.count({ kind: 'run' }), 1)
      assert.equal(await store.count({ kind: 'job' }), 1)
      assert.deepEqual(idsOf(await store.getAllJobs()), ['same'])
    },
  },
  {
    name: 'changes a note at its version only, and leaves the other kinds alone',
    async run(bench) {
      const store = await bench.open()
      await insert(store, ...notes('same'))
      const key = { kind: 'worker', id: 'same' } as const
      const spec = { ...WORKER, beatAt: NOW + 5, isStopping: true }
      assert.equal((await commitOne(store, { expect: 2, key, patch: { due: 1 } }))?.applied, false)
      assert.equal((await commitOne(store, { expect: 1, key, patch: { spec, due: NOW + MINUTE } }))?.applied, true)
      assert.equal((await commitOne(store, { expect: 1, key, patch: null }))?.applied, false)

      const [worker, ...others] = notes('same')
      assert.deepEqual(await store.get([key]), [{ ...worker, version: 2, due: NOW + MINUTE, spec }])
      assert.deepEqual(await store.get(others.map(({ kind, id }) => ({ kind, id }))), others)
    },
  },
  {
    name: 'refuses a second note of one kind with the same id',
    async run(bench) {
      const store = await bench.open()
      const first = noteRecord('key', 'mail', { runId: 'first', until: NOW }, NOW, NOW)
      const second = noteRecord('key', 'mail', { runId: 'second', until: NOW }, NOW, NOW)
      await insert(store, first)
      assert.equal((await commitOne(store, { expect: 0, record: second }))?.applied, false)
      assert.deepEqual(await store.get([{ kind: 'key', id: 'mail' }]), [first])
    },
  },
  {
    name: 'gives notes when they are due to go, with the finished runs, and no other lane',
    async run(bench) {
      const store = await bench.open()
      await insert(store, ...notes('early', NOW - 1), ...notes('late', NOW + 1), finishedRun('run', { due: NOW }))
      const due = await store.due({ lane: 'history', before: NOW, limit: ALL })
      assert.deepEqual(keysOf(due), ['key early', 'log early', 'run run', 'worker early'])
      assert.deepEqual(keysOf(due.slice(-1)), ['run run'])
      assert.deepEqual(await store.nextDue([{ lane: 'history' }]), [NOW - 1])
      assert.deepEqual(await store.due({ lane: 'run', before: ALL, limit: ALL }), [])
      assert.deepEqual(await store.due({ lane: 'job', before: ALL, limit: ALL }), [])

      await store.commit(due.map(({ kind, id, version }) => ({ expect: version, key: { kind, id }, patch: null })))
      assert.deepEqual(await store.nextDue([{ lane: 'history' }]), [NOW + 1])
      assert.equal(await store.count({ kind: 'queue' }), 2)
    },
  },
  {
    name: 'counts no note as a run at work',
    async run(bench) {
      const store = await bench.open()
      await insert(store, ...notes('job'), runRecord('job@1'))
      assert.equal((await store.countActive(['job'])).get('job'), 1)
      assert.deepEqual(await store.nextDue([{ lane: 'run' }]), [NOW])
    },
  },
  {
    name: 'removes the logs of the runs that it trims, and no others',
    async run(bench) {
      const store = await bench.open()
      const runs = [1, 2, 3].map((at) => finishedRun(`job@${at}`, { at }))
      const logs = [...runs, finishedRun('other')].map(({ id }) =>
        noteRecord('log', id, { lines: [LINE], dropped: 0 }, NOW, NOW),
      )
      const key = noteRecord('key', 'job@1', { runId: 'job@1', until: NOW }, NOW, NOW)
      await insert(store, ...runs, ...logs, key)
      await store.trim([{ jobId: 'job', functionRef: 'work', keep: 1 }])
      assert.deepEqual(idsOf(await store.list({ kind: 'run', limit: 10 })), ['job@3'])
      assert.deepEqual(idsOf(await store.list({ kind: 'log', limit: 10 })).sort(), ['job@3', 'other'])
      assert.equal(await store.count({ kind: 'key' }), 1)
    },
  },
  {
    name: 'keeps notes when all jobs are removed',
    async run(bench) {
      const store = await bench.open()
      await insert(store, jobRecord('same'), ...notes('same'))
      assert.equal(await store.removeJobs(), 1)
      assert.deepEqual(await store.get(notes('same').map(({ kind, id }) => ({ kind, id }))), notes('same'))
    },
  },
]
