/** What the tests of the SQLite store share: files of their own, a second connection to look at them, and stores. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CronwrightError } from '../../../../src/errors.ts'
import { type SqliteDatabase, SqliteJobStore, type SqliteJobStoreOptions } from '../../../../src/sqlite.ts'
import { hasMethods } from '../../../../src/stores/driver-edge.ts'
import { importPeer } from '../../../../src/stores/import-peer.ts'
import { newDatabase } from '../../../../src/stores/sqlite/driver.ts'

const betterSqlite = await importPeer('better-sqlite3', 'this test')

/** A path for a database, in a directory that is removed when the test ends. */
export function newPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'jobs.db')
}

/** A connection beside the store's, closed when the test ends. */
export function openDatabase(path: string): SqliteDatabase {
  const database = newDatabase(betterSqlite, path)
  onTestFinished(() => void database.close())
  return database
}

/** The rows of a query, by column name. */
export function query(database: SqliteDatabase, sql: string): readonly Readonly<Record<string, unknown>>[] {
  const statement = database.prepare(sql)
  if (!hasMethods<{ all(): Record<string, unknown>[] }>(statement, ['all'])) throw new Error('not a statement')
  return statement.all()
}

/** An open store, closed when the test ends. */
export async function openStore(options: SqliteJobStoreOptions): Promise<SqliteJobStore> {
  const store = new SqliteJobStore(options)
  await store.start(
    {
      workerId: 'test',
      now: () => 1_000,
      wakeup: () => undefined,
      reportError: (error: CronwrightError) => {
        throw error
      },
    },
    'tested',
  )
  onTestFinished(() => store.shutdown())
  return store
}
