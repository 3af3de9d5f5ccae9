/** Options of the SQLite store: checked, with every default filled in. */

import { type Duration, parseDuration } from '../../core/duration.ts'
import { checkBoolean, checkFields, checkOneOf, checkText } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { jsonSerializer, type Serializer } from '../../jobs/serializer.ts'
import { checkTable } from '../sql/tables.ts'
import { isSqliteDatabase, type SqliteDatabase } from './driver.ts'

/** Options of {@link SqliteJobStore}: `path` or `database`, and how the data is kept. */
export interface SqliteJobStoreOptions {
  /** File of the database, created if it does not exist (its directory must), or `':memory:'`. */
  readonly path?: string
  /**
   * Your own open database instead: a `DatabaseSync` of `node:sqlite` or a `Database` of better-sqlite3. It is never
   * closed, and its settings (journal mode, `synchronous`, busy timeout) stay yours.
   */
  readonly database?: SqliteDatabase
  /**
   * `'FULL'`: what was written survives a power cut. `'NORMAL'`: the last writes before a power cut may be lost, those
   * before a crash of the process not. @default 'FULL'
   */
  readonly synchronous?: 'FULL' | 'NORMAL'
  /**
   * How long an operation waits while another process writes, before it fails with `STORE_ERROR`. The process stands
   * still while it waits. At most 60 s. @default '5s'
   */
  readonly busyTimeout?: Duration
  /** Name of the table; others begin with it. Stores with different names share a file unseen by each other. @default 'cronwright_records' */
  readonly table?: string
  /** Whether `start` creates and updates the tables. @default true */
  readonly autoMigrate?: boolean
  /** How inputs, outputs and metadata are written. @default JSON that keeps dates, maps, sets, bytes and big integers */
  readonly serializer?: Serializer
}

/** Names of the options. */
export const SQLITE_OPTIONS = [
  'path',
  'database',
  'synchronous',
  'busyTimeout',
  'table',
  'autoMigrate',
  'serializer',
] as const satisfies readonly (keyof SqliteJobStoreOptions)[]

const MAX_BUSY_TIMEOUT_MS = 60_000
const MAX_PATH = 4_096

/** Where the data is: a database to open, with its settings, or one that the user opened. */
export type SqliteSource =
  | { readonly path: string; readonly synchronous: 'FULL' | 'NORMAL'; readonly busyTimeoutMs: number }
  | { readonly database: SqliteDatabase }

/** {@link SqliteJobStoreOptions}, checked. */
export interface ResolvedSqliteOptions {
  readonly source: SqliteSource
  readonly table: string
  readonly autoMigrate: boolean
  readonly serializer: Serializer
}

/** @throws InvalidArgumentError */
export function resolveSqliteOptions(value: unknown): ResolvedSqliteOptions {
  const fields = checkFields(value, 'options', SQLITE_OPTIONS)
  const { table = 'cronwright_records', autoMigrate = true, serializer = jsonSerializer } = fields
  return {
    source: fields['database'] === undefined ? fileSource(fields) : handleSource(fields),
    table: checkTable(table, 'options.table'),
    autoMigrate: checkBoolean(autoMigrate, 'options.autoMigrate'),
    // Checked by the base class of the stores that keep text.
    serializer: serializer as Serializer,
  }
}

function fileSource({
  path,
  synchronous = 'FULL',
  busyTimeout = '5s',
}: Readonly<Record<string, unknown>>): SqliteSource {
  if (typeof path !== 'string' || path.trim() === '') {
    throw new InvalidArgumentError('options.path', path, "must be the path of a file, or ':memory:'")
  }
  checkText(path, 'options.path', MAX_PATH)
  const busyTimeoutMs = parseDuration(busyTimeout, 'options.busyTimeout')
  if (busyTimeoutMs > MAX_BUSY_TIMEOUT_MS) {
    throw new InvalidArgumentError('options.busyTimeout', busyTimeout, 'must be at most 60 seconds')
  }
  return { path, synchronous: checkOneOf(synchronous, 'options.synchronous', ['FULL', 'NORMAL']), busyTimeoutMs }
}

function handleSource(fields: Readonly<Record<string, unknown>>): SqliteSource {
  const { database } = fields
  for (const field of ['path', 'synchronous', 'busyTimeout']) {
    if (fields[field] === undefined) continue
    throw new InvalidArgumentError(`options.${field}`, fields[field], 'must not be given with an open database')
  }
  if (isSqliteDatabase(database)) return { database }
  throw new InvalidArgumentError(
    'options.database',
    database,
    'must be an open database of node:sqlite or better-sqlite3',
  )
}
