/**
 * The edge to the driver `mysql2`: what the store uses of a pool and of a connection, and how its own pool is made.
 * Nothing of what the driver gives is believed unchecked.
 */

import { CronwrightError } from '../../errors.ts'
import { hasMethods, property } from '../driver-edge.ts'
import { importPeer } from '../import-peer.ts'
import type { SqlRow } from '../sql/statement.ts'

/** What a store needs of a pool: a pool of `mysql2/promise` fits. */
export interface MySqlPool {
  execute(query: object): Promise<unknown>
  getConnection(): Promise<unknown>
  end(): Promise<unknown>
}

/** One connection taken from a pool. */
export interface MySqlConnection {
  execute(query: object): Promise<unknown>
  query(query: object): Promise<unknown>
  release(): unknown
  destroy(): unknown
}

interface Listening {
  on(event: 'connection', listener: (connection: unknown) => void): unknown
}

/** A connection as the driver's pool tells of it: with callbacks. */
interface Asking {
  query(sql: string, done: () => void): unknown
}

export function isMySqlPool(value: unknown): value is MySqlPool {
  return hasMethods(value, ['execute', 'getConnection', 'end'])
}

/**
 * A process that stands still between two statements of a transaction keeps the locks it has, and with them every other
 * process from the same jobs. MariaDB ends its connection after two seconds; MySQL has no such setting, and there it
 * lasts until the connection breaks. Who waits for a lock has given up sooner than the server, which waits for 50 s unless set.
 */
const SESSION = 'SET SESSION innodb_lock_wait_timeout = 5 /*M!100300 , idle_write_transaction_timeout = 2 */'

/** A pool of the store's own. @throws MissingDependencyError where `mysql2` is not installed */
export async function newPool(config: object): Promise<MySqlPool> {
  const module = await importPeer('mysql2/promise', 'MySqlJobStore', 'mysql2')
  const createPool = property(module, 'createPool') ?? property(property(module, 'default'), 'createPool')
  const pool: unknown = typeof createPool === 'function' ? createPool(config) : undefined
  if (isMySqlPool(pool) && hasMethods<Listening>(pool, ['on'])) {
    // Sent before anything else on the connection. One that may not set it works all the same.
    pool.on('connection', (connection) => {
      if (hasMethods<Asking>(connection, ['query'])) connection.query(SESSION, () => undefined)
    })
    return pool
  }
  throw new CronwrightError('STORE_ERROR', 'the driver mysql2 has no function createPool that works')
}

export async function connectionOf(pool: MySqlPool): Promise<MySqlConnection> {
  const connection = await pool.getConnection()
  if (hasMethods<MySqlConnection>(connection, ['execute', 'query', 'release', 'destroy'])) return connection
  throw new CronwrightError('STORE_ERROR', 'the pool gave a connection without the methods execute and release')
}

/** The rows of a result of the driver: a pair of rows and columns. */
export function rowsOf(result: unknown): readonly SqlRow[] {
  const rows = Array.isArray(result) ? result[0] : undefined
  return Array.isArray(rows) ? rows : []
}

/** How many rows a statement matched (of an UPDATE) or wrote. */
export function affectedRows(result: unknown): number {
  return Number(property(Array.isArray(result) ? result[0] : undefined, 'affectedRows'))
}

/** Number of an error of the server, if it is one. */
export function errorNumber(error: unknown): number | undefined {
  const number = property(error, 'errno')
  return typeof number === 'number' ? number : undefined
}

/** Whether a record was to be added that is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return errorNumber(error) === 1062
}
