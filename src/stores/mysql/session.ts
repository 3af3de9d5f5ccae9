/** An open store: its pool, and the operations on it. */

import type { ChangeResult } from '../../jobs/record.ts'
import type { EncodedChange, TextLimit } from '../encoded-job-store.ts'
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

/** What a packet holds beside the text of one record. */
const PACKET_OVERHEAD = 65_536

export class Session implements ServerSession {
  readonly due: DueReader
  readonly records: RecordReader
  readonly series: SeriesKeeper
  readonly textLimit: TextLimit

  readonly #opened: OpenDatabase
  readonly #database: Database
  readonly #tables: Tables
  readonly #changes: ChangeWriter

  private constructor(opened: OpenDatabase, packet: number) {
    const { database, tables } = opened
    this.due = new DueReader(database, tables)
    this.records = new RecordReader(database, tables)
    this.series = new SeriesKeeper(database, tables)
    this.#opened = opened
    this.#database = database
    this.#tables = tables
    // Texts travel as JSON, in which each of their characters may become two.
    const bytes = Math.floor((packet - PACKET_OVERHEAD) / 2)
    this.textLimit = { bytes, because: `half of the server's max_allowed_packet, which is ${packet}` }
    this.#changes = new ChangeWriter(database, tables, Math.floor(bytes / 2))
  }

  static async open(options: ResolvedMySqlOptions): Promise<Session> {
    const opened = await openDatabase(options)
    try {
      await prepareSchema(opened.database, opened.tables, options.autoMigrate)
      return new Session(opened, await largestPacket(opened.database))
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
    const [row] = await this.#database.rows('SELECT UNIX_TIMESTAMP(NOW(6)) * 1e3 AS now')
    return row === undefined ? undefined : number(row, 'now')
  }

  async close(): Promise<void> {
    await this.#opened.close()
  }
}

/** Bytes that the server takes in one statement. */
async function largestPacket(database: Database): Promise<number> {
  const [row] = await database.rows('SELECT @@max_allowed_packet AS packet')
  return row === undefined ? 0 : number(row, 'packet')
}
