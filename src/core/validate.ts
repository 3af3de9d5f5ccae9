/** Checks of values that come from users: each gives the value back with its type, or names field, value and rule. */

import { InvalidArgumentError } from '../errors.ts'

/** A plain object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>

/** @throws InvalidArgumentError unless the value is a plain object with no other keys than those allowed */
export function checkFields(value: unknown, field: string, allowed: readonly string[]): Fields {
  const fields = checkObject(value, field)
  for (const key of Object.keys(fields)) {
    if (!allowed.includes(key)) {
      throw new InvalidArgumentError(`${field}.${key}`, fields[key], `must be one of the options ${allowed.join(', ')}`)
    }
  }
  return fields
}

export function checkObject(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError(field, value, 'must be an object')
  }
  return value as Fields
}

export function checkText(value: unknown, field: string, maximum = 1_000): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > maximum) {
    throw new InvalidArgumentError(field, value, `must be text of 1 to ${maximum} characters`)
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
  const texts = value.map((item, index) => checkText(item, `${field}[${index}]`, maximum))
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

const ISO = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/

function parseIso(text: string): number {
  return ISO.test(text) ? Date.parse(text) : Number.NaN
}

/** An IANA time zone that this Node knows. */
export function checkTimezone(value: unknown, field: string): string {
  const zone = checkText(value, field, 100)
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) && zone
  } catch {
    throw new InvalidArgumentError(field, value, 'must be an IANA time zone, such as Europe/Athens')
  }
}
