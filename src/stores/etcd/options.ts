/** Options of the etcd store: checked, with every default filled in. */

import { type Duration, parseDuration } from '../../core/duration.ts'
import { checkFields, checkPlainObject, checkText } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { jsonSerializer, type Serializer } from '../../jobs/serializer.ts'
import { checkOneSource } from '../one-source.ts'
import { type EtcdClient, isEtcdClient } from './driver.ts'
import { faultHandling } from './endpoints.ts'

/** Options of {@link EtcdJobStore}: `url`, `connection` or `client`, and how the data is kept. */
export interface EtcdJobStoreOptions {
  /**
   * `etcd://user:password@host:2379,host2:2379/prefix`; `etcds://` speaks TLS, and trusts what Node trusts. Without a port
   * it is 2379.
   */
  readonly url?: string
  /** Instead of `url`: settings of an `Etcd3` (`hosts`, `credentials`, `auth`, `grpcOptions`), passed through. */
  readonly connection?: Readonly<Record<string, unknown>>
  /** Instead of both: your own `Etcd3`. It is never closed, and its settings stay yours. */
  readonly client?: EtcdClient
  /** What all keys begin with. Also the path of the URL. @default 'cronwright' */
  readonly prefix?: string
  /** After which a call (or a try to connect) fails with `STORE_ERROR`. @default '5s' */
  readonly timeout?: Duration
  /**
   * How often the server is told to forget what was overwritten (of all its keys, until an interval ago). False: never,
   * because the server does it by itself (`--auto-compaction-retention`). @default '1m'
   */
  readonly compaction?: Duration | false
  /** How inputs, outputs and metadata are written. @default JSON that keeps dates, maps, sets, bytes and big integers */
  readonly serializer?: Serializer
}

/** Names of the options. */
export const ETCD_OPTIONS = [
  'url',
  'connection',
  'client',
  'prefix',
  'timeout',
  'compaction',
  'serializer',
] as const satisfies readonly (keyof EtcdJobStoreOptions)[]

/** {@link EtcdJobStoreOptions}, checked. */
export interface ResolvedEtcdOptions {
  /** Settings of the client to be made, or the user's client. */
  readonly source: { readonly config: Readonly<Record<string, unknown>> } | { readonly client: EtcdClient }
  /** Ends with a slash. */
  readonly prefix: string
  readonly timeoutMs: number
  /** Null: never. */
  readonly compactionMs: number | null
  readonly serializer: Serializer
}

const DEFAULT_PREFIX = 'cronwright'
const DEFAULT_PORT = 2_379
const SHORTEST_COMPACTION_MS = 10_000

/** @throws InvalidArgumentError */
export function resolveEtcdOptions(value: unknown): ResolvedEtcdOptions {
  const fields = checkFields(value, 'options', ETCD_OPTIONS)
  const { timeout = '5s', compaction = '1m', serializer = jsonSerializer } = fields
  const timeoutMs = parseDuration(timeout, 'options.timeout', 100)
  const { source, path } = sourceOf(fields)
  return {
    source,
    prefix: prefixOf(fields['prefix'], path),
    timeoutMs,
    compactionMs: compaction === false ? null : parseDuration(compaction, 'options.compaction', SHORTEST_COMPACTION_MS),
    // Checked by the base class of the stores that keep text.
    serializer: serializer as Serializer,
  }
}

interface Source {
  readonly source: ResolvedEtcdOptions['source']
  /** Path of the URL; empty where there is none. */
  readonly path: string
}

function sourceOf({ url, connection, client }: Readonly<Record<string, unknown>>): Source {
  checkOneSource({ url, connection, client }, 'client')
  if (client !== undefined) {
    if (isEtcdClient(client)) return { source: { client }, path: '' }
    throw new InvalidArgumentError('options.client', '(hidden)', 'must be an Etcd3 of the package etcd3')
  }
  if (url !== undefined) return fromUrl(url)
  return { source: { config: ownConfig(checkPlainObject(connection, 'options.connection')) }, path: '' }
}

/** An error never shows the URL: it may hold a password. */
function fromUrl(value: unknown): Source {
  const [, scheme, user, hosts = '', path = ''] =
    /^(etcds?):\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^?#]*))?$/.exec(typeof value === 'string' ? value : '') ?? []
  if (scheme === undefined) {
    const rule = 'must be like etcd://user:password@host:2379,host2:2379/prefix (user and prefix may be left out)'
    throw new InvalidArgumentError('options.url', '(hidden)', rule)
  }
  const protocol = scheme === 'etcds' ? 'https' : 'http'
  const endpoints = hosts
    .split(',')
    .map((host) => `${protocol}://${/:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORT}`}`)
  const auth = user === undefined ? {} : { auth: credentialsOf(user) }
  return { source: { config: ownConfig({ hosts: endpoints, ...auth }) }, path: decoded(path) }
}

function credentialsOf(user: string): object {
  const colon = user.indexOf(':')
  const [username, password] = colon < 0 ? [user, ''] : [user.slice(0, colon), user.slice(colon + 1)]
  return { username: decoded(username), password: decoded(password) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new InvalidArgumentError(
      'options.url',
      '(hidden)',
      'must have %XX for a percent sign (%25) and other escapes only',
    )
  }
}

/** What the store's own client is made with, unless the user says otherwise. */
function ownConfig(connection: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { hosts, grpcOptions } = connection
  return {
    faultHandling: faultHandling(Array.isArray(hosts) ? hosts.length : 1),
    ...connection,
    grpcOptions: {
      // A connection that died without a word is found out.
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5_000,
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 2_000,
      // The driver's limit is 4 MiB; a page of large inputs is more.
      'grpc.max_receive_message_length': -1,
      ...(typeof grpcOptions === 'object' ? grpcOptions : {}),
    },
  }
}

function prefixOf(option: unknown, path: string): string {
  if (option !== undefined && path !== '') {
    throw new InvalidArgumentError('options.prefix', option, 'must not be given with a path in the URL')
  }
  const prefix = checkText(option ?? (path === '' ? DEFAULT_PREFIX : path), 'options.prefix', 200)
  return `${prefix.replace(/\/+$/, '')}/`
}
