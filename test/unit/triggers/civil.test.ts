import { describe, expect, it } from 'vitest'
import {
  daysInMonth,
  firstDayOfMonth,
  firstDayOfYear,
  isoWeekOf,
  monthIndex,
  monthOfDay,
  weekdayOf,
  yearOfDay,
} from '../../../src/triggers/civil.ts'

const DAY_MS = 86_400_000

function dayOf(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() / DAY_MS
}

describe('the calendar', () => {
  it('agrees with Date on every day of the first and last centuries and of 1890 to 2110', () => {
    const ranges = [
      [dayOf(1, 1, 1), dayOf(101, 1, 1)],
      [dayOf(1890, 1, 1), dayOf(2110, 1, 1)],
      [dayOf(9900, 1, 1), dayOf(9999, 12, 31)],
    ] as const
    const wrong: number[] = []
    for (const [from, to] of ranges) {
      for (let day = from; day <= to; day += 1) {
        const date = new Date(day * DAY_MS)
        const month = monthIndex(date.getUTCFullYear(), date.getUTCMonth() + 1)
        const right =
          yearOfDay(day) === date.getUTCFullYear() &&
          monthOfDay(day) === month &&
          firstDayOfMonth(month) + date.getUTCDate() - 1 === day &&
          weekdayOf(day) === date.getUTCDay()
        if (!right) wrong.push(day)
      }
    }
    expect(wrong).toEqual([])
  })

  it('knows the length of every month of a leap year and of a common one, and of Februaries in 400 years', () => {
    for (const year of [2000, 2024, 2026, 2100, 2400]) {
      for (let month = 1; month <= 12; month += 1) {
        const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
        expect(daysInMonth(monthIndex(year, month))).toBe(days)
      }
      expect(firstDayOfYear(year)).toBe(dayOf(year, 1, 1))
    }
  })

  it.each([
    [2026, 1, 1, 1],
    [2024, 12, 30, 1],
    [2026, 12, 31, 53],
    [2027, 1, 3, 53],
    [2027, 1, 4, 1],
    [2021, 1, 3, 53],
    [2020, 12, 31, 53],
    [2005, 1, 1, 53],
    [2008, 12, 29, 1],
  ])('%d-%d-%d lies in ISO week %d', (year, month, day, week) => {
    expect(isoWeekOf(dayOf(year, month, day))).toBe(week)
  })
})
