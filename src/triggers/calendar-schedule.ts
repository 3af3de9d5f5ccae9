/**
 * The dates of a calendar interval as a schedule of wall times. Steps of days alone and of months alone are reached
 * by division; a step of both moves the day of the month each time, so it is walked, from where the last walk ended.
 */

import { daysInMonth, firstDayOfMonth, LAST_MONTH, monthOfDay, SECONDS_PER_DAY } from './civil.ts'
import { NEVER } from './trigger.ts'
import type { WallSchedule } from './wall-clock.ts'

/** One of the two is above 0. */
export interface CalendarStep {
  readonly months: number
  readonly days: number
}

/** The wall times `date k` + `timeOfDay`, from a first day on. */
export class CalendarSchedule implements WallSchedule {
  readonly fixedTime = true
  readonly #step: CalendarStep
  readonly #startDay: number
  readonly #timeOfDay: number
  /** A day of a mixed step's sequence. */
  #walked: number

  constructor(step: CalendarStep, startDay: number, timeOfDay: number) {
    this.#step = step
    this.#startDay = startDay
    this.#timeOfDay = timeOfDay
    this.#walked = startDay
  }

  nextAfter(wall: number): number {
    const day = Math.floor((wall - this.#timeOfDay) / SECONDS_PER_DAY) + 1
    return this.#dateFrom(Math.max(day, this.#startDay)) * SECONDS_PER_DAY + this.#timeOfDay
  }

  /** First date of the sequence on or after a day that is not before the first. */
  #dateFrom(day: number): number {
    const { months, days } = this.#step
    const start = this.#startDay
    if (months === 0) return start + Math.ceil((day - start) / days) * days
    return days === 0 ? this.#monthlyFrom(day) : this.#mixedFrom(day)
  }

  #monthlyFrom(day: number): number {
    const { months } = this.#step
    const startMonth = monthOfDay(this.#startDay)
    const dayOfMonth = this.#startDay - firstDayOfMonth(startMonth)
    const steps = Math.ceil((monthOfDay(day) - startMonth) / months)
    const month = startMonth + steps * months
    const date = existingDate(month, months, dayOfMonth)
    // In the month of `day` itself the date may already be over
    return date >= day ? date : existingDate(month + months, months, dayOfMonth)
  }

  #mixedFrom(day: number): number {
    const { months, days } = this.#step
    if (this.#walked > day) this.#walked = this.#startDay
    let date = this.#walked
    while (date < day) {
      this.#walked = date
      const month = monthOfDay(date)
      date = existingDate(month + months, months, date - firstDayOfMonth(month)) + days
    }
    return date
  }
}

/** The date in the first of `month`, `month + step`, ... that has it; {@link NEVER} when none up to 9999 has. */
function existingDate(month: number, step: number, dayOfMonth: number): number {
  for (let existing = month; existing <= LAST_MONTH; existing += step) {
    if (dayOfMonth < daysInMonth(existing)) return firstDayOfMonth(existing) + dayOfMonth
  }
  return NEVER
}
