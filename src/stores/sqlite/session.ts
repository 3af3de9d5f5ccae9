/** An open store: its connection, and the operations prepared on it. */

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemClock, yieldToEventLoop } from '../../core/clock.ts'
import { CronwrightError } from '../../errors.ts'
import type { ChangeResult } from '../../jobs/record.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import type { ServerSession } from '../server-job-store.ts'
import { type Tables, tablesOf } from '../sql/tables.ts'
import { ChangeWriter } from './changes.ts'
import { Connection } from './connection.ts'
import { isBusy, openDatabase } from './driver.ts'
import { DueReader } from './due.ts'
import type { ResolvedSqliteOptions, SqliteSource } from './options.ts'
import { RecordReader } from './records.ts'
import { checkSchema, MIGRATIONS, migrate } from './schema.ts'
import { SeriesKeeper } from './series.ts'

/** How long to wait before asking for WAL again. */
const RETRY_MS = 10

/**
 * Pages (of 4 kB) in the log before SQLite copies them into the database. Firing writes the same index pages over and
 * over: four times SQLite's own 1,000 means that each is copied a fourth as often.
 */
const WAL_PAGES = 4_000

/** Changes in one transaction. More would hold up the event loop and the writers of other processes. */
const MAX_CHANGES = 1_000

export class Session implements ServerSession {
  readonly due: DueReader
  readonly records: RecordReader
  readonly series: SeriesKeeper

  readonly #changes: ChangeWriter
  readonly #connection: Connection
  readonly #isOwn: boolean
  #isClosed = false

  private constructor(connection: Connection, tables: Tables, isOwn: boolean) {
    this.due = new DueReader(connection, tables)
    this.records = new RecordReader(connection, tables)
    this.series = new SeriesKeeper(connection, tables)
    this.#changes = new ChangeWriter(connection, tables)
    this.#connection = connection
    this.#isOwn = isOwn
  }

  /** @param now - epoch ms, noted when the schema changes */
  static async open({ source, table, autoMigrate }: ResolvedSqliteOptions, now: number): Promise<Session> {
    const isOwn = 'path' in source
    const connection = new Connection(isOwn ? await openFile(source.path) : source.database)
    const tables = tablesOf(table)
    try {
      if (isOwn) connection.exec(`PRAGMA busy_timeout = ${source.busyTimeoutMs}`)
      // First of all, so that a database this store has no business with stays exactly as it is.
      checkSchema(connection, tables, autoMigrate)
      if (isOwn) await configure(connection, source)
      migrate(connection, tables, MIGRATIONS, now)
      return new Session(connection, tables, isOwn)
    } catch (error) {
      if (isOwn) connection.close()
      throw error
    }
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    if (changes.length <= MAX_CHANGES) return this.#changes.commit(changes)
    const results: ChangeResult[] = []
    for (let start = 0; start < changes.length; start += MAX_CHANGES) {
      if (start > 0) await yieldToEventLoop()
      if (this.#isClosed) throw new CronwrightError('STORE_CLOSED', 'the job store was closed within a large batch')
      results.push(...this.#changes.commit(changes.slice(start, start + MAX_CHANGES)))
    }
    return results
  }

  removeJobs(): number {
    return this.#changes.removeJobs()
  }

  /** A file has no clock: the processes that share it are on one machine, and share its clock. */
  serverTime(): undefined {
    return undefined
  }

  close(): void {
    this.#isClosed = true
    if (this.#isOwn) this.#connection.close()
  }
}

async function openFile(path: string): ReturnType<typeof openDatabase> {
  const directory = dirname(path)
  if (path !== ':memory:' && !existsSync(directory)) {
    throw new CronwrightError('STORE_ERROR', `path: the directory ${JSON.stringify(directory)} does not exist`, {
      details: { field: 'path', value: path, rule: 'must be in a directory that exists' },
    })
  }
  return openDatabase(path)
}

/**
 * Processes that open a new file at the same time all want to switch it to WAL, and SQLite lets those that lose fail at
 * once, whatever the busy timeout. They ask again until one has switched.
 */
async function configure(
  connection: Connection,
  source: Extract<SqliteSource, { readonly path: string }>,
): Promise<void> {
  const deadline = systemClock.monotonic() + source.busyTimeoutMs
  for (;;) {
    try {
      connection.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${source.synchronous}; PRAGMA wal_autocheckpoint = ${WAL_PAGES}`,
      )
      return
    } catch (error) {
      if (!isBusy(error) || systemClock.monotonic() > deadline) throw error
      await new Promise<void>((resolve) => systemClock.setTimer(resolve, RETRY_MS))
    }
  }
}
