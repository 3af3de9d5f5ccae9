/** Options of the PostgreSQL store: checked, with every default filled in. */

import { type Duration, parseDuration } from '../../core/duration.ts'
import { checkBoolean, checkFields, checkInteger, checkPlainObject, checkText } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { jsonSerializer, type Serializer } from '../../jobs/serializer.ts'
import { checkOneSource } from '../one-source.ts'
import { checkTable } from '../sql/tables.ts'
import { isPostgresPool, type PostgresPool } from './driver.ts'

/** Options of {@link PostgresJobStore}: `url`, `connection` or `pool`, and how the data is kept. */
export interface PostgresJobStoreOptions {
  /** `postgres://user:password@host:5432/database`, with the driver's own parameters (`sslmode=require`) behind `?`. */
  readonly url?: string
  /** Instead of `url`: settings of a `Pool` of `pg` (`host`, `user`, `ssl`, ...), passed through. */
  readonly connection?: Readonly<Record<string, unknown>>
  /** Instead of both: your own `Pool`. It is never closed, and its settings stay yours. */
  readonly pool?: PostgresPool
  /** Connections that the store's own pool opens at most. @default 10 */
  readonly maxConnections?: number
  /** After which a statement (or a try to connect) fails with `STORE_ERROR`. @default '5s' */
  readonly timeout?: Duration
  /**
   * Whether statements are prepared by name, which saves planning. Turn it off behind PgBouncer in transaction mode.
   * @default true
   */
  readonly preparedStatements?: boolean
  /**
   * Whether processes tell each other of new work by LISTEN and NOTIFY, on a connection of its own. Without it they find
   * it within `pollInterval`. Does not work behind PgBouncer in transaction mode. @default true
   */
  readonly notify?: boolean
  /** Name of the table; others begin with it. @default 'cronwright_records' */
  readonly table?: string
  /** PostgreSQL schema of the tables, which must exist. @default the connection's */
  readonly schema?: string
  /** Whether `start` creates and updates the tables. @default true */
  readonly autoMigrate?: boolean
  /** How inputs, outputs and metadata are written. @default JSON that keeps dates, maps, sets, bytes and big integers */
  readonly serializer?: Serializer
}

/** Names of the options. */
export const POSTGRES_OPTIONS = [
  'url',
  'connection',
  'pool',
  'maxConnections',
  'timeout',
  'preparedStatements',
  'notify',
  'table',
  'schema',
  'autoMigrate',
  'serializer',
] as const satisfies readonly (keyof PostgresJobStoreOptions)[]

/** {@link PostgresJobStoreOptions}, checked. */
export interface ResolvedPostgresOptions {
  /** Settings of the pool to be made, or the user's. */
  readonly source: { readonly config: Readonly<Record<string, unknown>> } | { readonly pool: PostgresPool }
  readonly timeoutMs: number
  readonly preparedStatements: boolean
  readonly notify: boolean
  readonly table: string
  readonly schema: string | undefined
  readonly autoMigrate: boolean
  readonly serializer: Serializer
}

/** @throws InvalidArgumentError */
export function resolvePostgresOptions(value: unknown): ResolvedPostgresOptions {
  const fields = checkFields(value, 'options', POSTGRES_OPTIONS)
  const { timeout = '5s', preparedStatements = true, notify = true, autoMigrate = true } = fields
  const { table = 'cronwright_records', schema, serializer = jsonSerializer } = fields
  const timeoutMs = parseDuration(timeout, 'options.timeout', 100)
  return {
    source: sourceOf(fields, timeoutMs),
    timeoutMs,
    preparedStatements: checkBoolean(preparedStatements, 'options.preparedStatements'),
    notify: checkBoolean(notify, 'options.notify'),
    table: checkTable(table, 'options.table'),
    schema: schema === undefined ? undefined : checkTable(schema, 'options.schema'),
    autoMigrate: checkBoolean(autoMigrate, 'options.autoMigrate'),
    // Checked by the base class of the stores that keep text.
    serializer: serializer as Serializer,
  }
}

function sourceOf(fields: Readonly<Record<string, unknown>>, timeoutMs: number): ResolvedPostgresOptions['source'] {
  const { url, connection, pool, maxConnections } = fields
  checkOneSource(fields, 'pool')
  if (pool !== undefined) {
    if (maxConnections !== undefined) {
      throw new InvalidArgumentError('options.maxConnections', maxConnections, 'must not be given with your own pool')
    }
    if (isPostgresPool(pool)) return { pool }
    throw new InvalidArgumentError('options.pool', pool, 'must be a Pool of pg')
  }
  return {
    config: {
      application_name: 'cronwright',
      keepAlive: true,
      connectionTimeoutMillis: timeoutMs,
      ...(url === undefined ? checkPlainObject(connection, 'options.connection') : { connectionString: checkUrl(url) }),
      max: maxConnections === undefined ? 10 : checkInteger(maxConnections, 'options.maxConnections', 2, 1_000),
    },
  }
}

/** An error never shows the URL: it may hold a password. */
function checkUrl(value: unknown): string {
  if (typeof value === 'string' && /^postgres(ql)?:\/\//.test(checkText(value, 'options.url', 4_096))) return value
  throw new InvalidArgumentError('options.url', '(hidden)', 'must begin with postgres:// or postgresql://')
}
