/** Random crontabs, intervals and calendar intervals against naive walks. A failure prints its seed. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CronwrightError } from '../../src/errors.ts'
import { calendarInterval, cron, interval, type Trigger } from '../../src/triggers/index.ts'
import { cronFields, crontabs, instantsNear, intervalLengths, SAMPLE_ZONES } from './arbitraries.ts'
import { midnight, readCrontab } from './crontab.ts'
import { readFields } from './fields.ts'
import { DEFAULT_POLICY, expectedNext, instantsOf, POLICIES } from './oracle.ts'
import { DAY, HOUR, MINUTE, SECOND, transitionsOf, wallAt } from './zone.ts'

const TIMEOUT = { timeout: 60_000 }
const YEARS = 30 * 366

type Expectation = Parameters<typeof expectedNext>

/** A trigger fires three times as the oracle says, or is refused where the oracle finds no fire time. */
function expectAgreement(
  make: () => Trigger,
  pattern: Expectation[0],
  timezone: string,
  start: number,
  dst: Expectation[4],
): void {
  let trigger: Trigger
  try {
    trigger = make()
  } catch (error) {
    if (!(error instanceof CronwrightError) || error.code !== 'TRIGGER_NEVER_FIRES') throw error
    expect(expectedNext(pattern, timezone, start, YEARS, dst)).toBeUndefined()
    return
  }
  let after = start
  for (let count = 0; count < 3; count += 1) {
    const expected = expectedNext(pattern, timezone, after, YEARS, dst)
    const actual = trigger.nextAt(after)
    if (expected === undefined) {
      expect(actual).toBeGreaterThan(start + (YEARS - 4) * DAY)
      return
    }
    expect(new Date(actual)).toEqual(new Date(expected))
    after = expected
  }
}

describe('crontabs against the oracle', () => {
  it.each(SAMPLE_ZONES)('random texts in %s', TIMEOUT, (timezone) => {
    const places = transitionsOf(timezone, Date.UTC(2009, 0, 1), Date.UTC(2027, 0, 1)).map(({ at }) => at)
    fc.assert(
      fc.property(crontabs, instantsNear(places), fc.constantFrom(DEFAULT_POLICY, ...POLICIES), (text, start, dst) => {
        const pattern = readCrontab(text)
        expectAgreement(() => cron(text, { timezone, dst }), pattern, timezone, start, dst)
      }),
      { numRuns: 150 },
    )
  })
})

describe('a window and cron fields against the oracle', () => {
  const timezone = 'America/New_York'
  const places = transitionsOf(timezone, Date.UTC(2009, 0, 1), Date.UTC(2027, 0, 1)).map(({ at }) => at)

  it('start and end dates keep the fires inside, both inclusive', TIMEOUT, () => {
    const lengths = fc.oneof(fc.constantFrom(0, 1, MINUTE, HOUR), fc.nat(40 * DAY))
    fc.assert(
      fc.property(crontabs, instantsNear(places), lengths, fc.integer({ min: -DAY, max: 40 * DAY }), (...drawn) => {
        const [text, start, length, delay] = drawn
        const pattern = readCrontab(text)
        const startDate = expectedNext(pattern, timezone, start, 400) ?? start
        const endDate = expectedNext(pattern, timezone, startDate + length, 400) ?? startDate + length
        let trigger: Trigger
        try {
          trigger = cron(text, { timezone, startDate, endDate })
        } catch (error) {
          if (!(error instanceof CronwrightError) || error.code !== 'TRIGGER_NEVER_FIRES') throw error
          expect(expectedNext(pattern, timezone, startDate - 1, 400) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(
            endDate,
          )
          return
        }
        for (const after of [startDate - 1, startDate, endDate - 1, endDate, startDate + delay]) {
          const expected =
            expectedNext(pattern, timezone, Math.max(after, startDate - 1), 900) ?? Number.POSITIVE_INFINITY
          expect(trigger.nextAt(after)).toBe(expected <= endDate ? expected : Number.POSITIVE_INFINITY)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('random cron fields fire as the oracle reads them', TIMEOUT, () => {
    fc.assert(
      fc.property(cronFields, instantsNear(places), fc.constantFrom(...POLICIES), (fields, start, dst) => {
        const pattern = readFields(fields)
        expectAgreement(() => cron(fields, { timezone, dst }), pattern, timezone, start, dst)
      }),
      { numRuns: 150 },
    )
  })
})

describe('intervals against the grid', () => {
  const starts = fc.integer({ min: -40 * 365 * DAY, max: Date.UTC(2037, 0, 1) })

  it('fires are start + k * every, k >= 0', TIMEOUT, () => {
    fc.assert(
      fc.property(intervalLengths, starts, starts, (every, startDate, after) => {
        const trigger = interval(every, { startDate })
        const expected =
          after < startDate ? startDate : startDate + (Math.floor((after - startDate) / every) + 1) * every
        expect(trigger.nextAt(after)).toBe(expected)
        expect(trigger.nextAt(expected)).toBe(expected + every)
        expect(trigger.countBetween(after, expected + 10 * every, 100)).toBe(11)
        expect(trigger.countBetween(after, expected + 10 * every - 1, 100)).toBe(10)
        expect(trigger.latestAt(after, expected + 10 * every - 1)).toBe(expected + 9 * every)
      }),
      { numRuns: 1_000 },
    )
  })

  it('an end date cuts the grid off', TIMEOUT, () => {
    fc.assert(
      fc.property(intervalLengths, starts, fc.nat(500), fc.nat(1_000), (every, startDate, fires, rest) => {
        const trigger = interval(every, { startDate, endDate: startDate + fires * every + Math.min(rest, every - 1) })
        const last = startDate + fires * every
        expect(trigger.countBetween(startDate - 1, Number.MAX_SAFE_INTEGER, 1_000)).toBe(fires + 1)
        expect(trigger.latestAt(startDate - 1, Number.MAX_SAFE_INTEGER)).toBe(last)
        expect(trigger.nextAt(last - 1)).toBe(last)
        expect(trigger.nextAt(last)).toBe(Number.POSITIVE_INFINITY)
      }),
      { numRuns: 300 },
    )
  })
})

interface Step {
  readonly years?: number
  readonly months?: number
  readonly weeks?: number
  readonly days?: number
}

/** The date after `day` (midnight on the wall), as APScheduler defines it. */
function following(day: number, { years = 0, months = 0, weeks = 0, days = 0 }: Step): number {
  const date = new Date(day)
  let [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  let found = day
  do {
    if (years === 0 && months === 0) break
    month += months
    year += years + Math.floor(month / 12)
    month %= 12
    found = Date.UTC(year, month, date.getUTCDate())
  } while (new Date(found).getUTCMonth() !== month)
  return found + (weeks * 7 + days) * DAY
}

describe('calendar intervals against a naive walk', () => {
  const steps = fc
    .record({
      years: fc.constantFrom(0, 0, 0, 1, 4),
      months: fc.constantFrom(0, 0, 1, 2, 5, 12),
      weeks: fc.constantFrom(0, 0, 1, 3),
      days: fc.constantFrom(0, 0, 1, 2, 30),
    })
    .filter((step) => Object.values(step).some((value) => value > 0))
  const times = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.constantFrom(0, 15, 30, 59),
    second: fc.constantFrom(0, 0, 7),
  })

  it.each(SAMPLE_ZONES)('random steps in %s', TIMEOUT, (timezone) => {
    const changes = transitionsOf(timezone, Date.UTC(2009, 0, 1), Date.UTC(2027, 0, 1)).map(({ at }) => at)
    const delays = fc.oneof(fc.nat(3 * DAY), fc.nat(10 * 365 * DAY))
    fc.assert(
      fc.property(
        steps,
        times,
        instantsNear(changes),
        delays,
        fc.constantFrom(...POLICIES),
        (step, time, start, delay, dst) => {
          const trigger = calendarInterval({ ...step, ...time }, { timezone, startDate: start, dst })
          const timeOfDay = ((time.hour * 60 + time.minute) * 60 + time.second) * SECOND
          const expected: number[] = []
          for (let day = midnight(wallAt(timezone, start)); expected.length < 4; day = following(day, step)) {
            if (new Date(day).getUTCFullYear() > 2120) break
            for (const at of instantsOf(timezone, day + timeOfDay, true, dst)) {
              if (at >= start && at > start + delay) expected.push(at)
            }
          }
          const sorted = [...new Set(expected)].sort((a, b) => a - b)
          let after = Math.max(start - 1, start + delay)
          for (const fire of sorted) {
            expect(new Date(trigger.nextAt(after))).toEqual(new Date(fire))
            after = fire
          }
          expect(trigger.nextAt(start - 100 * DAY - HOUR)).toBeGreaterThanOrEqual(start)
        },
      ),
      { numRuns: 100 },
    )
  })
})
