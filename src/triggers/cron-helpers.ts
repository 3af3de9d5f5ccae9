/** Crontab text for everyday schedules, for those who would rather not write it. */

import { TriggerError } from '../errors.ts'
import { daysInMonth, monthIndex } from './civil.ts'

const MONTHS: readonly string[] = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS: readonly string[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const LEAP_YEAR = 2000

/**
 * Crontab text. Arguments out of range are a `TriggerError` that names them.
 *
 * @example cron(Cron.weekly('mon', 9)) // '0 9 * * 1'
 */
export const Cron = {
  /** Every minute. */
  minutely(): string {
    return '* * * * *'
  },

  /** Every hour at a minute. @default minute 0 */
  hourly(minute = 0): string {
    return `${minuteOf(minute)} * * * *`
  },

  /** Every day at a time. @default 00:00 */
  daily(hour = 0, minute = 0): string {
    return `${timeOf(hour, minute)} * * *`
  },

  /** Every week on a day, 0 or `'sun'` to 6 or `'sat'`; 7 is Sunday too. @default Sunday 00:00 */
  weekly(dayOfWeek: number | string = 0, hour = 0, minute = 0): string {
    return `${timeOf(hour, minute)} * * ${named('dayOfWeek', dayOfWeek, WEEKDAYS, 0, 7)}`
  },

  /** Every month on a day; months without it are left out. @default the 1st, 00:00 */
  monthly(day = 1, hour = 0, minute = 0): string {
    return `${timeOf(hour, minute)} ${whole('day', day, 1, 31)} * *`
  },

  /** Every year in a month, 1 or `'jan'` to 12 or `'dec'`, on a day. @default 1 January, 00:00 */
  yearly(month: number | string = 1, day = 1, hour = 0, minute = 0): string {
    const number = named('month', month, MONTHS, 1, 12)
    const lastDay = daysInMonth(monthIndex(LEAP_YEAR, number))
    return `${timeOf(hour, minute)} ${whole('day', day, 1, lastDay)} ${number} *`
  },

  /** No fire time at all: a job that only `runJob` starts. */
  never(): string {
    return '@never'
  },
} as const

function timeOf(hour: number, minute: number): string {
  return `${minuteOf(minute)} ${whole('hour', hour, 0, 23)}`
}

function minuteOf(minute: number): number {
  return whole('minute', minute, 0, 59)
}

function whole(field: string, value: unknown, minimum: number, maximum: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new TriggerError(field, value, `must be a whole number from ${minimum} to ${maximum}`)
  }
  return value
}

/** A number, or its three-letter name in any case. */
function named(field: string, value: unknown, names: readonly string[], minimum: number, maximum: number): number {
  if (typeof value !== 'string') return whole(field, value, minimum, maximum)
  const index = names.indexOf(value.toLowerCase())
  if (index < 0) throw new TriggerError(field, value, `must be ${minimum}-${maximum} or one of ${names.join(', ')}`)
  return index + minimum
}
