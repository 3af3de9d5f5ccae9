/**
 * Durations: milliseconds as a number, or text such as `'30s'`, `'5m'`, `'1h30m'`, `'2d'`, `'100ms'`, or the clock form
 * `[days.]hours:minutes:seconds[.fraction]` that .NET configuration has, such as `'00:00:15'` and `'30.00:00:00'`.
 */

import { InvalidArgumentError } from '../errors.ts'

/** A number of milliseconds, or text: `'100ms'`, `'30s'`, `'5m'`, `'1h30m'`, `'2d'`, `'1w'`; or `'[d.]hh:mm:ss[.fff]'`. */
export type Duration = number | string

export const MILLISECONDS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const

/** The longest duration that is accepted: a hundred years. It keeps every sum of instants exact and inside a `Date`. */
export const MAX_DURATION_MS = 100 * 366 * MILLISECONDS.d

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/gy

/** Hours below 24, minutes and seconds below 60, two digits each: a part that is out of place is no duration. */
const CLOCK = /^(?:(\d{1,8})\.)?([01]\d|2[0-3]):([0-5]\d):([0-5]\d(?:\.\d{1,7})?)$/

/**
 * Milliseconds of a duration.
 *
 * @param field - the name that an error gives
 * @param minimum - the smallest value accepted, in milliseconds
 * @throws InvalidArgumentError (`INVALID_ARGUMENT`)
 */
export function parseDuration(value: unknown, field: string, minimum = 0): number {
  const ms = typeof value === 'string' ? parseText(value) : typeof value === 'number' ? value : Number.NaN
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError(field, value, "must be milliseconds or a duration such as '30s', '5m' or '1h30m'")
  }
  if (ms < minimum || ms > MAX_DURATION_MS) {
    throw new InvalidArgumentError(field, value, `must be between ${minimum} and ${MAX_DURATION_MS} milliseconds`)
  }
  return Math.round(ms)
}

function parseText(text: string): number {
  return text.includes(':') ? parseClock(text) : parseParts(text)
}

function parseClock(text: string): number {
  const [matched, days = 0, hours, minutes, seconds] = CLOCK.exec(text) ?? []
  if (matched === undefined) return Number.NaN
  const { d, h, m, s } = MILLISECONDS
  return Number(days) * d + Number(hours) * h + Number(minutes) * m + Number(seconds) * s
}

function parseParts(text: string): number {
  let total = 0
  let end = 0
  PART.lastIndex = 0
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    total += Number(part[1]) * MILLISECONDS[part[2] as keyof typeof MILLISECONDS]
    end = PART.lastIndex
  }
  return end === text.length && end > 0 ? total : Number.NaN
}
