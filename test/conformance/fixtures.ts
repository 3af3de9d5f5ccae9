/** What the conformance tests are made of: records, a host, and stores that are closed when their test ends. */

import { onTestFinished } from 'vitest'
import type { CronwrightError } from '../../src/errors.ts'
import { type Job, type JobSpec, jobFromRecord } from '../../src/jobs/job.ts'
import { DEFAULT_POLICY } from '../../src/jobs/policy.ts'
import type { Change, ChangeResult, JobRecord, RecordPatch, RunRecord, StoreRecord } from '../../src/jobs/record.ts'
import { FRESH_STATUS, type RunSpec, type RunStatus } from '../../src/jobs/run.ts'
import type { Serializer } from '../../src/jobs/serializer.ts'
import { EncodedJobStore } from '../../src/stores/encoded-job-store.ts'
import type { RecordJobStore, StoreCapabilities } from '../../src/stores/record-job-store.ts'
import { interval } from '../../src/triggers/index.ts'

/** What a store under test is made from. */
export interface StoreOptions {
  /** Names the data: stores with the same name have the same data, where the store can share or keep it. */
  readonly name: string
  /** For stores that keep text. */
  readonly serializer?: Serializer
}

export type MakeStore = (options: StoreOptions) => RecordJobStore

/** The instant at which the tests take place, epoch ms. */
export const NOW = Date.UTC(2026, 0, 15, 12)
export const MINUTE = 60_000

/** A lane is asked for everything that is due. */
export const ALL = Number.MAX_SAFE_INTEGER

const trigger = interval('5m')
let names = 0

/** The store under test. */
export class Suite {
  readonly capabilities: StoreCapabilities
  readonly keepsText: boolean
  readonly #makeStore: MakeStore

  constructor(makeStore: MakeStore) {
    const probe = makeStore({ name: 'probe' })
    this.capabilities = probe.capabilities
    this.keepsText = probe instanceof EncodedJobStore
    this.#makeStore = makeStore
  }

  /** A name for data of its own. */
  newName(): string {
    names += 1
    return `data_${process.pid}_${names}`
  }

  /** A store that was never started. */
  make(options: Partial<StoreOptions> = {}): RecordJobStore {
    return this.#makeStore({ name: this.newName(), ...options })
  }

  /** An open store; on data of its own unless that is named. Closed when the test ends. */
  async open(options: Partial<StoreOptions> = {}, errors: CronwrightError[] = []): Promise<RecordJobStore> {
    const store = this.make(options)
    await start(store, errors)
    return store
  }
}

/** Opens a store, and closes it when the test ends. */
export async function start(store: RecordJobStore, errors: CronwrightError[] = []): Promise<void> {
  const host = {
    workerId: 'test',
    now: () => NOW,
    wakeup: () => undefined,
    reportError: (error: CronwrightError) => void errors.push(error),
  }
  await store.start(host, 'tested')
  onTestFinished(() => store.shutdown())
}

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
  if (!results.every((result) => result.applied)) throw new Error('a record was refused')
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

export function idsOf(records: readonly { readonly id: string }[]): string[] {
  return records.map((record) => record.id)
}
