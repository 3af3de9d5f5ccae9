/** Cases of `interval` and `date`, from APScheduler's tests and the semantics; computed by hand. */

import { describe, expect, it } from 'vitest'
import { CronwrightError } from '../../../src/errors.ts'
import { date, fireTimes, interval } from '../../../src/triggers/index.ts'

const at = (text: string): Date => new Date(text)
const looseInterval = interval as (specification: unknown, options?: unknown) => unknown
const looseDate = date as (value: unknown) => unknown
const refused = (field: RegExp): unknown =>
  expect.objectContaining({
    code: expect.stringMatching(/^INVALID_(TRIGGER|ARGUMENT)$/),
    message: expect.stringMatching(field),
  })

describe('interval', () => {
  it('fires first at its start date, then on the grid; APScheduler 3 the same', () => {
    const trigger = interval({ seconds: 1 }, { startDate: '2009-08-04T00:00:02Z' })
    expect(trigger.next(at('2009-07-01T00:00:00Z'))).toEqual(at('2009-08-04T00:00:02Z'))
    expect(trigger.next(at('2009-08-04T00:00:01.999Z'))).toEqual(at('2009-08-04T00:00:02Z'))
    expect(trigger.next(at('2009-08-04T00:00:02Z'))).toEqual(at('2009-08-04T00:00:03Z'))
    expect(trigger.next(at('2009-08-04T01:00:00.001Z'))).toEqual(at('2009-08-04T01:00:01Z'))
  })

  it('keeps its grid when it is asked off the grid; APScheduler 3 shifts its phase', () => {
    const trigger = interval('10m', { startDate: '2026-01-01T00:03:00Z' })
    expect(trigger.next(at('2026-01-01T05:00:07Z'))).toEqual(at('2026-01-01T05:03:00Z'))
  })

  it('the end date is inclusive', () => {
    const trigger = interval('1h', { startDate: '2026-01-01T00:00:00Z', endDate: '2026-01-01T02:00:00Z' })
    expect(fireTimes(trigger, { after: new Date(0), count: 9 })).toHaveLength(3)
    expect(trigger.next(at('2026-01-01T02:00:00Z'))).toBeNull()
    const shorter = interval('1h', { startDate: '2026-01-01T00:00:00Z', endDate: '2026-01-01T01:59:59.999Z' })
    expect(fireTimes(shorter, { after: new Date(0), count: 9 })).toHaveLength(2)
  })

  it('without a start date it fires one interval after the instant it is asked for', () => {
    expect(interval('5m').next(at('2026-01-01T00:00:01.234Z'))).toEqual(at('2026-01-01T00:05:01.234Z'))
  })

  it('binding starts the grid one interval after the anchor', () => {
    const anchorMs = Date.parse('2026-01-01T00:00:30Z')
    const bound = interval('5m').bind({ timezone: 'UTC', anchorMs, seed: 'job' })
    expect(bound.next(at('2026-01-01T00:00:00Z'))).toEqual(at('2026-01-01T00:05:30Z'))
    expect(bound.next(at('2026-01-01T00:06:00Z'))).toEqual(at('2026-01-01T00:10:30Z'))
    const kept = interval('5m', { startDate: 0 })
    expect(kept.bind({ timezone: 'UTC', anchorMs, seed: 'job' }).next(at('2026-01-01T00:00:30Z'))).toEqual(
      at('2026-01-01T00:05:00Z'),
    )
  })

  it('parts add up, and may be fractions of a whole sum', () => {
    const trigger = interval({ weeks: 1, days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 }, { startDate: 0 })
    expect(trigger.nextAt(0)).toBe(((8 * 24 + 1) * 60 + 1) * 60_000 + 1001)
    expect(interval({ minutes: 1.5 }, { startDate: 0 }).nextAt(0)).toBe(90_000)
    expect(interval({ hours: 0.1 }, { startDate: 0 }).nextAt(0)).toBe(360_000)
  })

  it('takes text and milliseconds', () => {
    expect(interval('1h30m', { startDate: 0 }).nextAt(0)).toBe(5_400_000)
    expect(interval(250, { startDate: 0 }).nextAt(0)).toBe(250)
    expect(interval({ milliseconds: 1 }, { startDate: 0 }).nextAt(41)).toBe(42)
  })

  it('counts and finds the latest fire over a year of milliseconds without a walk', () => {
    const trigger = interval(1, { startDate: 0 })
    const year = 365 * 86_400_000
    const started = performance.now()
    expect(trigger.countBetween(0, year, Number.POSITIVE_INFINITY)).toBe(year)
    expect(trigger.countBetween(-5, year, 1000)).toBe(1000)
    expect(trigger.latestAt(0, year)).toBe(year)
    expect(trigger.latestAt(year, year)).toBe(Number.NEGATIVE_INFINITY)
    expect(performance.now() - started).toBeLessThan(50)
  })

  it.each([
    [0, /interval|must/],
    [-5, /interval|must/],
    [1.5, /interval|must/],
    [Number.NaN, /interval|must/],
    ['', /interval|must/],
    ['5 minutes', /interval|must/],
    ['-5m', /interval|must/],
    [null, /interval|must/],
    [undefined, /interval|must/],
    [{}, /interval|must/],
    [{ seconds: 0 }, /interval|must|second/],
    [{ seconds: -1, minutes: 1 }, /seconds/],
    [{ milliseconds: 0.5 }, /milli|interval|must/],
    [{ seconds: '5' }, /seconds/],
    [{ seconds: Number.POSITIVE_INFINITY }, /interval|seconds/],
    [{ second: 5 }, /second/],
    [{ months: 1 }, /months/],
  ])('refuses %s (APScheduler turns 0 into a second)', (specification, field) => {
    expect(() => looseInterval(specification)).toThrow(CronwrightError)
    expect(() => looseInterval(specification)).toThrow(refused(field))
  })

  it.each([
    [{ dst: { gap: 'skip' } }, /dst/],
    [{ foo: 1 }, /foo/],
    [{ startDate: '2026-01-02T00:00:00Z', endDate: '2026-01-01T00:00:00Z' }, /endDate|startDate/],
    [{ jitter: -1 }, /jitter/],
  ])('refuses the options %s', (options, field) => {
    expect(() => looseInterval('5m', options)).toThrow(refused(field))
  })
})

describe('date', () => {
  it('fires once', () => {
    const trigger = date('2026-01-01T12:00:00+01:00')
    expect(trigger.next(at('2026-01-01T10:59:59.999Z'))).toEqual(at('2026-01-01T11:00:00Z'))
    expect(trigger.next(at('2026-01-01T11:00:00Z'))).toBeNull()
    expect(trigger.nextAt(Date.parse('2026-01-01T11:00:00Z'))).toBe(Number.POSITIVE_INFINITY)
    expect(trigger.countBetween(0, Date.parse('2026-01-01T11:00:00Z'), 10)).toBe(1)
    expect(trigger.latestAt(0, Date.parse('2026-01-01T10:59:00Z'))).toBe(Number.NEGATIVE_INFINITY)
  })

  it('takes a Date and epoch milliseconds, and keeps milliseconds', () => {
    expect(date(at('2026-01-01T00:00:00.123Z')).nextAt(0)).toBe(Date.parse('2026-01-01T00:00:00.123Z'))
    expect(date(86_400_001).nextAt(0)).toBe(86_400_001)
  })

  it.each([
    ['tomorrow'],
    ['2026-02-30T00:00:00Z'],
    [''],
    [Number.NaN],
    [new Date(Number.NaN)],
    [null],
    [undefined],
    [{}],
  ])('refuses %s', (value) => {
    expect(() => looseDate(value)).toThrow(refused(/must/))
  })
})
