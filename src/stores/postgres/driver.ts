/**
 * The edge to the driver `pg`: what the store uses of a pool and of a client, and how its own pool is made. Nothing of
 * what the driver gives is believed unchecked.
 */

import { CronwrightError } from '../../errors.ts'
import { hasMethods, property } from '../driver-edge.ts'
import { importPeer } from '../import-peer.ts'
import type { SqlRow } from '../sql/statement.ts'

/** What a store needs of a pool: a `Pool` of `pg` fits. */
export interface PostgresPool {
  query(query: object): Promise<unknown>
  connect(): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  end(): Promise<unknown>
}

/** One connection taken from a pool. */
export interface PostgresClient {
  query(query: object): Promise<unknown>
  on(event: string, listener: (argument: unknown) => void): unknown
  off(event: string, listener: (argument: unknown) => void): unknown
  release(destroy?: boolean): unknown
}

export function isPostgresPool(value: unknown): value is PostgresPool {
  return hasMethods(value, ['query', 'connect', 'on', 'end'])
}

/** @throws MissingDependencyError where `pg` is not installed */
export async function newPool(config: object): Promise<PostgresPool> {
  const module = await importPeer('pg', 'PostgresJobStore')
  const Pool = property(module, 'Pool') ?? property(property(module, 'default'), 'Pool')
  const pool: unknown = typeof Pool === 'function' ? Reflect.construct(Pool, [config]) : undefined
  if (isPostgresPool(pool)) return pool
  throw new CronwrightError('STORE_ERROR', 'the driver pg has no class Pool that works')
}

/** A client of a pool. Its errors are listened to: an error that nobody listens to would end the process. */
export async function clientOf(pool: PostgresPool, onError: (error: unknown) => void): Promise<PostgresClient> {
  const client = await pool.connect()
  if (!hasMethods<PostgresClient>(client, ['query', 'on', 'off', 'release'])) {
    throw new CronwrightError('STORE_ERROR', 'the pool gave a client without the methods query, on, off and release')
  }
  client.on('error', onError)
  return client
}

/** The rows of a result. */
export function rowsOf(result: unknown): readonly SqlRow[] {
  const rows = property(result, 'rows')
  return Array.isArray(rows) ? rows : []
}

/** SQLSTATE of an error, if it has one. */
export function sqlState(error: unknown): string | undefined {
  const code = property(error, 'code')
  return typeof code === 'string' ? code : undefined
}
