/** The contents of a store, as the checks look at them. */

import type { StoreRecord } from '../../src/jobs/record.ts'
import type { RecordJobStore } from '../../src/stores/record-job-store.ts'
import type { JobDump, RunDump } from '../checks/history.ts'

const PAGE = 1_000

export async function dumpRuns(store: RecordJobStore): Promise<RunDump[]> {
  const records = await listAll(store, 'run')
  return records.map(({ id, jobId, at, state, due, status }) => {
    const { attempt, crashes, fence, reason, finishedAt, count } = status
    return { id, jobId, at, state, due, attempt, crashes, fence, reason, finishedAt, count }
  })
}

export async function dumpJobs(store: RecordJobStore): Promise<JobDump[]> {
  const records = await listAll(store, 'job')
  return records.map(({ id, state, due }) => ({ id, state, due }))
}

async function listAll<K extends 'job' | 'run'>(store: RecordJobStore, kind: K): Promise<StoreRecord<K>[]> {
  const found: StoreRecord<K>[] = []
  for (;;) {
    const last = found.at(-1)
    const before = last === undefined ? undefined : { at: last.at, id: last.id }
    const page = await store.list({ kind, before, limit: PAGE })
    found.push(...page)
    if (page.length < PAGE) return found
  }
}
