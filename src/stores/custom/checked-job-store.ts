/**
 * A user's ten methods, with nothing of them believed: calls that throw become `STORE_ERROR`s, and each job that comes
 * back is checked and given the version that this process counts for it.
 *
 * A job that cannot be read is reported once as `store:error` and left alone.
 */

import { ConflictingIdError, CronwrightError, JobLookupError } from '../../errors.ts'
import { checkJob } from '../../jobs/check-job.ts'
import { jobFromRecord, recordFromJob } from '../../jobs/job.ts'
import type { JobRecord } from '../../jobs/record.ts'
import type { Awaitable, JobStore, StoreHost } from '../job-store.ts'

export class CheckedJobStore {
  readonly #store: JobStore
  /** Of jobs that this process added or changed; of others it is 1. */
  readonly #versions = new Map<string, number>()
  readonly #unreadable = new Set<string>()
  #host: StoreHost | undefined
  #alias = ''

  constructor(store: JobStore) {
    this.#store = store
  }

  /** Whether it has jobs that cannot be read. */
  get hasUnreadable(): boolean {
    return this.#unreadable.size > 0
  }

  async start(host: StoreHost, alias: string): Promise<void> {
    this.#host = host
    this.#alias = alias
    await this.#call('start', () => this.#store.start(host, alias))
  }

  async shutdown(): Promise<void> {
    await this.#call('shutdown', () => this.#store.shutdown())
  }

  async lookup(id: string): Promise<JobRecord | undefined> {
    const job = await this.#call('lookupJob', () => this.#store.lookupJob(id))
    if (job === undefined || job === null) {
      this.#versions.delete(id)
      return undefined
    }
    const record = this.#record(job)
    if (record !== undefined && record.id !== id)
      throw this.#broken('lookupJob', `the job ${JSON.stringify(record.id)}`)
    return record
  }

  async due(now: number): Promise<JobRecord[]> {
    return this.#records('getDueJobs', await this.#call('getDueJobs', () => this.#store.getDueJobs(new Date(now))))
  }

  async all(): Promise<JobRecord[]> {
    return this.#records('getAllJobs', await this.#call('getAllJobs', () => this.#store.getAllJobs()))
  }

  /** Epoch ms, or null. */
  async nextRunTime(): Promise<number | null> {
    const next = await this.#call('getNextRunTime', () => this.#store.getNextRunTime())
    if (next === null || next === undefined) return null
    if (!(next instanceof Date) || Number.isNaN(next.getTime())) throw this.#broken('getNextRunTime', 'no valid Date')
    return next.getTime()
  }

  /** False if the id is taken. Asks first: not every store refuses by itself. */
  async add(record: JobRecord): Promise<boolean> {
    const taken = await this.#call('lookupJob', () => this.#store.lookupJob(record.id))
    if (taken !== undefined && taken !== null) return false
    try {
      await this.#call('addJob', () => this.#store.addJob(jobFromRecord(record, this.#alias)))
    } catch (error) {
      if (error instanceof ConflictingIdError) return false
      throw error
    }
    this.#versions.set(record.id, record.version)
    return true
  }

  /** False if the job was removed elsewhere. */
  async update(record: JobRecord): Promise<boolean> {
    // Before the call: if it fails nobody knows what the store did, and nobody may write over it what was read before.
    this.#versions.set(record.id, record.version)
    return this.#found(this.#call('updateJob', () => this.#store.updateJob(jobFromRecord(record, this.#alias))))
  }

  /** False if the job was removed elsewhere. */
  async remove(id: string): Promise<boolean> {
    const isRemoved = await this.#found(this.#call('removeJob', () => this.#store.removeJob(id)))
    this.#versions.delete(id)
    return isRemoved
  }

  /** Removes every job; the number of them. */
  async removeAll(): Promise<number> {
    const jobs = this.#list('getAllJobs', await this.#call('getAllJobs', () => this.#store.getAllJobs()))
    await this.#call('removeAllJobs', () => this.#store.removeAllJobs())
    this.#versions.clear()
    this.#unreadable.clear()
    return jobs.length
  }

  #records(method: keyof JobStore, given: unknown): JobRecord[] {
    const records: JobRecord[] = []
    for (const job of this.#list(method, given)) {
      const record = this.#record(job)
      if (record !== undefined) records.push(record)
    }
    return records
  }

  #record(given: unknown): JobRecord | undefined {
    try {
      const job = checkJob(given, this.#alias, 'job')
      this.#unreadable.delete(job.id)
      return recordFromJob(job, this.#versions.get(job.id) ?? 1)
    } catch (cause) {
      this.#report(given, cause)
      return undefined
    }
  }

  #report(given: unknown, cause: unknown): void {
    const id = typeof given === 'object' && given !== null && 'id' in given ? String(given.id) : '(without id)'
    if (this.#unreadable.has(id)) return
    this.#unreadable.add(id)
    this.#host?.reportError(
      new CronwrightError('DESERIALIZATION', `the job ${JSON.stringify(id)} cannot be read; it is left alone`, {
        details: { kind: 'job', id, store: this.#alias },
        cause,
      }),
    )
  }

  #list(method: keyof JobStore, given: unknown): readonly unknown[] {
    if (!Array.isArray(given)) throw this.#broken(method, 'no array')
    return given
  }

  #broken(method: keyof JobStore, what: string): CronwrightError {
    return new CronwrightError(
      'STORE_ERROR',
      `${method}() of the job store ${JSON.stringify(this.#alias)} gave ${what}`,
      {
        details: { store: this.#alias, method },
      },
    )
  }

  async #found(call: Promise<void>): Promise<boolean> {
    try {
      await call
      return true
    } catch (error) {
      if (error instanceof JobLookupError) return false
      throw error
    }
  }

  /** @throws CronwrightError: the store's own, or `STORE_ERROR` */
  async #call<T>(method: keyof JobStore, call: () => Awaitable<T>): Promise<T> {
    try {
      return await call()
    } catch (cause) {
      if (cause instanceof CronwrightError) throw cause
      throw new CronwrightError('STORE_ERROR', `${method}() of the job store ${JSON.stringify(this.#alias)} failed`, {
        details: { store: this.#alias, method },
        cause,
      })
    }
  }
}
