/**
 * Base class of the stores on a server or a database: the record contract on a {@link ServerSession}, and errors of the driver as
 * ours. A subclass opens a session and knows what its server's error codes mean.
 */

import { CronwrightError } from '../errors.ts'
import type { ChangeResult, RecordKey } from '../jobs/record.ts'
import type { Serializer } from '../jobs/serializer.ts'
import { type EncodedChange, EncodedJobStore, type EncodedRecord, type TextLimit } from './encoded-job-store.ts'
import type { Awaitable } from './job-store.ts'
import type { StoreCapabilities } from './record-job-store.ts'
import type { DueQuery, ListQuery, NextDueQuery, RunSeries } from './record-store.ts'
import type { SchemaKeeper, SchemaMigration, SchemaVersion } from './schema.ts'

/** An open database, with the operations of the record contract in groups. */
export interface ServerSession {
  readonly records: {
    read(keys: readonly RecordKey[]): Awaitable<readonly (EncodedRecord | undefined)[]>
    list(query: ListQuery): Awaitable<readonly EncodedRecord[]>
    count(query: Omit<ListQuery, 'limit' | 'before'>): Awaitable<number>
  }
  readonly due: {
    due(query: DueQuery): Awaitable<readonly EncodedRecord[]>
    nextDue(queries: readonly NextDueQuery[]): Awaitable<readonly (number | null)[]>
  }
  readonly series: {
    countActive(jobIds: readonly string[]): Awaitable<ReadonlyMap<string, number>>
    trim(series: readonly RunSeries[]): Awaitable<void>
  }
  /** What the server takes of one text; undefined where it takes anything that fits in memory. */
  readonly textLimit?: TextLimit | undefined
  commit(changes: readonly EncodedChange[]): Awaitable<readonly ChangeResult[]>
  removeJobs(): Awaitable<number>
  serverTime(): Awaitable<number | undefined>
  close(): Awaitable<void>
}

/** What an error of the driver means: more details for ours, and a hint in words. */
export interface ErrorMeaning {
  readonly details: Readonly<Record<string, unknown>>
  readonly hint: string | undefined
}

export abstract class ServerJobStore extends EncodedJobStore {
  abstract override readonly capabilities: StoreCapabilities

  readonly #server: string
  #session: ServerSession | undefined

  /** @param server - name of the server, for errors */
  constructor(server: string, serializer: Serializer) {
    super(serializer)
    this.#server = server
  }

  protected abstract openSession(): Promise<ServerSession>
  protected abstract meaningOf(error: unknown): ErrorMeaning

  /** Undefined where the server needs no schema. */
  protected get schema(): SchemaKeeper | undefined {
    return undefined
  }

  override async schemaVersion(): Promise<SchemaVersion | undefined> {
    const { schema } = this
    if (schema === undefined) return undefined
    return this.#translated('schemaVersion', async () => ({ current: await schema.version(), latest: schema.latest }))
  }

  override async migrate(): Promise<SchemaMigration | undefined> {
    const { schema } = this
    if (schema === undefined) return undefined
    return this.#translated('migrate', async () => {
      const from = await schema.version()
      await schema.migrate()
      return { from, to: schema.latest }
    })
  }

  protected override async open(): Promise<void> {
    this.#session = await this.#translated('open', () => this.openSession())
  }

  protected override async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await this.#translated('close', () => session?.close())
  }

  protected override get textLimit(): TextLimit | undefined {
    return this.#session?.textLimit
  }

  protected override readEncoded(keys: readonly RecordKey[]): Promise<readonly (EncodedRecord | undefined)[]> {
    return this.#run('get', (session) => session.records.read(keys))
  }

  protected override listEncoded(query: ListQuery): Promise<readonly EncodedRecord[]> {
    return this.#run('list', (session) => session.records.list(query))
  }

  protected override dueEncoded(query: DueQuery): Promise<readonly EncodedRecord[]> {
    return this.#run('due', (session) => session.due.due(query))
  }

  protected override commitEncoded(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    return this.#run('commit', (session) => session.commit(changes))
  }

  override count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    return this.#run('count', (session) => session.records.count(query))
  }

  override nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    return this.#run('nextDue', (session) => session.due.nextDue(queries))
  }

  override countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#run('countActive', (session) => session.series.countActive(jobIds))
  }

  override trim(series: readonly RunSeries[]): Promise<void> {
    return this.#run('trim', (session) => session.series.trim(series))
  }

  override removeJobs(): Promise<number> {
    return this.#run('removeJobs', (session) => session.removeJobs())
  }

  override serverTime(): Promise<number | undefined> {
    return this.#run('serverTime', (session) => session.serverTime())
  }

  async #run<T>(operation: string, work: (session: ServerSession) => Awaitable<T>): Promise<T> {
    const session = this.#session
    if (session === undefined) {
      throw new CronwrightError('STORE_CLOSED', `the job store ${JSON.stringify(this.alias)} is not open`)
    }
    return this.#translated(operation, () => work(session))
  }

  async #translated<T>(operation: string, work: () => Awaitable<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw this.#translate(operation, error)
    }
  }

  /** An error of the driver as one of ours, with the operation named. */
  #translate(operation: string, error: unknown): CronwrightError {
    if (error instanceof CronwrightError) return error
    const reason = error instanceof Error ? error.message : String(error)
    const { details, hint } = this.meaningOf(error)
    const name = this.alias === '' ? '' : ` ${JSON.stringify(this.alias)}`
    const message = `the ${this.#server} job store${name} failed in ${operation}: ${reason}${hint === undefined ? '' : ` (${hint})`}`
    return new CronwrightError('STORE_ERROR', message, {
      details: { operation, store: this.alias, ...details },
      cause: error,
    })
  }
}
