/** Checks of values that come from users: each gives the value back with its type, or names field, value and rule. */

import { InvalidArgumentError, TriggerError } from '../errors.ts'

/** A plain object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * The value, if it is an object that has no other keys than those allowed and that can be read.
 *
 * @throws InvalidArgumentError
 */
export function checkFields(value: unknown, field: string, allowed: readonly string[]): Fields {
  const fields = checkPlainObject(value, field)
  const stranger = readable(field, value, () => firstStranger(fields, allowed))
  if (stranger === undefined) return fields
  const rule = `must be one of the options ${allowed.join(', ') || '(there are none)'}`
  throw new InvalidArgumentError(
    `${field}.${stranger}`,
    readable(field, value, () => fields[stranger]),
    rule,
  )
}

/** {@link checkFields} of options that may be left out. */
export function checkOptions(value: unknown, field: string, allowed: readonly string[]): Fields {
  return value === undefined ? {} : checkFields(value, field, allowed)
}

/** The first key that is not allowed. Reads every field before it, so that a getter throws here. */
function firstStranger(fields: Fields, allowed: readonly string[]): string | undefined {
  for (const key of Object.keys(fields)) {
    if (!allowed.includes(key)) return key
    void fields[key]
  }
  return undefined
}

/** Refuses what has no keys that could be checked, such as a map, or a promise that was not awaited. */
export function checkPlainObject(value: unknown, field: string): Fields {
  const object = checkObject(value, field)
  if (readable(field, value, () => isRecord(object))) return object
  throw new InvalidArgumentError(field, value, 'must be a plain object')
}

function isRecord(value: object): boolean {
  if (Object.getPrototypeOf(value) === Object.prototype) return true
  return /^\[object (Object|Module)\]$/.test(Object.prototype.toString.call(value))
}

export function checkObject(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || readable(field, value, () => Array.isArray(value))) {
    throw new InvalidArgumentError(field, value, 'must be an object')
  }
  return value as Fields
}

/** What reading something gives; a getter (or a proxy) that throws is the caller's mistake. */
export function readable<T>(field: string, value: unknown, read: () => T): T {
  try {
    return read()
  } catch {
    throw new InvalidArgumentError(field, value, 'must be readable, and threw when it was read')
  }
}

/** Calls, and lets an error name its field otherwise: what is checked deep inside is told by the caller's name for it. */
export function renamed<T>(rename: (field: string) => string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    const { field, value, rule } = error.details
    const Same = error instanceof TriggerError ? TriggerError : InvalidArgumentError
    throw new Same(rename(String(field)), value, String(rule), error.code)
  }
}

/** What some store cannot keep, or gives back as something else. */
const UNSTORABLE = /[\0\p{Surrogate}]/u

export function checkText(value: unknown, field: string, maximum = 1_000): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > maximum) {
    throw new InvalidArgumentError(field, value, `must be text of 1 to ${maximum} characters`)
  }
  if (UNSTORABLE.test(value)) {
    throw new InvalidArgumentError(field, value, 'must not hold the character NUL or half a surrogate pair')
  }
  return value
}

export function checkBoolean(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw new InvalidArgumentError(field, value, 'must be true or false')
  return value
}

export function checkInteger(value: unknown, field: string, minimum: number, maximum: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new InvalidArgumentError(field, value, `must be a whole number from ${minimum} to ${maximum}`)
  }
  return value
}

export function checkNumber(value: unknown, field: string, minimum: number, maximum: number): number {
  if (typeof value !== 'number' || !(value >= minimum && value <= maximum)) {
    throw new InvalidArgumentError(field, value, `must be a number from ${minimum} to ${maximum}`)
  }
  return value
}

export function checkOneOf<T extends string>(value: unknown, field: string, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value)
  if (found === undefined) throw new InvalidArgumentError(field, value, `must be one of ${allowed.join(', ')}`)
  return found
}

export function checkTexts(value: unknown, field: string, maximum = 1_000): readonly string[] {
  if (!Array.isArray(value)) throw new InvalidArgumentError(field, value, 'must be a list of texts')
  // Not map(), which leaves out holes.
  const texts = Array.from(value, (item: unknown, index) => checkText(item, `${field}[${index}]`, maximum))
  if (new Set(texts).size < texts.length) throw new InvalidArgumentError(field, value, 'must not name anything twice')
  return texts
}

/** The instant of a `Date`, an ISO 8601 text with offset or Z, or epoch milliseconds, as epoch milliseconds. */
export function checkInstant(value: unknown, field: string): number {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'string' ? parseIso(value) : value
  if (typeof ms !== 'number' || !Number.isInteger(ms) || Math.abs(ms) > 8.64e15) {
    throw new InvalidArgumentError(
      field,
      value,
      'must be a Date, an ISO 8601 text with offset or Z, or epoch milliseconds',
    )
  }
  return ms
}

const ISO = /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/

function parseIso(text: string): number {
  const [matched, year, month, day] = ISO.exec(text) ?? []
  if (matched === undefined) return Number.NaN
  // Date.parse takes 30 February for 2 March.
  const midnight = new Date(0)
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return midnight.getUTCDate() === Number(day) ? Date.parse(text) : Number.NaN
}

/** An IANA time zone that this Node knows. */
export function checkTimezone(value: unknown, field: string): string {
  const zone = checkText(value, field, 100)
  try {
    // Newer releases of Node take plain offsets for zones; they have no clock changes and are not meant here.
    if (/^[A-Za-z]/.test(zone)) return new Intl.DateTimeFormat('en', { timeZone: zone }) && zone
  } catch {
    // Unknown: refused below.
  }
  throw new InvalidArgumentError(field, value, 'must be an IANA time zone, such as Europe/Athens')
}
