/** Instants as users write them: a `Date`, ISO text with its offset, or epoch milliseconds. */

import { TriggerError } from '../errors.ts'
import { daysInMonth, monthIndex } from './civil.ts'
import { FIRST_INSTANT, isDate, LAST_INSTANT } from './trigger.ts'

const ISO = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/

/** What {@link instantMs} takes, in words. */
export const INSTANT_RULE =
  "must be a valid Date, ISO text with an offset such as '2026-03-29T09:00:00+02:00', or epoch milliseconds, " +
  'between the years 1 and 9999'

/** Epoch milliseconds of an instant between the years 1 and 9999; undefined when the value is none. */
export function instantMs(value: unknown): number | undefined {
  const ms = isDate(value) ? value.getTime() : typeof value === 'string' ? parseText(value) : value
  const valid = typeof ms === 'number' && Number.isInteger(ms) && ms >= FIRST_INSTANT && ms <= LAST_INSTANT
  return valid ? ms : undefined
}

/**
 * {@link instantMs} of an option.
 *
 * @param field - the name that an error gives
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function parseInstant(value: unknown, field: string): number {
  const ms = instantMs(value)
  if (ms === undefined) throw new TriggerError(field, value, INSTANT_RULE)
  return ms
}

function parseText(text: string): number {
  const match = ISO.exec(text)
  if (match === null) return Number.NaN
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  // Date.parse lets 30 February pass as 2 March
  if (month >= 1 && month <= 12 && day > daysInMonth(monthIndex(year, month))) return Number.NaN
  return Date.parse(text)
}
