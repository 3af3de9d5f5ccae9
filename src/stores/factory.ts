/** Makes job stores from what configuration says: a URL, or `{ type, ...options }`. */

import { checkObject, checkText, type Fields } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { MemoryJobStore } from './memory/memory-job-store.ts'
import type { RecordJobStore } from './record-job-store.ts'
import type { SqliteJobStoreOptions } from './sqlite/options.ts'
import { SqliteJobStore } from './sqlite/sqlite-job-store.ts'

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
}

/** Names of the types that configuration may give. */
export const STORE_TYPES: readonly string[] = Object.keys(TYPES)

/**
 * @param field - the name that an error gives
 * @throws InvalidArgumentError
 */
export function makeStore(source: unknown, field: string): RecordJobStore {
  return typeof source === 'string' ? fromUrl(source, field) : fromObject(source, field)
}

function fromUrl(url: string, field: string): RecordJobStore {
  const scheme = /^([a-z]+):/.exec(url)?.[1]
  const type = scheme === undefined ? undefined : TYPES[scheme]
  if (type === undefined) {
    const schemes = STORE_TYPES.map((name) => `${name}:`).join(', ')
    throw new InvalidArgumentError(field, url, `must be a URL that begins with one of ${schemes}`)
  }
  const [location = '', query = ''] = splitOnce(url, '?')
  return type.fromUrl(
    location,
    Object.fromEntries([...new URLSearchParams(query)].map(([key, text]) => [key, parameterValue(text)])),
  )
}

function fromObject(source: unknown, field: string): RecordJobStore {
  const { type, ...options } = checkObject(source, field)
  const name = checkText(type, `${field}.type`)
  const found = TYPES[name]
  if (found === undefined) {
    throw new InvalidArgumentError(`${field}.type`, type, `must be one of ${STORE_TYPES.join(', ')}`)
  }
  return found.fromOptions(options)
}

/** `sqlite:./jobs.db`, `sqlite:/var/jobs.db`, `sqlite:///var/jobs.db`: the part behind the scheme is a path. */
function pathOf(url: string): string {
  const path = url.slice(url.indexOf(':') + 1)
  return decodeURI(path.startsWith('//') ? path.slice(2) : path)
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
