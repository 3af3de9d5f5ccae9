/** An open store: its pool, and the operations on it. */

import type { ChangeResult } from '../../jobs/record.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import type { ServerSession } from '../server-job-store.ts'
import { number } from '../sql/rows.ts'
import type { Tables } from '../sql/tables.ts'
import { ChangeWriter } from './commit.ts'
import type { Database } from './database.ts'
import { DueReader } from './due.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import type { ResolvedMySqlOptions } from './options.ts'
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

  private constructor(opened: OpenDatabase) {
    const { database, tables } = opened
    this.due = new DueReader(database, tables)
    this.records = new RecordReader(database, tables)
    this.series = new SeriesKeeper(database, tables)
    this.#opened = opened
    this.#database = database
    this.#tables = tables
    this.#changes = new ChangeWriter(database, tables)
  }

  static async open(options: ResolvedMySqlOptions): Promise<Session> {
    const opened = await openDatabase(options)
    try {
      await prepareSchema(opened.database, opened.tables, options.autoMigrate)
      return new Session(opened)
    } catch (error) {
      await opened.close()
      throw error
    }
  }

  commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    return this.#changes.commit(changes)
  }

  removeJobs(): Promise<number> {
    return this.#database.write(`DELETE FROM ${this.#tables.records} WHERE kind = 'job'`)
  }

  async serverTime(): Promise<number | undefined> {
    const [row] = await this.#database.rows('SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS now')
    return row === undefined ? undefined : number(row, 'now')
  }

  async close(): Promise<void> {
    await this.#opened.close()
  }
}
