/**
 * A cron schedule as bit masks over wall time. Stateless for its users; it remembers the days of the last month it
 * looked at, because the next question is nearly always about the same month.
 */

import {
  daysInMonth,
  firstDayOfMonth,
  isoWeekOf,
  LAST_MONTH,
  monthIndex,
  monthOfDay,
  SECONDS_PER_DAY,
  weekdayOf,
  yearOfMonth,
} from '../civil.ts'
import { NEVER } from '../trigger.ts'
import type { WallSchedule } from '../wall-clock.ts'
import { type DayRules, repeatWeekdays, ruleDays } from './day-rules.ts'
import { firstFrom, firstInRanges, lowestBit, type NumberRange, type ValueSet } from './value-set.ts'

/** Days of the month, or days of the week: plain values and rules. */
export interface DayField {
  readonly values: ValueSet
  readonly rules: DayRules | null
}

/** What a schedule is made of. */
export interface CronParts {
  readonly seconds: ValueSet
  readonly minutes: ValueSet
  readonly hours: ValueSet
  readonly months: ValueSet
  /** Days of the month, bit d = day d. */
  readonly days: DayField
  /** Days of the week, bit 0 = Sunday. */
  readonly weekdays: DayField
  /** True: a day matches when either of `days` and `weekdays` does; false: when both do. */
  readonly eitherDay: boolean
  /** ISO weeks; null: any. */
  readonly weeks: ValueSet | null
  /** Null: any. */
  readonly years: readonly NumberRange[] | null
  /** True when the hour has no `*`, `?` or step. */
  readonly fixedTime: boolean
}

/** The Gregorian calendar repeats after so many years, weekdays and weeks included. */
const CALENDAR_CYCLE = 400

/** The wall times of a cron trigger. */
export class CronSchedule implements WallSchedule {
  readonly fixedTime: boolean
  readonly #parts: CronParts
  /** Hour, minute and second of the first match in a day, in seconds. */
  readonly #firstTime: number
  #month = 0
  #monthStart = 0
  #monthLength = 0
  #monthDays = 0

  constructor(parts: CronParts) {
    this.fixedTime = parts.fixedTime
    this.#parts = parts
    this.#firstTime = this.#timeFrom(0)
  }

  nextAfter(wall: number): number {
    const second = wall + 1
    const day = Math.floor(second / SECONDS_PER_DAY)
    const today = this.#dayFrom(day, LAST_MONTH)
    if (today === day) {
      const time = this.#timeFrom(second - day * SECONDS_PER_DAY)
      if (time >= 0) return day * SECONDS_PER_DAY + time
    }
    const found = today > day ? today : this.#dayFrom(day + 1, LAST_MONTH)
    return found * SECONDS_PER_DAY + this.#firstTime
  }

  /** True when some day from 1970 to 9999 matches. */
  matchesAnyDay(): boolean {
    const { years } = this.#parts
    const lastMonth = years === null ? monthIndex(1970 + CALENDAR_CYCLE, 12) : LAST_MONTH
    return this.#dayFrom(0, lastMonth) !== NEVER
  }

  /** First matching second of a day, from a second on; -1 when there is none. */
  #timeFrom(second: number): number {
    const { hours, minutes, seconds } = this.#parts
    let hour = Math.floor(second / 3600)
    let minute = Math.floor(second / 60) - hour * 60
    const wantedSecond = second - hour * 3600 - minute * 60
    if (((hours.low >>> hour) & 1) === 1) {
      const found = firstFrom(minutes.low, minutes.high, minute)
      if (found === minute) {
        const exact = firstFrom(seconds.low, seconds.high, wantedSecond)
        if (exact >= 0) return hour * 3600 + minute * 60 + exact
        minute = firstFrom(minutes.low, minutes.high, minute + 1)
      } else {
        minute = found
      }
      if (minute >= 0) return hour * 3600 + minute * 60 + firstFrom(seconds.low, seconds.high, 0)
    }
    hour = firstFrom(hours.low, 0, hour + 1)
    if (hour < 0) return -1
    return hour * 3600 + firstFrom(minutes.low, minutes.high, 0) * 60 + firstFrom(seconds.low, seconds.high, 0)
  }

  /** First matching day from a day on, in months up to `lastMonth`; {@link NEVER} when there is none. */
  #dayFrom(day: number, lastMonth: number): number {
    let offset = day - this.#monthStart
    if (offset < 0 || offset >= this.#monthLength) {
      const month = monthOfDay(day)
      this.#lookAt(month)
      if (this.#monthFrom(month) !== month) this.#monthDays = 0
      offset = day - this.#monthStart
    }
    const days = this.#monthDays >>> (offset + 1)
    if (days !== 0) return day + lowestBit(days)
    for (let month = this.#monthFrom(this.#month + 1); month <= lastMonth; month = this.#monthFrom(month + 1)) {
      this.#lookAt(month)
      if (this.#monthDays !== 0) return this.#monthStart + lowestBit(this.#monthDays) - 1
    }
    return NEVER
  }

  /** First month from a month on that month and year fields allow. */
  #monthFrom(month: number): number {
    const { months, years } = this.#parts
    const year = yearOfMonth(month)
    if (years === null) {
      const inYear = firstFrom(months.low, 0, month - year * 12 + 1)
      return inYear > 0 ? monthIndex(year, inYear) : monthIndex(year + 1, firstFrom(months.low, 0, 1))
    }
    const allowedYear = firstInRanges(years, year)
    const inYear = allowedYear === year ? firstFrom(months.low, 0, month - year * 12 + 1) : -1
    if (inYear > 0) return monthIndex(year, inYear)
    return monthIndex(firstInRanges(years, Math.max(year + 1, allowedYear)), firstFrom(months.low, 0, 1))
  }

  #lookAt(month: number): void {
    this.#month = month
    this.#monthStart = firstDayOfMonth(month)
    this.#monthLength = daysInMonth(month)
    this.#monthDays = this.#daysOf()
  }

  /** The matching days of the remembered month, bit d = day d. */
  #daysOf(): number {
    const { days, weekdays, eitherDay, weeks } = this.#parts
    const length = this.#monthLength
    const firstWeekday = weekdayOf(this.#monthStart)
    const ofMonth = days.values.low | (days.rules === null ? 0 : ruleDays(days.rules, length, firstWeekday))
    const ofWeek =
      repeatWeekdays(weekdays.values.low, firstWeekday) |
      (weekdays.rules === null ? 0 : ruleDays(weekdays.rules, length, firstWeekday))
    const existing = (0xffff_fffe << (31 - length)) >>> (31 - length)
    const matching = (eitherDay ? ofMonth | ofWeek : ofMonth & ofWeek) & existing
    return weeks === null ? matching : this.#daysInWeeks(matching, weeks)
  }

  #daysInWeeks(days: number, weeks: ValueSet): number {
    let kept = 0
    for (let day = 1; day <= this.#monthLength; ) {
      const epochDay = this.#monthStart + day - 1
      const week = isoWeekOf(epochDay)
      const untilMonday = 7 - ((weekdayOf(epochDay) + 6) % 7)
      if (firstFrom(weeks.low, weeks.high, week) === week) kept |= days & (((1 << untilMonday) - 1) << day)
      day += untilMonday
    }
    return kept
  }
}

/** The schedule of `@never`. */
export const NO_SCHEDULE: WallSchedule = { fixedTime: true, nextAfter: () => NEVER }
