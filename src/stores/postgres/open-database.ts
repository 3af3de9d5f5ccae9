/** A pool to work on: the store's own, or its user's, which is never closed. */

import { type Tables, tablesOf } from '../sql/tables.ts'
import { Database } from './database.ts'
import { newPool, type PostgresClient, type PostgresPool } from './driver.ts'
import type { ResolvedPostgresOptions } from './options.ts'

export interface OpenDatabase {
  readonly pool: PostgresPool
  readonly database: Database
  readonly tables: Tables
  close(): Promise<void>
}

export async function openDatabase(options: ResolvedPostgresOptions): Promise<OpenDatabase> {
  const { source, table, schema, timeoutMs, preparedStatements } = options
  const isOwn = 'config' in source
  const pool = isOwn ? await newPool({ ...source.config, ...hooks(options) }) : source.pool
  // An idle connection that breaks is the pool's to replace; unheard, its error would end the process.
  pool.on('error', () => undefined)
  return {
    pool,
    database: new Database(pool, preparedStatements, timeoutMs),
    tables: tablesOf(table, { quote: '"', schema }),
    async close() {
      if (isOwn) await pool.end()
    },
  }
}

/**
 * The planner cannot tell that a queue has few priorities and that few runs are at work. On a large table it takes a claim
 * for so dear that it compiles it first (JIT), which takes a hundred times as long as the claim. Where connections are
 * shared by transactions, which is where nothing is prepared, a setting would be somebody else's too.
 */
function hooks({ preparedStatements, timeoutMs }: ResolvedPostgresOptions): object {
  if (!preparedStatements) return {}
  const verify = (client: Pick<PostgresClient, 'query'>, done: (error?: unknown) => void): void => {
    client.query({ text: 'SET jit = off', query_timeout: timeoutMs }).then(() => done(), done)
  }
  return { verify }
}

/** Works on a database that is closed again afterwards. */
export async function withDatabase<T>(
  options: ResolvedPostgresOptions,
  work: (opened: OpenDatabase) => Promise<T>,
): Promise<T> {
  const opened = await openDatabase(options)
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}
