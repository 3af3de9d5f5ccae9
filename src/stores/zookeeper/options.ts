/** Options of the ZooKeeper store: checked, with every default filled in. */

import { type Duration, parseDuration } from '../../core/duration.ts'
import { checkFields, checkOneOf, checkPlainObject, checkText, type Fields } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { jsonSerializer, type Serializer } from '../../jobs/serializer.ts'
import { checkOneSource } from '../one-source.ts'
import { type Access, isZooKeeperClient, type ZooKeeperClient } from './driver.ts'

/** Options of {@link ZooKeeperJobStore}: `url`, `connection` or `client`, and where the data is kept. */
export interface ZooKeeperJobStoreOptions {
  /**
   * `zookeeper://user:password@host:2181,host2:2181/base/path`. User and password (for the scheme `digest`) and path may
   * be left out.
   */
  readonly url?: string
  /** Instead of `url`: `hosts` (`'host:2181,host2:2181'`) and the driver's own settings (`spinDelay`), passed through. */
  readonly connection?: Readonly<Record<string, unknown>>
  /** Instead of both: your own connected `Client`. It is never closed, and its authentication stays yours. */
  readonly client?: ZooKeeperClient
  /** `user:password` of the scheme `digest`, where the URL has none. */
  readonly auth?: string
  /**
   * Who may read and write what the store creates: everybody who can connect, or only the user that the client is
   * authenticated as. @default 'creator' where `auth` or the URL names a user, else 'open'
   */
  readonly access?: 'open' | 'creator'
  /** Znode under which everything is kept; made where it is missing. @default the path of the URL, or '/cronwright' */
  readonly basePath?: string
  /** After which a call (or a try to connect) fails with `STORE_ERROR`. @default '5s' */
  readonly timeout?: Duration
  /** How long the server keeps a session that it does not hear of. @default '10s' */
  readonly sessionTimeout?: Duration
  /** How inputs, outputs and metadata are written. @default JSON that keeps dates, maps, sets, bytes and big integers */
  readonly serializer?: Serializer
}

/** Names of the options. */
export const ZOOKEEPER_OPTIONS = [
  'url',
  'connection',
  'client',
  'auth',
  'access',
  'basePath',
  'timeout',
  'sessionTimeout',
  'serializer',
] as const satisfies readonly (keyof ZooKeeperJobStoreOptions)[]

/** How the store's own client is made. */
export interface ClientConfig {
  readonly hosts: string
  readonly auth: string | undefined
  readonly settings: Fields
}

/** {@link ZooKeeperJobStoreOptions}, checked. */
export interface ResolvedZooKeeperOptions {
  readonly source: { readonly config: ClientConfig } | { readonly client: ZooKeeperClient }
  readonly access: Access
  readonly basePath: string
  readonly timeoutMs: number
  readonly serializer: Serializer
}

const DEFAULT_PATH = '/cronwright'

/** @throws InvalidArgumentError */
export function resolveZooKeeperOptions(value: unknown): ResolvedZooKeeperOptions {
  const fields = checkFields(value, 'options', ZOOKEEPER_OPTIONS)
  const { url, client, timeout = '5s', serializer = jsonSerializer } = fields
  checkOneSource(fields, 'client')
  const address = url === undefined ? undefined : addressOf(url)
  const source = client === undefined ? { config: configOf(fields, address) } : { client: checkClient(fields) }
  const isAuthenticated = 'config' in source && source.config.auth !== undefined
  const { access = isAuthenticated ? 'creator' : 'open' } = fields
  return {
    source,
    access: checkOneOf<Access>(access, 'options.access', ['open', 'creator']),
    basePath: checkPath(fields['basePath'] ?? address?.path ?? DEFAULT_PATH),
    timeoutMs: parseDuration(timeout, 'options.timeout', 100),
    // Checked by the base class of the stores that keep text.
    serializer: serializer as Serializer,
  }
}

function checkClient({ client, auth, sessionTimeout }: Fields): ZooKeeperClient {
  for (const [name, value] of Object.entries({ auth, sessionTimeout })) {
    if (value !== undefined) {
      throw new InvalidArgumentError(`options.${name}`, '(hidden)', 'must not be given with your own client')
    }
  }
  if (isZooKeeperClient(client)) return client
  throw new InvalidArgumentError('options.client', '(hidden)', 'must be a Client of node-zookeeper-client')
}

function configOf(fields: Fields, address: Address | undefined): ClientConfig {
  const { auth = address?.auth, sessionTimeout = '10s' } = fields
  const { hosts, ...settings } = address ?? checkPlainObject(fields['connection'], 'options.connection')
  const named = address === undefined ? settings : {}
  return {
    hosts: checkHosts(hosts, address === undefined ? 'options.connection.hosts' : 'options.url'),
    auth: auth === undefined ? undefined : checkAuth(auth),
    // The driver looks for another server within `spinDelay`.
    settings: {
      spinDelay: 200,
      sessionTimeout: parseDuration(sessionTimeout, 'options.sessionTimeout', 1_000),
      ...named,
    },
  }
}

interface Address {
  readonly hosts: string
  readonly auth: string | undefined
  readonly path: string | undefined
}

const URL_PARTS = /^zookeeper:\/\/(?:([^/@]*)@)?([^/?#@]+)(\/[^?#]*)?$/

/** An error never shows the URL: it may hold a password. */
function addressOf(value: unknown): Address {
  const parts = typeof value === 'string' ? URL_PARTS.exec(checkText(value, 'options.url', 4_096)) : null
  const [, auth, hosts = '', path] = parts ?? []
  try {
    if (parts === null) throw new Error('no URL')
    const base = path === undefined ? undefined : decodeURIComponent(path).replace(/\/+$/, '')
    return { hosts, auth: auth === undefined ? undefined : decodeURIComponent(auth), path: base || undefined }
  } catch {
    throw new InvalidArgumentError(
      'options.url',
      '(hidden)',
      'must look like zookeeper://host:2181,host2:2181/base/path',
    )
  }
}

function checkHosts(value: unknown, field: string): string {
  if (typeof value === 'string' && /^[^\s,:/@]+(:\d{1,5})?(,[^\s,:/@]+(:\d{1,5})?)*$/.test(value)) return value
  throw new InvalidArgumentError(field, '(hidden)', 'must name hosts as host:2181,host2:2181')
}

function checkAuth(value: unknown): string {
  if (typeof value === 'string' && /^[^:]+:./s.test(value)) return value
  throw new InvalidArgumentError('options.auth', '(hidden)', 'must be user:password')
}

function checkPath(value: unknown): string {
  const path = checkText(value, 'options.basePath', 500)
  const names = path.split('/').slice(1)
  const isPath = path.startsWith('/') && names.every((name) => !['', '.', '..', 'zookeeper'].includes(name))
  if (isPath && !/\p{Cc}/u.test(path)) return path
  throw new InvalidArgumentError('options.basePath', value, 'must be an absolute path, such as /cronwright')
}
