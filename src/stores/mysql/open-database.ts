/** A pool to work on: the store's own, or its user's, which is never closed. */

import { type Tables, tablesOf } from '../sql/tables.ts'
import { Database } from './database.ts'
import { newPool } from './driver.ts'
import type { ResolvedMySqlOptions } from './options.ts'

export interface OpenDatabase {
  readonly database: Database
  readonly tables: Tables
  close(): Promise<void>
}

export async function openDatabase({ source, table, timeoutMs }: ResolvedMySqlOptions): Promise<OpenDatabase> {
  const isOwn = 'config' in source
  const pool = isOwn ? await newPool(source.config) : source.pool
  return {
    database: new Database(pool, timeoutMs),
    tables: tablesOf(table, { quote: '`' }),
    async close() {
      if (isOwn) await pool.end()
    },
  }
}

/** Works on a database that is closed again afterwards. */
export async function withDatabase<T>(
  options: ResolvedMySqlOptions,
  work: (opened: OpenDatabase) => Promise<T>,
): Promise<T> {
  const opened = await openDatabase(options)
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}
