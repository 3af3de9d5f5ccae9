/**
 * Makes a full store of a user's ten methods ({@link JobStore}), so that the scheduler knows only one kind of store.
 * Jobs live in the user's store; runs, with their leases and history, live in a memory store beside it and end with
 * the process.
 *
 * The guards of the record contract need a version for each job. A ten-method store has none, so this process counts
 * them: two commands of one scheduler cannot overwrite each other, but two processes on one custom store can, and a
 * fire time may run in both. Safety between processes needs a built-in store.
 */

import { readable } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { type Job, jobFromRecord } from '../jobs/job.ts'
import {
  APPLIED,
  type Change,
  type ChangeResult,
  type JobRecord,
  type Lane,
  patchedRecord,
  REFUSED,
  type RecordKey,
  type RecordKind,
  type StoreRecord,
} from '../jobs/record.ts'
import { CheckedJobStore } from './custom/checked-job-store.ts'
import type { JobStore } from './job-store.ts'
import { MemoryJobStore } from './memory/memory-job-store.ts'
import { byNextRunTime, RecordJobStore, type StoreCapabilities } from './record-job-store.ts'
import type { DueQuery, KindInLane, ListQuery, NextDueQuery, RunSeries } from './record-store.ts'

const METHODS = [
  'start',
  'shutdown',
  'lookupJob',
  'getDueJobs',
  'getNextRunTime',
  'getAllJobs',
  'addJob',
  'updateJob',
  'removeJob',
  'removeAllJobs',
] as const satisfies readonly (keyof JobStore)[]

/**
 * Whether a value is a job store: has the ten methods. A value with none of them is no store; one with only some is
 * meant as one and refused.
 *
 * @param field - the name that an error gives
 * @throws InvalidArgumentError that names the missing methods
 */
export function isJobStore(value: unknown, field = 'jobStore'): value is JobStore {
  if (typeof value !== 'object' || value === null) return false
  const method = (name: string): unknown => readable(`${field}.${name}`, value, () => Reflect.get(value, name))
  const missing = METHODS.filter((name) => typeof method(name) !== 'function')
  if (missing.length === 0 || missing.length === METHODS.length) return missing.length === 0
  const rule = `must have the ten methods of a job store; missing: ${missing.join(', ')}`
  throw new InvalidArgumentError(field, value, rule)
}

export class CustomStoreAdapter extends RecordJobStore {
  override readonly capabilities: StoreCapabilities

  readonly #jobs: CheckedJobStore
  readonly #runs = new MemoryJobStore()
  #lastTurn: Promise<unknown> = Promise.resolve()

  /** A store whose own property `persistent` is true is taken to outlive the process. */
  constructor(store: JobStore) {
    super()
    this.#jobs = new CheckedJobStore(store)
    this.capabilities = { persistent: 'persistent' in store && store.persistent === true, shared: true }
  }

  protected override async open(): Promise<void> {
    await this.#jobs.start(this.host, this.alias)
    await this.#runs.start(this.host, this.alias)
  }

  protected override async close(): Promise<void> {
    await this.#runs.shutdown()
    await this.#jobs.shutdown()
  }

  override isolate<T>(value: T, path?: string): T {
    return this.#runs.isolate(value, path)
  }

  override async get<K extends RecordKind>(
    keys: readonly RecordKey<K>[],
  ): Promise<readonly (StoreRecord<K> | undefined)[]> {
    const found: (StoreRecord | undefined)[] = []
    for (const key of keys) {
      if (key.kind === 'job') found.push(await this.#inTurn(() => this.#jobs.lookup(key.id)))
      else found.push(...(await this.#runs.get([key])))
    }
    return found as (StoreRecord<K> | undefined)[]
  }

  override async list<K extends RecordKind>(query: ListQuery<K>): Promise<readonly StoreRecord<K>[]> {
    if (query.kind !== 'job') return this.#runs.list(query)
    const jobs = (await this.#allJobs()).filter((job) => matches(job, query))
    return jobs.sort(newestFirst).slice(0, query.limit) as StoreRecord<K>[]
  }

  override async count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    if (query.kind !== 'job') return this.#runs.count(query)
    return (await this.#allJobs()).filter((job) => matches(job, query)).length
  }

  override async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    if (query.lane !== 'job') return this.#runs.due(query)
    const given = await this.#inTurn(() => this.#jobs.due(query.before))
    const jobs = given.filter((job) => isWanted(job, query) && dueOf(job) <= query.before)
    const { limit, skip = 0 } = query
    return jobs.sort((a, b) => dueOf(a) - dueOf(b)).slice(skip, skip + limit) as StoreRecord<KindInLane<L>>[]
  }

  override nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    return Promise.all(queries.map((query) => this.#nextDue(query)))
  }

  async #nextDue(query: NextDueQuery): Promise<number | null> {
    if (query.lane !== 'job') return (await this.#runs.nextDue([query]))[0] ?? null
    // The store's own answer may be the time of a job that is left out here, and would then be due for ever.
    const { withoutFunctions = [], withoutJobs = [], queues } = query
    const isAnyWanted = withoutFunctions.length + withoutJobs.length === 0 && queues === undefined
    if (isAnyWanted && !this.#jobs.hasUnreadable) return this.#inTurn(() => this.#jobs.nextRunTime())
    const dues = (await this.#allJobs()).filter((job) => isWanted(job, query)).map(dueOf)
    const next = dues.reduce((earliest, due) => Math.min(earliest, due), Number.POSITIVE_INFINITY)
    return Number.isFinite(next) ? next : null
  }

  override async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#runs.countActive(jobIds)
  }

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    if (changes.every((change) => kindOf(change) !== 'job')) return this.#runs.commit(changes)
    const results: ChangeResult[] = []
    for (const change of changes) {
      if (kindOf(change) !== 'job') results.push(...(await this.#runs.commit([change])))
      else results.push(await this.#inTurn(() => this.#changeJob(change)))
    }
    return results
  }

  override async trim(series: readonly RunSeries[]): Promise<void> {
    await this.#runs.trim(series)
  }

  override async removeJobs(): Promise<number> {
    return this.#inTurn(() => this.#jobs.removeAll())
  }

  /** In one call, where pages would each ask for all. */
  override async getAllJobs(): Promise<Job[]> {
    const jobs = (await this.#allJobs()).map((record) => jobFromRecord(record, this.alias))
    return jobs.sort(byNextRunTime)
  }

  async #allJobs(): Promise<JobRecord[]> {
    return this.#inTurn(() => this.#jobs.all())
  }

  /** Inserts come first, as the contract says for stores that cannot do both in one step. */
  async #changeJob(change: Change): Promise<ChangeResult> {
    const { expect, inserts = [] } = change
    const current = 'key' in change ? await this.#jobs.lookup(change.key.id) : undefined
    if ((current?.version ?? 0) !== expect) return REFUSED
    const inserted = await this.#runs.commit(inserts.map((record) => ({ expect: 0, record })))
    const existing = inserts.filter((_run, index) => inserted[index]?.applied !== true).map(({ id }) => id)
    if (!(await this.#write(change, current))) {
      await this.#takeBack(inserts.filter(({ id }) => !existing.includes(id)))
      return REFUSED
    }
    return existing.length === 0 ? APPLIED : { applied: true, existing }
  }

  /** False if the id is taken, or the job was removed elsewhere. */
  #write(change: Change, current: JobRecord | undefined): Promise<boolean> {
    if (!('key' in change)) return this.#jobs.add(change.record as JobRecord)
    const { key, patch } = change
    if (patch === null || current === undefined) return this.#jobs.remove(key.id)
    return this.#jobs.update(patchedRecord<'job'>(current, patch))
  }

  /** The job was removed (or its id taken) elsewhere between look-up and change: the runs that came with the change go again. */
  async #takeBack(runs: readonly StoreRecord[]): Promise<void> {
    await this.#runs.commit(runs.map(({ kind, id, version }) => ({ expect: version, key: { kind, id }, patch: null })))
  }

  /** Does work on jobs when nothing else does: a change is a look-up and a write, and nothing may come between them. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(() => {
      this.#checkOpen()
      return work()
    })
    this.#lastTurn = turn.catch(() => undefined)
    return turn
  }

  /** @throws CronwrightError (`STORE_CLOSED`) */
  #checkOpen(): void {
    void this.host
  }
}

function kindOf(change: Change): RecordKind {
  return 'key' in change ? change.key.kind : change.record.kind
}

function dueOf(job: JobRecord): number {
  return job.due ?? Number.POSITIVE_INFINITY
}

function isWanted({ id, functionRef, queue }: JobRecord, query: NextDueQuery): boolean {
  const { withoutFunctions = [], withoutJobs = [], queues } = query
  return !withoutFunctions.includes(functionRef) && !withoutJobs.includes(id) && (queues?.includes(queue) ?? true)
}

function matches(job: JobRecord, query: Pick<ListQuery, 'jobId' | 'states' | 'queue' | 'before'>): boolean {
  const { jobId, states, queue, before } = query
  if (jobId !== undefined || (queue !== undefined && job.queue !== queue)) return false
  if (states !== undefined && !states.includes(job.state)) return false
  if (before === undefined || job.at < before.at) return true
  return job.at === before.at && before.id !== undefined && job.id < before.id
}

/** By `at` descending, then id descending. */
function newestFirst(a: JobRecord, b: JobRecord): number {
  return b.at - a.at || (a.id < b.id ? 1 : -1)
}
