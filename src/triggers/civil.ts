/**
 * The proleptic Gregorian calendar on integers. A *day* counts from 1970-01-01; a *month index* is
 * `year * 12 + month - 1`. No `Date` objects, so that a step over months costs nanoseconds.
 */

export const SECONDS_PER_DAY = 86_400

/** Month index of December 9999, the last month that a trigger knows. */
export const LAST_MONTH = 9999 * 12 + 11

const DAYS_PER_ERA = 146_097
/** Days from 0000-03-01, where the calendar's 400-year eras are counted from, to 1970-01-01. */
const ERA_TO_EPOCH = 719_468
const MONTH_LENGTHS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Month index of a year and a month 1-12. */
export function monthIndex(year: number, month: number): number {
  return year * 12 + month - 1
}

/** First day of a month. The year is taken to begin in March, so that leap days come last. */
export function firstDayOfMonth(index: number): number {
  const shifted = index - 2
  const year = Math.floor(shifted / 12)
  const month = shifted - year * 12
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * month + 2) / 5)
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_PER_ERA + dayOfEra - ERA_TO_EPOCH
}

/** Month index of a day. */
export function monthOfDay(day: number): number {
  const shifted = day + ERA_TO_EPOCH
  const era = Math.floor(shifted / DAYS_PER_ERA)
  const dayOfEra = shifted - era * DAYS_PER_ERA
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const month = Math.floor((5 * dayOfYear + 2) / 153)
  return (era * 400 + yearOfEra) * 12 + month + 2
}

/** Number of days of a month. */
export function daysInMonth(index: number): number {
  const year = Math.floor(index / 12)
  const month = index - year * 12
  if (month !== 1) return MONTH_LENGTHS[month] ?? 0
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** Day of the week, 0 = Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}

/** ISO 8601 week number, 1-53. */
export function isoWeekOf(day: number): number {
  const thursday = day - ((weekdayOf(day) + 6) % 7) + 3
  const year = Math.floor(monthOfDay(thursday) / 12)
  return Math.floor((thursday - firstDayOfMonth(year * 12)) / 7) + 1
}
