/**
 * Values to text and back: JSON, extended so that `Date`, `Map`, `Set`, `BigInt`, `Uint8Array`, `undefined`, `NaN`
 * and the infinities survive. Decoding runs no code of the stored text.
 *
 * A special value is written as an object with the one key `$cw`: `{"$cw":["date",0]}`. An own object that happens to
 * have the key `$cw` is wrapped the same way, so nothing a user stores can be mistaken for a tag.
 */

import { CronwrightError, SerializationError } from '../errors.ts'

/** Turns values into text and back. Give your own to a store to change how inputs, outputs and metadata are written. */
export interface Serializer {
  /** @throws SerializationError for a value that it cannot write */
  encode(value: unknown): string
  /** Inverse of `encode`. Throws for text that it cannot read. */
  decode(text: string): unknown
}

const TAG = '$cw'
const MAX_DEPTH = 200

/** The default {@link Serializer}. */
export const jsonSerializer: Serializer = {
  encode: (value) => reading(value, '$', () => JSON.stringify(isJson(value, 0) ? value : toTree(value, '$', 0))),
  // Where the tag is nowhere in the text, nothing in it has to be made anything else.
  decode: (text) => (text.includes(TAG) ? fromTree(JSON.parse(text)) : JSON.parse(text)),
}

/**
 * A deep copy with the same checks as storing and reading back, without the text: what the memory store hands out, so
 * that a value it cannot keep is refused as any other store would, and a handler's changes stay its own.
 *
 * @param path - what an error calls the value
 * @throws SerializationError
 */
export function copyValue<T>(value: T, path?: string): T
export function copyValue(value: unknown, path = '$'): unknown {
  if (isPlainScalar(value) || isFrozenAndEmpty(value)) return value
  return fromTree(reading(value, path, () => toTree(value, path, 0)))
}

/** Calls; a getter or `toJSON` in the value that throws is the value's fault. */
function reading<T>(value: unknown, path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof CronwrightError) throw error
    throw new SerializationError(path, value, 'must be readable, and threw when it was read')
  }
}

/** What nobody can change needs no copy: jobs without tags or metadata share one. */
function isFrozenAndEmpty(value: unknown): boolean {
  return (
    Object.isFrozen(value) &&
    Object.keys(value as object).length === 0 &&
    Object.getPrototypeOf(value) === Object.prototype
  )
}

/** Whether `JSON.stringify` writes a value as it is: then no tree with tags has to be made of it. */
function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    case 'object':
      return value === null || isJsonObject(value, depth + 1)
    default:
      return false
  }
}

function isJsonObject(value: object, depth: number): boolean {
  if (depth > MAX_DEPTH || 'toJSON' in value) return false
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth))
  const prototype: unknown = Object.getPrototypeOf(value)
  if ((prototype !== Object.prototype && prototype !== null) || TAG in value) return false
  for (const key of Object.keys(value)) if (!isJson(Reflect.get(value, key), depth)) return false
  return true
}

function isPlainScalar(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean'
}

function toTree(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { [TAG]: ['number', String(Object.is(value, -0) ? '-0' : value)] }
    case 'undefined':
      return { [TAG]: ['undefined'] }
    case 'bigint':
      return { [TAG]: ['bigint', String(value)] }
    case 'object':
      return value === null ? null : objectToTree(value, path, depth)
    default:
      throw new SerializationError(path, value, 'must be data (no function or symbol can be stored)')
  }
}

function objectToTree(value: object, path: string, depth: number): unknown {
  if (depth > MAX_DEPTH) {
    throw new SerializationError(path, value, `must not be nested deeper than ${MAX_DEPTH} levels (or refer to itself)`)
  }
  if (Array.isArray(value)) return mapArray(value, path, depth)
  if (value instanceof Date) return { [TAG]: ['date', Number.isNaN(value.getTime()) ? null : value.getTime()] }
  if (value instanceof Map) return { [TAG]: ['map', mapArray([...value].flat(), path, depth)] }
  if (value instanceof Set) return { [TAG]: ['set', mapArray([...value], path, depth)] }
  if (value instanceof Uint8Array)
    return { [TAG]: ['bytes', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')] }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return convertedToTree(value, path, depth)
  const tree: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) define(tree, key, toTree(item, `${path}.${key}`, depth + 1))
  return TAG in tree ? { [TAG]: ['object', Object.entries(tree)] } : tree
}

/** Class instances are kept only if they say how, by `toJSON`. */
function convertedToTree(value: object, path: string, depth: number): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const converted: unknown = value.toJSON()
    return toTree(converted, path, depth + 1)
  }
  const name = value.constructor?.name ?? 'object'
  throw new SerializationError(
    path,
    value,
    `must be plain data; an instance of ${name} without toJSON() cannot be stored`,
  )
}

function mapArray(items: readonly unknown[], path: string, depth: number): unknown[] {
  return Array.from(items, (item, index) => toTree(item, `${path}[${index}]`, depth + 1))
}

function fromTree(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null) return tree
  if (Array.isArray(tree)) return tree.map(fromTree)
  if (TAG in tree) return fromTag(tree[TAG])
  const value: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(tree)) define(value, key, fromTree(item))
  return value
}

function fromTag(tag: unknown): unknown {
  const [type, content]: [unknown?, unknown?] = Array.isArray(tag) ? [tag[0], tag[1]] : []
  switch (type) {
    case 'undefined':
      return undefined
    case 'number':
      return Number(content)
    case 'bigint':
      return BigInt(String(content))
    case 'date':
      return new Date(typeof content === 'number' ? content : Number.NaN)
    case 'bytes':
      return new Uint8Array(Buffer.from(String(content), 'base64'))
    case 'map':
      return new Map(pairs(items(content)))
    case 'set':
      return new Set(items(content))
    case 'object': {
      const value: Record<string, unknown> = {}
      for (const entry of Array.isArray(content) ? content : []) define(value, String(entry[0]), fromTree(entry[1]))
      return value
    }
    default:
      throw new CronwrightError('DESERIALIZATION', `unknown tag ${String(type)} in a stored value`, {
        details: { field: TAG, value: String(type), rule: 'must be a tag that this version knows' },
      })
  }
}

function items(content: unknown): unknown[] {
  return Array.isArray(content) ? content.map(fromTree) : []
}

function* pairs(flat: readonly unknown[]): Generator<[unknown, unknown]> {
  for (let index = 0; index < flat.length; index += 2) yield [flat[index], flat[index + 1]]
}

/** Sets an own property even where the key is `__proto__`, which plain assignment would take as the prototype. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}
