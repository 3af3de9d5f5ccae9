/**
 * The SQLite store: all processes of one machine share jobs through a file, with no server. Both drivers are
 * synchronous, so every operation is short and large batches give way to the event loop between their transactions.
 */

import { yieldToEventLoop } from '../../core/clock.ts'
import { CronwrightError } from '../../errors.ts'
import type { ChangeResult, RecordKey } from '../../jobs/record.ts'
import { type EncodedChange, EncodedJobStore, type EncodedRecord } from '../encoded-job-store.ts'
import type { StoreCapabilities } from '../record-job-store.ts'
import type { DueQuery, ListQuery, NextDueQuery, RunSeries } from '../record-store.ts'
import { isBusy } from './driver.ts'
import { type ResolvedSqliteOptions, resolveSqliteOptions, type SqliteJobStoreOptions } from './options.ts'
import { Session } from './session.ts'

/** Changes in one transaction. More would hold up the event loop and the writers of other processes. */
const MAX_CHANGES = 1_000

/**
 * Keeps jobs and runs in an SQLite database.
 *
 * @example
 * const scheduler = new Scheduler({ jobStores: { default: new SqliteJobStore({ path: './jobs.db' }) } })
 */
export class SqliteJobStore extends EncodedJobStore {
  override readonly capabilities: StoreCapabilities

  readonly #options: ResolvedSqliteOptions
  #session: Session | undefined

  /** @throws InvalidArgumentError */
  constructor(options: SqliteJobStoreOptions) {
    const resolved = resolveSqliteOptions(options)
    super(resolved.serializer)
    this.#options = resolved
    const isForgotten = 'path' in resolved.source && resolved.source.path === ':memory:'
    this.capabilities = { persistent: !isForgotten, shared: !isForgotten }
  }

  protected override async open(): Promise<void> {
    try {
      this.#session = await Session.open(this.#options, this.host.now())
    } catch (error) {
      throw this.#translate('open', error)
    }
  }

  protected override async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    try {
      session?.close()
    } catch (error) {
      throw this.#translate('close', error)
    }
  }

  protected override async readEncoded(keys: readonly RecordKey[]): Promise<readonly (EncodedRecord | undefined)[]> {
    return this.#run('get', (session) => session.records.read(keys))
  }

  protected override async listEncoded(query: ListQuery): Promise<readonly EncodedRecord[]> {
    return this.#run('list', (session) => session.records.list(query))
  }

  protected override async dueEncoded(query: DueQuery): Promise<readonly EncodedRecord[]> {
    return this.#run('due', (session) => session.due.due(query))
  }

  protected override async commitEncoded(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = []
    for (let start = 0; start < changes.length; start += MAX_CHANGES) {
      if (start > 0) await yieldToEventLoop()
      const batch = changes.slice(start, start + MAX_CHANGES)
      results.push(...this.#run('commit', (session) => session.changes.commit(batch)))
    }
    return results
  }

  override async count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    return this.#run('count', (session) => session.records.count(query))
  }

  override async nextDue(query: NextDueQuery): Promise<number | null> {
    return this.#run('nextDue', (session) => session.due.nextDue(query))
  }

  override async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#run('countActive', (session) => session.series.countActive(jobIds))
  }

  override async trim(series: readonly RunSeries[]): Promise<void> {
    this.#run('trim', (session) => session.series.trim(series))
  }

  override async removeJobs(): Promise<number> {
    return this.#run('removeJobs', (session) => session.changes.removeJobs())
  }

  #run<T>(operation: string, work: (session: Session) => T): T {
    if (this.#session === undefined) {
      throw new CronwrightError('STORE_CLOSED', `the job store ${JSON.stringify(this.alias)} is not open`)
    }
    try {
      return work(this.#session)
    } catch (error) {
      throw this.#translate(operation, error)
    }
  }

  /** An error of the driver as one of ours, with the operation named. */
  #translate(operation: string, error: unknown): CronwrightError {
    if (error instanceof CronwrightError) return error
    const reason = error instanceof Error ? error.message : String(error)
    const hint = isBusy(error) ? ' (another process held the write lock longer than the busy timeout)' : ''
    const message = `the SQLite job store ${JSON.stringify(this.alias)} failed in ${operation}: ${reason}${hint}`
    return new CronwrightError('STORE_ERROR', message, {
      details: { operation, store: this.alias, isBusy: isBusy(error) },
      cause: error,
    })
  }
}
