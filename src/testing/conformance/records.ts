/** What conformance tests put into stores: jobs, runs, and the changes of them. */

import assert from 'node:assert/strict'
import { type Job, type JobSpec, jobFromRecord } from '../../jobs/job.ts'
import { DEFAULT_POLICY } from '../../jobs/policy.ts'
import type { Change, ChangeResult, JobRecord, RecordPatch, RunRecord, StoreRecord } from '../../jobs/record.ts'
import { FRESH_STATUS, type RunSpec, type RunStatus } from '../../jobs/run.ts'
import type { RecordJobStore } from '../../stores/record-job-store.ts'
import { interval } from '../../triggers/index.ts'

/** The instant at which the tests take place, epoch ms. */
export const NOW = Date.UTC(2026, 0, 15, 12)
export const MINUTE = 60_000

/** A lane is asked for everything that is due. */
export const ALL = Number.MAX_SAFE_INTEGER

const trigger = interval('5m')
/** A job that is due now. */
export function jobRecord(
  id: string,
  fields: Partial<Omit<JobRecord, 'spec'>> & { spec?: Partial<JobSpec> } = {},
): JobRecord {
  const { spec, ...header } = fields
  return {
    kind: 'job',
    id,
    version: 1,
    lane: 'job',
    due: NOW,
    state: 'waiting',
    at: NOW,
    jobId: null,
    functionRef: 'work',
    queue: 'default',
    priority: 0,
    status: null,
    ...header,
    spec: {
      name: 'work',
      trigger,
      input: null,
      executor: 'default',
      policy: DEFAULT_POLICY,
      tags: [],
      metadata: {},
      override: null,
      ...spec,
    },
  }
}

/** A pending run of the job `job` that is due now. */
export function runRecord(
  id: string,
  fields: Partial<Omit<RunRecord, 'spec' | 'status'>> & { spec?: Partial<RunSpec>; status?: Partial<RunStatus> } = {},
): RunRecord {
  const { spec, status, ...header } = fields
  return {
    kind: 'run',
    id,
    version: 1,
    lane: 'run',
    due: NOW,
    state: 'pending',
    at: NOW,
    jobId: 'job',
    functionRef: 'work',
    queue: 'default',
    priority: 0,
    ...header,
    spec: { input: null, executor: 'default', policy: DEFAULT_POLICY, ...spec },
    status: { ...FRESH_STATUS, ...status },
  }
}

/** A run that is over. */
export function finishedRun(id: string, fields: Parameters<typeof runRecord>[1] = {}): RunRecord {
  return runRecord(id, { lane: 'history', state: 'completed', due: NOW + 1_000 * MINUTE, ...fields })
}

/** A job as people see it. */
export function job(id: string, nextRunTime: number | null = NOW, fields: Parameters<typeof jobRecord>[1] = {}): Job {
  return jobFromRecord(jobRecord(id, { due: nextRunTime, ...fields }), 'tested')
}

/** Adds records; all must be new. */
export async function insert(store: RecordJobStore, ...records: readonly StoreRecord[]): Promise<void> {
  const results = await store.commit(records.map((record) => ({ expect: 0, record })))
  assert.ok(
    results.every((result) => result.applied),
    'a new record was refused',
  )
}

/** A change of a run. */
export function changeRun(
  id: string,
  expect: number,
  patch: RecordPatch<'run'> | null,
  ...inserts: StoreRecord[]
): Change {
  return { expect, key: { kind: 'run', id }, patch, inserts }
}

export async function commitOne(store: RecordJobStore, change: Change): Promise<ChangeResult | undefined> {
  const [result] = await store.commit([change])
  return result
}

export async function getRun(store: RecordJobStore, id: string): Promise<RunRecord | undefined> {
  const [record] = await store.get([{ kind: 'run', id }])
  return record
}
