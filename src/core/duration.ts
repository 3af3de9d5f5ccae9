/**
 * Durations: milliseconds as a number, or text such as `'30s'`, `'5m'`, `'1h30m'`, `'2d'`, `'100ms'`.
 */

import { InvalidArgumentError } from '../errors.ts'

/** A number of milliseconds, or text: `'100ms'`, `'30s'`, `'5m'`, `'1h30m'`, `'2d'`, `'1w'`. */
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
  let total = 0
  let end = 0
  PART.lastIndex = 0
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    total += Number(part[1]) * MILLISECONDS[part[2] as keyof typeof MILLISECONDS]
    end = PART.lastIndex
  }
  return end === text.length && end > 0 ? total : Number.NaN
}
