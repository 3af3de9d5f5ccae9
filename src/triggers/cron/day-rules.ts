/** Days that depend on the month they lie in: `L`, `L-3`, `15W`, `LW`, `5L`, `5#3`, `3rd fri`, `last sun`. */

import { lowestBit } from './value-set.ts'

const WEEK = 0b111_1111

/** Rules of one field. All but `lastWeekday`'s and `nth`'s bits are days of the month. */
export interface DayRules {
  /** Bit n: n days before the last day. */
  readonly beforeLast: number
  /** Bit d: the weekday (Monday-Friday) nearest to day d, in the same month. */
  readonly nearest: number
  /** The last weekday (Monday-Friday). */
  readonly lastWorkday: boolean
  /** Element n - 1: weekdays (bit 0 = Sunday) of which the nth in the month is meant. */
  readonly nth: readonly number[]
  /** Weekdays (bit 0 = Sunday) of which the last in the month is meant. */
  readonly lastWeekday: number
}

/** Both rules together; null is no rule. */
export function joinRules(a: DayRules | null, b: DayRules | null): DayRules | null {
  if (a === null || b === null) return a ?? b
  return {
    beforeLast: a.beforeLast | b.beforeLast,
    nearest: a.nearest | b.nearest,
    lastWorkday: a.lastWorkday || b.lastWorkday,
    nth: [0, 1, 2, 3, 4].map((n) => (a.nth[n] ?? 0) | (b.nth[n] ?? 0)),
    lastWeekday: a.lastWeekday | b.lastWeekday,
  }
}

/** A rule set with some rules. */
export function dayRules(rules: Partial<DayRules>): DayRules {
  return { beforeLast: 0, nearest: 0, lastWorkday: false, nth: [], lastWeekday: 0, ...rules }
}

/** The days (bit d = day d) that the rules mean in a month of `length` days whose 1st is a `firstWeekday`. */
export function ruleDays(rules: DayRules, length: number, firstWeekday: number): number {
  let days = repeatWeekdays(rules.lastWeekday, firstWeekday) & (WEEK << (length - 6))
  for (let n = 0; n < rules.nth.length; n += 1) {
    days |= repeatWeekdays(rules.nth[n] ?? 0, firstWeekday) & (WEEK << (7 * n + 1))
  }
  for (let rest = rules.beforeLast; rest !== 0; rest &= rest - 1) {
    const before = lowestBit(rest)
    if (before < length) days |= 1 << (length - before)
  }
  for (let rest = rules.nearest; rest !== 0; rest &= rest - 1) {
    const day = lowestBit(rest)
    if (day <= length) days |= 1 << nearestWorkday(day, length, firstWeekday)
  }
  if (rules.lastWorkday) days |= 1 << nearestWorkday(length, length, firstWeekday)
  return days
}

/** Bit d = day d of a month whose 1st is a `firstWeekday`, for the weekdays of a mask (bit 0 = Sunday). */
export function repeatWeekdays(weekdays: number, firstWeekday: number): number {
  const week = ((weekdays >>> firstWeekday) | (weekdays << (7 - firstWeekday))) & WEEK
  return (week << 1) | (week << 8) | (week << 15) | (week << 22) | (week << 29)
}

/** The Monday-Friday nearest to a day without leaving the month: 1 a Saturday gives 3, the last a Sunday goes back. */
function nearestWorkday(day: number, length: number, firstWeekday: number): number {
  const weekday = (firstWeekday + day - 1) % 7
  if (weekday === 6) return day > 1 ? day - 1 : day + 2
  if (weekday === 0) return day < length ? day + 1 : day - 2
  return day
}
