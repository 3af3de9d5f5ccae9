/**
 * What an error may show of a value: short, without secrets, and without ever throwing itself, whatever the value is
 * made of - getters that throw, references to itself, a proxy, a megabyte of text.
 */

const SECRET = 'pass|pwd|secret|token|credential|api.?key'
const SECRET_NAME = new RegExp(SECRET, 'i')
/** `password=...` as in a query or a connection string, `"password": "..."` as in JSON text. */
const SECRET_ASSIGNMENT = new RegExp(`((?:${SECRET})[\\w.-]*(?:=|["']\\s*:\\s*))("[^"]*"?|'[^']*'?|[^\\s&;,}]*)`, 'gi')
/** What stands where a secret was. */
export const MASK = '***'

/** Text of which more is not looked at. */
const LONGEST_SCANNED = 10_000
/** Text of which more is not kept. */
const LONGEST_KEPT = 1_000
/** Text of which more is not put into a message. */
const LONGEST_DESCRIBED = 80
const LONGEST_FIELD = 200
const MOST_ITEMS = 20
const DEEPEST = 3

/** A short text for a value in a message: never longer than 80 characters. */
export function describeValue(value: unknown): string {
  try {
    return cut(describe(value), LONGEST_DESCRIBED)
  } catch {
    return 'a value that cannot be read'
  }
}

/**
 * A value as the details of an error may keep it: numbers, short texts and small plain objects as they are, but for
 * their secrets; anything larger, or of a class, in words.
 *
 * @param name - what the value is called: one such as `options.password` is never shown
 */
export function shownValue(value: unknown, name = ''): unknown {
  if (SECRET_NAME.test(name.slice(name.lastIndexOf('.') + 1))) return MASK
  try {
    return shown(value, 0)
  } catch {
    return 'a value that cannot be read'
  }
}

/** The name of a field, which a caller may have made up: short and without secrets. */
export function shownField(field: string): string {
  return cut(withoutUserInfo(withoutSecrets(field)), LONGEST_FIELD)
}

/** An id or alias that was looked for. */
export function shownId(id: string): string {
  return cut(withoutSecrets(id), LONGEST_KEPT)
}

function shown(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cut(withoutUserInfo(withoutSecrets(value)), LONGEST_KEPT)
  if (typeof value !== 'object' || value === null || isScalarObject(value)) return value
  const entries = isPlain(value) ? Object.entries(value) : []
  const size = Array.isArray(value) ? value.length : entries.length
  if (depth >= DEEPEST || size > MOST_ITEMS) return describeValue(value)
  if (Array.isArray(value)) return value.map((item: unknown) => shown(item, depth + 1))
  if (!isPlain(value)) return describeValue(value)
  return Object.fromEntries(
    entries.map(([key, item]) => [shownField(key), SECRET_NAME.test(key) ? MASK : shown(item, depth + 1)]),
  )
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(withoutSecrets(value).slice(0, LONGEST_DESCRIBED))
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (!isPlain(value)) return `an instance of ${value.constructor.name}`
  const keys = Object.keys(value)
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 4).map(shownField).join(', ')}`
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Objects that hold one harmless value. */
function isScalarObject(value: object): boolean {
  return [Date, String, Number, Boolean].some((scalar) => value instanceof scalar)
}

/** Masks the password of a URL, and what is given to a name such as `password`. */
function withoutSecrets(text: string): string {
  const scanned = text.slice(0, LONGEST_SCANNED)
  const start = scanned.indexOf('//')
  // A password may hold anything, so what is before the last @ is taken to belong to it.
  const end = scanned.lastIndexOf('@')
  const colon = start < 0 ? -1 : scanned.indexOf(':', start)
  const masked = colon < 0 || colon > end ? scanned : `${scanned.slice(0, colon + 1)}${MASK}${scanned.slice(end)}`
  return withoutAssignedSecrets(masked)
}

/** Masks what a text gives to a name such as `password`. */
export function withoutAssignedSecrets(text: string): string {
  return text.replace(SECRET_ASSIGNMENT, `$1${MASK}`)
}

/**
 * Masks what stands between the first colon and the last @ of a text that is no URL, such as `user:password@host`.
 * The id of a run, `app:report@1767225600000`, stays.
 */
function withoutUserInfo(text: string): string {
  return text.replace(/^([^\s:@/]+:)(?!\/\/).*@(?!\d*$)/s, `$1${MASK}@`)
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 3)}...` : text
}
