/**
 * Base class of the built-in stores: the ten methods of {@link JobStore}, built once on the record contract, and the
 * life cycle. A subclass gives `open`, `close` and the operations of {@link RecordStore}.
 */

import { firstVersion } from '../core/random-id.ts'
import { ConflictingIdError, CronwrightError, JobLookupError } from '../errors.ts'
import { checkJob } from '../jobs/check-job.ts'
import { type Job, jobFromRecord, recordFromJob } from '../jobs/job.ts'
import type { HistoryPolicy } from '../jobs/policy.ts'
import type { Change, ChangeResult, JobRecord, Lane, RecordKey, RecordKind, StoreRecord } from '../jobs/record.ts'
import type { JobStore, StoreHost } from './job-store.ts'
import type { DueQuery, KindInLane, ListQuery, NextDueQuery, RecordStore, RunSeries } from './record-store.ts'
import type { SchemaMigration, SchemaVersion } from './schema.ts'

/** What a store can do beyond the contract, declared: the only ground on which a conformance test may be left out. */
export interface StoreCapabilities {
  /** Whether jobs outlive the process: functions then need registered names. */
  readonly persistent: boolean
  /** Whether other processes may change the store: it is then asked at least once in every `pollInterval`. */
  readonly shared: boolean
  /** Whether this process's own thread does its work, and nothing else meanwhile. @default false */
  readonly embedded?: boolean
  /** What holds instead of the usual history where neither scheduler nor job says otherwise. */
  readonly history?: HistoryPolicy | undefined
}

/** Records read by page when all of a kind are wanted. */
const PAGE = 1_000

export abstract class RecordJobStore implements JobStore, RecordStore {
  abstract readonly capabilities: StoreCapabilities

  #host: StoreHost | undefined
  #alias = ''

  /** Opens the store for a scheduler. Opening an open store changes only its host. */
  async start(scheduler: StoreHost, alias: string): Promise<void> {
    const isOpen = this.#host !== undefined
    this.#host = scheduler
    this.#alias = alias
    if (isOpen) return
    try {
      await this.open()
    } catch (error) {
      this.#host = undefined
      throw error
    }
  }

  async shutdown(): Promise<void> {
    if (this.#host === undefined) return
    this.#host = undefined
    await this.close()
  }

  /**
   * The version of the schema where this store keeps its data, which need not be open; undefined for a store without a
   * schema. Writes nothing.
   */
  async schemaVersion(): Promise<SchemaVersion | undefined> {
    return undefined
  }

  /**
   * Creates the schema or brings it up to date, whatever `autoMigrate` says. The store need not be open, and is not
   * opened. Undefined for a store without a schema.
   *
   * @throws CronwrightError (`STORE_ERROR`) when the store fails, or its schema is newer than this release
   */
  async migrate(): Promise<SchemaMigration | undefined> {
    return undefined
  }

  /** Alias under which the scheduler knows this store; empty before `start`. */
  get alias(): string {
    return this.#alias
  }

  /** The scheduler this store works for. @throws CronwrightError (`STORE_CLOSED`) */
  protected get host(): StoreHost {
    if (this.#host === undefined) {
      throw new CronwrightError('STORE_CLOSED', `the job store ${JSON.stringify(this.#alias)} is not open`)
    }
    return this.#host
  }

  /**
   * A value that shares nothing with the one given, so that neither a caller nor a handler can change what is stored.
   * Stores that keep text return the value itself: writing it is the copy.
   *
   * @param _path - what an error calls the value
   * @throws SerializationError when the store can tell at once that it cannot keep the value
   */
  isolate<T>(value: T, _path?: string): T {
    return value
  }

  /** @throws SerializationError when `commit` would, for a record that the store cannot keep */
  checkStorable(_record: StoreRecord): void {}

  protected abstract open(): Promise<void>
  protected abstract close(): Promise<void>

  abstract get<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<readonly (StoreRecord<K> | undefined)[]>
  abstract list<K extends RecordKind>(query: ListQuery<K>): Promise<readonly StoreRecord<K>[]>
  abstract count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number>
  abstract due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]>
  abstract nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]>
  abstract countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>>
  abstract commit(changes: readonly Change[]): Promise<readonly ChangeResult[]>
  abstract trim(series: readonly RunSeries[]): Promise<void>
  abstract removeJobs(): Promise<number>

  async serverTime(): Promise<number | undefined> {
    return undefined
  }

  async lookupJob(id: string): Promise<Job | undefined> {
    const record = await this.#jobRecord(id)
    return record === undefined ? undefined : jobFromRecord(record, this.#alias)
  }

  async getDueJobs(now: Date): Promise<Job[]> {
    const records = await this.due({ lane: 'job', before: now.getTime(), limit: Number.MAX_SAFE_INTEGER })
    return records.map((record) => jobFromRecord(record, this.#alias))
  }

  async getNextRunTime(): Promise<Date | null> {
    const [due = null] = await this.nextDue([{ lane: 'job' }])
    return due === null ? null : new Date(due)
  }

  async getAllJobs(): Promise<Job[]> {
    const jobs: Job[] = []
    let before: { at: number; id: string } | undefined
    for (;;) {
      const page = await this.list({ kind: 'job', before, limit: PAGE })
      for (const record of page) jobs.push(jobFromRecord(record, this.#alias))
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      before = { at: last.at, id: last.id }
    }
    return jobs.sort(byNextRunTime)
  }

  async addJob(job: Job): Promise<void> {
    const checked = checkJob(job, this.#alias, 'job')
    const [result] = await this.commit([{ expect: 0, record: recordFromJob(checked, firstVersion()) }])
    if (result?.applied !== true) throw new ConflictingIdError(job.id, this.#alias)
  }

  async updateJob(job: Job): Promise<void> {
    const checked = checkJob(job, this.#alias, 'job')
    await this.#replace(job.id, (record) => recordFromJob(checked, record.version))
  }

  async removeJob(id: string): Promise<void> {
    await this.#replace(id, () => null)
  }

  async removeAllJobs(): Promise<void> {
    await this.removeJobs()
  }

  async #jobRecord(id: string): Promise<JobRecord | undefined> {
    const [record] = await this.get([{ kind: 'job', id }])
    return record
  }

  /** Read, change, compare-and-set, until no other process came between. */
  async #replace(id: string, change: (record: JobRecord) => JobRecord | null): Promise<void> {
    for (;;) {
      const record = await this.#jobRecord(id)
      if (record === undefined) throw new JobLookupError(id, this.#alias)
      const key: RecordKey = { kind: 'job', id }
      const [result] = await this.commit([{ expect: record.version, key, patch: change(record) }])
      if (result?.applied === true) return
    }
  }
}

/** Earliest next run time first, jobs without one last, then by id. */
export function byNextRunTime(a: Job, b: Job): number {
  const left = a.nextRunTime?.getTime() ?? Number.POSITIVE_INFINITY
  const right = b.nextRunTime?.getTime() ?? Number.POSITIVE_INFINITY
  if (left !== right) return left < right ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
