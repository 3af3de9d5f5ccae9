/**
 * The proleptic Gregorian calendar on integers, from year 1 on. A *day* counts from 1970-01-01; a *month index* is
 * `year * 12 + month - 1`. No `Date` objects, so that a step over months costs nanoseconds.
 */

export const SECONDS_PER_DAY = 86_400

/** Month index of December 9999, the last month that a trigger knows. */
export const LAST_MONTH = 9999 * 12 + 11

/** From 0001-01-01 to 1970-01-01. */
const DAYS_TO_EPOCH = 719_162
const DAYS_PER_400_YEARS = 146_097

/** Days before each month, in years of 365 and of 366 days. */
const BEFORE_MONTH: readonly number[] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const BEFORE_MONTH_LEAP: readonly number[] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335]
const LENGTHS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Integer division that V8 turns into one instruction; for numbers inside 31 bits, rounding towards zero. */
function divide(a: number, b: number): number {
  return (a / b) | 0
}

/** Month index of a year and a month 1-12. */
export function monthIndex(year: number, month: number): number {
  return year * 12 + month - 1
}

/** Year of a month index. */
export function yearOfMonth(index: number): number {
  return divide(index, 12)
}

/** First day of a year from 1 on. */
export function firstDayOfYear(year: number): number {
  const past = year - 1
  return past * 365 + divide(past, 4) - divide(past, 100) + divide(past, 400) - DAYS_TO_EPOCH
}

/** First day of a month. */
export function firstDayOfMonth(index: number): number {
  const year = divide(index, 12)
  return firstDayOfYear(year) + beforeMonth(year, index - year * 12)
}

/** Number of days of a month. */
export function daysInMonth(index: number): number {
  const year = divide(index, 12)
  const month = index - year * 12
  return month === 1 && isLeap(year) ? 29 : (LENGTHS[month] ?? 0)
}

/** Year of a day. */
export function yearOfDay(day: number): number {
  // The mean length of a year misses by a day or two around new year
  const year = divide((day + DAYS_TO_EPOCH) * 400, DAYS_PER_400_YEARS) + 1
  if (day < firstDayOfYear(year)) return year - 1
  return day < firstDayOfYear(year + 1) ? year : year + 1
}

/** Month index of a day. */
export function monthOfDay(day: number): number {
  const year = yearOfDay(day)
  const dayOfYear = day - firstDayOfYear(year)
  const guess = divide(dayOfYear, 31)
  return year * 12 + guess + (guess < 11 && dayOfYear >= beforeMonth(year, guess + 1) ? 1 : 0)
}

/** Day of the week, 0 = Sunday. */
export function weekdayOf(day: number): number {
  return (day + DAYS_TO_EPOCH + 1) % 7
}

/** ISO 8601 week number, 1-53. */
export function isoWeekOf(day: number): number {
  const thursday = day - ((weekdayOf(day) + 6) % 7) + 3
  return divide(thursday - firstDayOfYear(yearOfDay(thursday)), 7) + 1
}

function beforeMonth(year: number, month: number): number {
  return (isLeap(year) ? BEFORE_MONTH_LEAP : BEFORE_MONTH)[month] ?? 0
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
