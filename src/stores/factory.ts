/** Makes job stores of what people give: a store, a URL, or `{ type, ...options }`. */

import { checkPlainObject, checkText, type Fields, readable, renamed } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { CustomStoreAdapter, isJobStore } from './custom-store-adapter.ts'
import { EtcdJobStore } from './etcd/etcd-job-store.ts'
import { ETCD_OPTIONS, type EtcdJobStoreOptions } from './etcd/options.ts'
import type { JobStore } from './job-store.ts'
import { MemoryJobStore } from './memory/memory-job-store.ts'
import { MongoJobStore } from './mongodb/mongo-job-store.ts'
import { MONGODB_OPTIONS, type MongoJobStoreOptions } from './mongodb/options.ts'
import { MySqlJobStore } from './mysql/mysql-job-store.ts'
import { MYSQL_OPTIONS, type MySqlJobStoreOptions } from './mysql/options.ts'
import { POSTGRES_OPTIONS, type PostgresJobStoreOptions } from './postgres/options.ts'
import { PostgresJobStore } from './postgres/postgres-job-store.ts'
import { RecordJobStore } from './record-job-store.ts'
import { REDIS_OPTIONS, type RedisJobStoreOptions } from './redis/options.ts'
import { RedisJobStore } from './redis/redis-job-store.ts'
import type { SqliteJobStoreOptions } from './sqlite/options.ts'
import { SqliteJobStore } from './sqlite/sqlite-job-store.ts'
import type { ZooKeeperJobStoreOptions } from './zookeeper/options.ts'
import { ZooKeeperJobStore } from './zookeeper/zookeeper-job-store.ts'

/** A job store: an instance, a URL (`'sqlite:./jobs.db'`), or `{ type, ...options }`. */
export type JobStoreSource = JobStore | string | { readonly type: string; readonly [option: string]: unknown }

/** How one type of store is made from options, and from a URL of its scheme. */
interface StoreType {
  fromOptions(options: Fields): RecordJobStore
  fromUrl(url: string, options: Fields): RecordJobStore
}

/** Type (and URL scheme) -> how it is made. */
const TYPES: Readonly<Record<string, StoreType>> = {
  memory: {
    fromOptions: (options) => new MemoryJobStore(options),
    fromUrl: (_url, options) => new MemoryJobStore(options),
  },
  sqlite: {
    fromOptions: (options) => new SqliteJobStore(options as unknown as SqliteJobStoreOptions),
    fromUrl: (url, options) => new SqliteJobStore({ ...options, path: pathOf(url) }),
  },
  postgres: {
    fromOptions: (options) => new PostgresJobStore(options as unknown as PostgresJobStoreOptions),
    fromUrl: (url, options) => new PostgresJobStore(serverOptions(url, options, POSTGRES_OPTIONS)),
  },
  mysql: {
    fromOptions: (options) => new MySqlJobStore(options as unknown as MySqlJobStoreOptions),
    fromUrl: (url, options) => new MySqlJobStore(serverOptions(url, options, MYSQL_OPTIONS)),
  },
  redis: {
    fromOptions: (options) => new RedisJobStore(options as unknown as RedisJobStoreOptions),
    fromUrl: (url, options) => new RedisJobStore(serverOptions(url, options, REDIS_OPTIONS)),
  },
  mongodb: {
    fromOptions: (options) => new MongoJobStore(options as unknown as MongoJobStoreOptions),
    fromUrl: (url, options) => new MongoJobStore(serverOptions(url, options, MONGODB_OPTIONS)),
  },
  etcd: {
    fromOptions: (options) => new EtcdJobStore(options as unknown as EtcdJobStoreOptions),
    fromUrl: (url, options) => new EtcdJobStore(serverOptions(url, options, ETCD_OPTIONS)),
  },
  zookeeper: {
    fromOptions: (options) => new ZooKeeperJobStore(options as unknown as ZooKeeperJobStoreOptions),
    fromUrl: (url, options) => new ZooKeeperJobStore({ ...options, url }),
  },
}

/** Other schemes of the same types. */
const SCHEMES: Readonly<Record<string, string>> = {
  postgresql: 'postgres',
  mariadb: 'mysql',
  rediss: 'redis',
  'mongodb+srv': 'mongodb',
  etcds: 'etcd',
}

/** Names of the types that configuration may give. */
export const STORE_TYPES: readonly string[] = Object.keys(TYPES)

/**
 * The store that is given, with ten methods or more, or that a URL or `{ type, ...options }` means.
 *
 * @param field - the name that an error gives
 * @throws InvalidArgumentError
 */
export function storeFrom(source: unknown, field: string): RecordJobStore {
  if (typeof source === 'string') return fromUrl(source, field)
  if (typeof source !== 'object' || source === null) {
    throw new InvalidArgumentError(field, source, 'must be a job store, a URL, or { type, ...options }')
  }
  if (source instanceof RecordJobStore) return source
  if (isJobStore(source, field)) return new CustomStoreAdapter(source)
  return fromObject(source, field)
}

function fromUrl(url: string, field: string): RecordJobStore {
  const scheme = /^([a-z+]+):/.exec(url)?.[1] ?? ''
  const found = typeOf(SCHEMES[scheme] ?? scheme)
  if (found === undefined) {
    const schemes = STORE_TYPES.map((name) => `${name}:`).join(', ')
    throw new InvalidArgumentError(field, url, `must be a URL that begins with one of ${schemes}`)
  }
  const [location = '', query = ''] = splitOnce(url, '?')
  const options = Object.fromEntries([...new URLSearchParams(query)].map(([key, text]) => [key, parameterValue(text)]))
  return named(field, () => found.fromUrl(location, options))
}

function fromObject(source: object, field: string): RecordJobStore {
  const fields = checkPlainObject(source, field)
  const { type, ...options } = readable(field, source, () => ({ ...fields }))
  const found = typeOf(checkText(type, `${field}.type`))
  if (found === undefined) {
    throw new InvalidArgumentError(`${field}.type`, type, `must be one of ${STORE_TYPES.join(', ')}`)
  }
  return named(field, () => found.fromOptions(options))
}

/** Stores call what they are made of their `options`. */
function named(field: string, make: () => RecordJobStore): RecordJobStore {
  return renamed((name) => name.replace(/^options/, field), make)
}

function typeOf(name: string | undefined): StoreType | undefined {
  return name !== undefined && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
}

/** Parameters of a server's URL that are options of the store; the others stay in the URL, for the driver. */
function serverOptions(url: string, parameters: Fields, names: readonly string[]): Fields & { readonly url: string } {
  const options = Object.entries(parameters).filter(([name]) => names.includes(name))
  const others = Object.entries(parameters).filter(([name]) => !names.includes(name))
  const query = new URLSearchParams(others.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return { ...Object.fromEntries(options), url: query === '' ? url : `${url}?${query}` }
}

/** `sqlite:./jobs.db`, `sqlite:/var/jobs.db`, `sqlite:///var/jobs.db`: the part behind the scheme is a path. */
function pathOf(url: string): string {
  const path = url.slice(url.indexOf(':') + 1)
  try {
    return decodeURI(path.startsWith('//') ? path.slice(2) : path)
  } catch {
    throw new InvalidArgumentError('options.path', url, 'must have %XX for a percent sign (%25) and other escapes only')
  }
}

/** Query parameters are text; those that look like a number or a truth value become one. */
function parameterValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d+$/.test(text) ? Number(text) : text
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
