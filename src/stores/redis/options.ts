/** Options of the Redis store: checked, with every default filled in. */

import { type Duration, parseDuration } from '../../core/duration.ts'
import { checkBoolean, checkFields, checkPlainObject, checkText } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { jsonSerializer, type Serializer } from '../../jobs/serializer.ts'
import { checkOneSource } from '../one-source.ts'
import { type ConnectionSettings, isRedisClient, type RedisClient } from './driver.ts'

/** Options of {@link RedisJobStore}: `url`, `connection` or `client`, and how the data is kept. */
export interface RedisJobStoreOptions {
  /** `redis://user:password@host:6379/0`; `rediss://` for TLS. What stands behind `?` are the driver's settings. */
  readonly url?: string
  /** Instead of `url`: settings of a `Redis` of `ioredis` (`host`, `password`, `tls`, `sentinels`, ...), passed through. */
  readonly connection?: Readonly<Record<string, unknown>>
  /**
   * Instead of both: your own `Redis` or `Cluster`. It is never closed, and its settings stay yours; set
   * `autoResendUnfulfilledCommands: false` and `maxRetriesPerRequest: 0`.
   */
  readonly client?: RedisClient
  /** After which a command (or a try to connect) fails with `STORE_ERROR`. @default '5s' */
  readonly timeout?: Duration
  /**
   * Whether processes tell each other of new work by publish and subscribe, on a connection of its own. Without it they
   * find it within `pollInterval`. @default true
   */
  readonly notify?: boolean
  /** Beginning of the names of all keys, put into braces. @default 'cronwright' */
  readonly prefix?: string
  /** How inputs, outputs and metadata are written. @default JSON that keeps dates, maps, sets, bytes and big integers */
  readonly serializer?: Serializer
}

/** Names of the options. */
export const REDIS_OPTIONS = [
  'url',
  'connection',
  'client',
  'timeout',
  'notify',
  'prefix',
  'serializer',
] as const satisfies readonly (keyof RedisJobStoreOptions)[]

/** {@link RedisJobStoreOptions}, checked. */
export interface ResolvedRedisOptions {
  /** Where to connect to, or the user's client. */
  readonly source: ConnectionSettings | { readonly client: RedisClient }
  readonly timeoutMs: number
  readonly notify: boolean
  readonly prefix: string
  readonly serializer: Serializer
}

/** @throws InvalidArgumentError */
export function resolveRedisOptions(value: unknown): ResolvedRedisOptions {
  const fields = checkFields(value, 'options', REDIS_OPTIONS)
  const { timeout = '5s', notify = true, prefix = 'cronwright', serializer = jsonSerializer } = fields
  return {
    source: sourceOf(fields),
    timeoutMs: parseDuration(timeout, 'options.timeout', 100),
    notify: checkBoolean(notify, 'options.notify'),
    prefix: checkPrefix(prefix),
    // Checked by the base class of the stores that keep text.
    serializer: serializer as Serializer,
  }
}

function sourceOf({ url, connection, client }: Readonly<Record<string, unknown>>): ResolvedRedisOptions['source'] {
  checkOneSource({ url, connection, client }, 'client')
  if (client !== undefined) {
    if (isRedisClient(client)) return { client }
    throw new InvalidArgumentError('options.client', '(hidden)', 'must be a Redis or a Cluster of ioredis')
  }
  if (url !== undefined) return { url: checkUrl(url), settings: {} }
  return { url: undefined, settings: checkPlainObject(connection, 'options.connection') }
}

/** An error never shows the URL: it may hold a password. */
function checkUrl(value: unknown): string {
  const isUrl = typeof value === 'string' && /^rediss?:\/\//.test(checkText(value, 'options.url', 4_096))
  if (isUrl && URL.canParse(value) && /^\/?\d*$/.test(new URL(value).pathname)) return value
  throw new InvalidArgumentError(
    'options.url',
    '(hidden)',
    'must begin with redis:// or rediss:// and go on as user:password@host:port/number',
  )
}

/** No braces: they would say which part of a key decides where a cluster keeps it. */
function checkPrefix(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9_.:-]{1,100}$/.test(value)) return value
  throw new InvalidArgumentError(
    'options.prefix',
    value,
    'must be 1 to 100 letters, digits, dots, colons, hyphens and underscores',
  )
}
