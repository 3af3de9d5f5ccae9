/** Options of the MySQL store: checked, with every default filled in. */

import { type Duration, parseDuration } from '../../core/duration.ts'
import { checkBoolean, checkFields, checkInteger, checkPlainObject, checkText } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { jsonSerializer, type Serializer } from '../../jobs/serializer.ts'
import { checkOneSource } from '../one-source.ts'
import { checkTable } from '../sql/tables.ts'
import { isMySqlPool, type MySqlPool } from './driver.ts'

/** Options of {@link MySqlJobStore}: `url`, `connection` or `pool`, and how the data is kept. */
export interface MySqlJobStoreOptions {
  /** `mysql://user:password@host:3306/database`, with the driver's own parameters behind `?`. */
  readonly url?: string
  /** Instead of `url`: settings of a pool of `mysql2` (`host`, `user`, `ssl`, ...), passed through. */
  readonly connection?: Readonly<Record<string, unknown>>
  /** Instead of both: your own pool of `mysql2/promise`. It is never closed, and its settings stay yours. */
  readonly pool?: MySqlPool
  /** Connections that the store's own pool opens at most. @default 10 */
  readonly maxConnections?: number
  /** After which a statement (or a try to connect) fails with `STORE_ERROR`. @default '5s' */
  readonly timeout?: Duration
  /** Name of the table; others begin with it. @default 'cronwright_records' */
  readonly table?: string
  /** Whether `start` creates and updates the tables. @default true */
  readonly autoMigrate?: boolean
  /** How inputs, outputs and metadata are written. @default JSON that keeps dates, maps, sets, bytes and big integers */
  readonly serializer?: Serializer
}

/** Names of the options. */
export const MYSQL_OPTIONS = [
  'url',
  'connection',
  'pool',
  'maxConnections',
  'timeout',
  'table',
  'autoMigrate',
  'serializer',
] as const satisfies readonly (keyof MySqlJobStoreOptions)[]

/** {@link MySqlJobStoreOptions}, checked. */
export interface ResolvedMySqlOptions {
  /** Settings of the pool to be made, or the user's. */
  readonly source: { readonly config: Readonly<Record<string, unknown>> } | { readonly pool: MySqlPool }
  readonly timeoutMs: number
  readonly table: string
  readonly autoMigrate: boolean
  readonly serializer: Serializer
}

/** @throws InvalidArgumentError */
export function resolveMySqlOptions(value: unknown): ResolvedMySqlOptions {
  const fields = checkFields(value, 'options', MYSQL_OPTIONS)
  const { timeout = '5s', autoMigrate = true, table = 'cronwright_records', serializer = jsonSerializer } = fields
  const timeoutMs = parseDuration(timeout, 'options.timeout', 100)
  return {
    source: sourceOf(fields, timeoutMs),
    timeoutMs,
    table: checkTable(table, 'options.table'),
    autoMigrate: checkBoolean(autoMigrate, 'options.autoMigrate'),
    // Checked by the base class of the stores that keep text.
    serializer: serializer as Serializer,
  }
}

function sourceOf(fields: Readonly<Record<string, unknown>>, timeoutMs: number): ResolvedMySqlOptions['source'] {
  const { url, connection, pool, maxConnections } = fields
  checkOneSource(fields, 'pool')
  if (pool !== undefined) {
    if (maxConnections !== undefined) {
      throw new InvalidArgumentError('options.maxConnections', maxConnections, 'must not be given with your own pool')
    }
    if (isMySqlPool(pool)) return { pool }
    throw new InvalidArgumentError('options.pool', pool, 'must be a pool of mysql2/promise')
  }
  return {
    config: {
      ...(url === undefined ? checkPlainObject(connection, 'options.connection') : { uri: checkUrl(url) }),
      charset: 'utf8mb4',
      connectTimeout: timeoutMs,
      enableKeepAlive: true,
      connectionLimit:
        maxConnections === undefined ? 10 : checkInteger(maxConnections, 'options.maxConnections', 1, 1_000),
    },
  }
}

/** An error never shows the URL: it may hold a password. */
function checkUrl(value: unknown): string {
  if (typeof value === 'string' && /^(mysql|mariadb):\/\//.test(checkText(value, 'options.url', 4_096))) {
    return value.replace(/^mariadb/, 'mysql')
  }
  throw new InvalidArgumentError('options.url', '(hidden)', 'must begin with mysql://')
}
