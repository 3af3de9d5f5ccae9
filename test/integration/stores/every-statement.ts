/** Asks a store for everything that a scheduler asks for, beside many finished runs and many that wait. */

import type { StoreRecord } from '../../../src/jobs/record.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import {
  changeRun,
  finishedRun,
  insert,
  jobRecord,
  MINUTE,
  NOW,
  runRecord,
} from '../../../src/testing/conformance/records.ts'

export const MANY = 5_000
const QUEUES = ['critical', 'default', 'low']

/** Puts many records into a store: two thirds are finished runs, half of one job, the rest waits. */
export async function fillWithMany(store: RecordJobStore): Promise<void> {
  const records: StoreRecord[] = []
  for (let index = 0; index < MANY; index += 1) {
    const at = NOW - MINUTE - index
    const state = index % 10 === 0 ? 'failed' : 'completed'
    records.push(
      finishedRun(`job@${index}`, { at, state }),
      finishedRun(`enqueued-${index}`, { at, jobId: null, state }),
    )
    records.push(runRecord(`waiting-${index}`, { jobId: 'other', due: NOW + MINUTE + index, priority: index % 3 }))
  }
  await insert(store, ...records)
}

/** What is asked for, by name. */
export const STATEMENTS: Readonly<Record<string, (store: RecordJobStore) => Promise<unknown>>> = {
  'a claim': async (store) => {
    const due = await store.due({ lane: 'run', before: NOW, limit: 100, queues: QUEUES })
    await store.commit(due.map(({ id, version }) => changeRun(id, version, { state: 'running', due: NOW + MINUTE })))
  },
  'a fire': async (store) => {
    const due = await store.due({ lane: 'job', before: NOW, limit: 100 })
    await store.countActive([...due.map(({ id }) => id), 'job'])
    const changes = due.map(({ id, version }) => ({
      expect: version,
      key: { kind: 'job', id } as const,
      patch: { due: NOW + MINUTE },
      inserts: [runRecord(`${id}@${NOW}`, { jobId: id })],
    }))
    await store.commit(changes)
  },
  'the next due time': async (store) => {
    await store.nextDue([{ lane: 'run', queues: QUEUES }, { lane: 'job' }, { lane: 'history' }])
  },
  'lists of runs': async (store) => {
    await store.list({ kind: 'run', limit: 10 })
    await store.list({ kind: 'run', jobId: 'job', limit: 10 })
    await store.list({ kind: 'run', states: ['dead', 'unknown', 'failed'], limit: 10 })
    await store.list({ kind: 'run', states: ['running'], limit: 10, before: { at: NOW, id: 'run' } })
  },
  'a purge': async (store) => {
    const due = await store.due({ lane: 'history', before: NOW, limit: 100 })
    await store.commit(due.map(({ id, version }) => changeRun(id, version, null)))
  },
  'a trim': (store) =>
    store.trim([
      { jobId: 'trimmed', functionRef: 'work', keep: 2 },
      { jobId: null, functionRef: 'trimmed', keep: 2 },
    ]),
}

/** What the statements find: a few runs and jobs that are due, some to purge, and more finished ones than are to stay. */
export async function fillWithFew(store: RecordJobStore): Promise<void> {
  const records: StoreRecord[] = []
  for (let index = 0; index < 5; index += 1) {
    records.push(runRecord(`due-${index}`, { queue: QUEUES[index % 3] ?? '' }), jobRecord(`due-${index}`))
    records.push(finishedRun(`purged-${index}`, { due: NOW - 1, jobId: null, functionRef: 'purged' }))
    records.push(finishedRun(`trimmed-${index}`, { jobId: 'trimmed', at: NOW + index }))
    records.push(finishedRun(`enqueued-trimmed-${index}`, { jobId: null, functionRef: 'trimmed', at: NOW + index }))
  }
  await insert(store, ...records)
}
