/** Options of the MongoDB store: checked, with every default filled in. */

import { type Duration, parseDuration } from '../../core/duration.ts'
import { checkBoolean, checkFields, checkPlainObject, checkText } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { jsonSerializer, type Serializer } from '../../jobs/serializer.ts'
import { checkOneSource } from '../one-source.ts'
import { type ConnectionSettings, isMongoClient, type MongoClient } from './driver.ts'

/** Options of {@link MongoJobStore}: `url`, `connection` or `client`, and how the data is kept. */
export interface MongoJobStoreOptions {
  /**
   * `mongodb://user:password@host:27017,host2/database` or `mongodb+srv://`, with the driver's own parameters
   * (`replicaSet=rs0`, `tls=true`) behind `?`.
   */
  readonly url?: string
  /** Instead of `url`: `{ url, ...settings of a MongoClient }`, passed through. */
  readonly connection?: Readonly<Record<string, unknown>>
  /** Instead of both: your own `MongoClient`. It is never closed, and its settings stay yours. */
  readonly client?: MongoClient
  /** Name of the database. @default that of the URL (or of your client), else 'cronwright' */
  readonly database?: string
  /** Name of the collection. @default 'cronwright_records' */
  readonly collection?: string
  /** After which a call (or a try to connect) fails with `STORE_ERROR`. @default '5s' */
  readonly timeout?: Duration
  /**
   * Whether this process hears of new work elsewhere by a change stream, where the server has them (a replica set).
   * Without it, it finds it within `pollInterval`. @default true
   */
  readonly notify?: boolean
  /** Whether `start` creates and updates the indexes. @default true */
  readonly autoMigrate?: boolean
  /** How inputs, outputs and metadata are written. @default JSON that keeps dates, maps, sets, bytes and big integers */
  readonly serializer?: Serializer
}

/** Names of the options. */
export const MONGODB_OPTIONS = [
  'url',
  'connection',
  'client',
  'database',
  'collection',
  'timeout',
  'notify',
  'autoMigrate',
  'serializer',
] as const satisfies readonly (keyof MongoJobStoreOptions)[]

/** {@link MongoJobStoreOptions}, checked. */
export interface ResolvedMongoOptions {
  /** Where to connect to, or the user's client. */
  readonly source: ConnectionSettings | { readonly client: MongoClient }
  /** Undefined: that of the user's client. */
  readonly database: string | undefined
  readonly collection: string
  readonly timeoutMs: number
  readonly notify: boolean
  readonly autoMigrate: boolean
  readonly serializer: Serializer
}

const DEFAULT_DATABASE = 'cronwright'
const URL_RULE = 'must be like mongodb://user:password@host:27017,host2/database, or mongodb+srv://host/database'

/** @throws InvalidArgumentError */
export function resolveMongoOptions(value: unknown): ResolvedMongoOptions {
  const fields = checkFields(value, 'options', MONGODB_OPTIONS)
  const { timeout = '5s', notify = true, autoMigrate = true, serializer = jsonSerializer } = fields
  const { database, collection = 'cronwright_records' } = fields
  const source = sourceOf(fields)
  const given =
    database === undefined ? undefined : checkName(database, 'options.database', /^[^/\\. "$*<>:|?\0]{1,63}$/)
  return {
    source,
    database: given ?? ('client' in source ? undefined : (databaseOf(source.url) ?? DEFAULT_DATABASE)),
    collection: checkName(collection, 'options.collection', /^(?!system\.)[A-Za-z_][A-Za-z0-9_.-]{0,99}$/),
    timeoutMs: parseDuration(timeout, 'options.timeout', 100),
    notify: checkBoolean(notify, 'options.notify'),
    autoMigrate: checkBoolean(autoMigrate, 'options.autoMigrate'),
    // Checked by the base class of the stores that keep text.
    serializer: serializer as Serializer,
  }
}

function sourceOf({ url, connection, client }: Readonly<Record<string, unknown>>): ResolvedMongoOptions['source'] {
  checkOneSource({ url, connection, client }, 'client')
  if (client !== undefined) {
    if (isMongoClient(client)) return { client }
    throw new InvalidArgumentError('options.client', '(hidden)', 'must be a MongoClient of the package mongodb')
  }
  if (url !== undefined) return { url: checkUrl(url, 'options.url'), settings: {} }
  const { url: inside, ...settings } = checkPlainObject(connection, 'options.connection')
  return { url: checkUrl(inside, 'options.connection.url'), settings }
}

/** Everything between the slashes of `mongodb://` and the query: a user, hosts, a database. */
const URL_PARTS = /^mongodb(?:\+srv)?:\/\/(?:[^@/?#]*@)?[^@/?#\s]+(?:\/([^/?#@]*))?(?:\?[^#]*)?$/

/** An error never shows the URL: it may hold a password. */
function checkUrl(value: unknown, field: string): string {
  if (typeof value === 'string' && URL_PARTS.test(checkText(value, field, 4_096))) return value
  throw new InvalidArgumentError(field, '(hidden)', URL_RULE)
}

function databaseOf(url: string): string | undefined {
  const [, path = ''] = URL_PARTS.exec(url) ?? []
  try {
    return path === '' ? undefined : decodeURIComponent(path)
  } catch {
    throw new InvalidArgumentError(
      'options.url',
      '(hidden)',
      'must have %XX for a percent sign (%25) and other escapes only',
    )
  }
}

function checkName(value: unknown, field: string, rule: RegExp): string {
  if (typeof value === 'string' && rule.test(value)) return value
  throw new InvalidArgumentError(field, value, `must match ${rule}`)
}
