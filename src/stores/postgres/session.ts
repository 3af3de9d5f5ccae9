/** An open store: its pool, and the operations on it. */

import type { ChangeResult } from '../../jobs/record.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import type { ServerSession } from '../server-job-store.ts'
import { number } from '../sql/rows.ts'
import type { Tables } from '../sql/tables.ts'
import { ChangeWriter } from './commit.ts'
import type { Database } from './database.ts'
import { DueReader } from './due.ts'
import { Notifications } from './notifications.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import type { ResolvedPostgresOptions } from './options.ts'
import { RecordReader } from './records.ts'
import { prepareSchema } from './schema.ts'
import { SeriesKeeper } from './series.ts'

export class Session implements ServerSession {
  readonly due: DueReader
  readonly records: RecordReader
  readonly series: SeriesKeeper

  readonly #opened: OpenDatabase
  readonly #database: Database
  readonly #tables: Tables
  readonly #changes: ChangeWriter
  readonly #notifications: Notifications | undefined

  private constructor(opened: OpenDatabase, notifications: Notifications | undefined) {
    const { database, tables } = opened
    this.due = new DueReader(database, tables)
    this.records = new RecordReader(database, tables)
    this.series = new SeriesKeeper(database, tables)
    this.#opened = opened
    this.#database = database
    this.#tables = tables
    this.#changes = new ChangeWriter(database, tables)
    this.#notifications = notifications
  }

  static async open(options: ResolvedPostgresOptions, host: StoreHost): Promise<Session> {
    const opened = await openDatabase(options)
    const { pool, database, tables } = opened
    try {
      await prepareSchema(database, tables, options.autoMigrate)
      const notifications = options.notify ? new Notifications(pool, database, tables, host) : undefined
      notifications?.start()
      return new Session(opened, notifications)
    } catch (error) {
      await opened.close()
      throw error
    }
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results = await this.#changes.commit(changes)
    this.#notifications?.committed(changes)
    return results
  }

  async removeJobs(): Promise<number> {
    const sql = `WITH removed AS (DELETE FROM ${this.#tables.records} WHERE kind = 'job' RETURNING 1) SELECT count(*) AS jobs FROM removed`
    const row = await this.#database.first(sql)
    return row === undefined ? 0 : number(row, 'jobs')
  }

  async serverTime(): Promise<number | undefined> {
    const row = await this.#database.first('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now')
    return row === undefined ? undefined : number(row, 'now')
  }

  async close(): Promise<void> {
    await this.#notifications?.stop()
    await this.#opened.close()
  }
}
