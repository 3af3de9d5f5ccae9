/** Instants as users write them: a `Date`, ISO text with its offset, or epoch milliseconds. */

import { TriggerError } from '../errors.ts'
import { daysInMonth, monthIndex } from './civil.ts'
import { FIRST_INSTANT, isDate, LAST_INSTANT } from './trigger.ts'

const ISO = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/

const RULE = "must be a valid Date, ISO text with an offset such as '2026-03-29T09:00:00+02:00', or epoch milliseconds"

/**
 * Epoch milliseconds of an instant between the years 1 and 9999.
 *
 * @param field - the name that an error gives
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function parseInstant(value: unknown, field: string): number {
  const ms = isDate(value) ? value.getTime() : typeof value === 'string' ? parseText(value) : value
  if (typeof ms !== 'number' || !Number.isInteger(ms)) throw new TriggerError(field, value, RULE)
  if (ms < FIRST_INSTANT || ms > LAST_INSTANT) {
    throw new TriggerError(field, value, 'must lie between the years 1 and 9999')
  }
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
