import { describe, expect, it } from 'vitest'
import { type IntervalSpec, interval, NONE } from '../../../src/triggers/index.ts'
import { expectError, fires, ms } from './support.ts'

const YEAR = 365 * 86_400_000

describe('an interval', () => {
  it('fires at startDate and on its grid ever after', () => {
    const trigger = interval({ hours: 1, minutes: 30 }, { startDate: '2026-01-01T00:10:00Z' })
    expect(fires(trigger, '2020-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-01T00:10:00Z',
      '2026-01-01T01:40:00Z',
      '2026-01-01T03:10:00Z',
    ])
    expect(fires(trigger, '2026-01-01T01:40:00Z', 1)).toEqual(['2026-01-01T03:10:00Z'])
  })

  it('ZJ-04 takes sub-minute steps, as text, parts or milliseconds', () => {
    for (const every of ['10s', { seconds: 10 }, { milliseconds: 10_000 }, 10_000]) {
      expect(fires(interval(every, { startDate: 0 }), '2026-01-01T00:00:00Z', 2)).toEqual([
        '2026-01-01T00:00:10Z',
        '2026-01-01T00:00:20Z',
      ])
    }
  })

  it.each<[IntervalSpec | string, number]>([
    [{ weeks: 1, days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 }, 694_861_001],
    [{ minutes: 0.5 }, 30_000],
    [{ seconds: 0.07 }, 70],
    [{ hours: 0, seconds: 5 }, 5_000],
    ['1h30m', 5_400_000],
  ])('%j is %d ms', (every, expected) => {
    expect(interval(every).toJSON()).toEqual({ v: 1, type: 'interval', every: expected })
  })

  it.each<[unknown, string]>([
    [{}, 'interval'],
    [{ hours: 0 }, 'interval'],
    [{ seconds: 0.0001 }, 'interval'],
    [{ seconds: -1 }, 'seconds'],
    [{ seconds: Number.NaN }, 'seconds'],
    [{ seconds: '5' }, 'seconds'],
    [{ months: 1 }, 'months'],
    [0, 'interval'],
    [1.5, 'interval'],
    [Number.POSITIVE_INFINITY, 'interval'],
    ['5 minutes', 'interval'],
    [undefined, 'interval'],
    [null, 'interval'],
    [[5], 'interval'],
  ])('refuses %j, naming %s', (every, field) => {
    expectError(() => interval(every as IntervalSpec), 'INVALID_TRIGGER', field)
  })

  it('has no time zone and no clock changes', () => {
    expectError(() => interval('5m', { timezone: 'UTC' } as object), 'INVALID_TRIGGER', 'timezone')
    expectError(() => interval('5m', { dst: {} } as object), 'INVALID_TRIGGER', 'dst')
  })

  it('ends with endDate, included', () => {
    const trigger = interval('1h', { startDate: '2026-01-01T00:00:00Z', endDate: '2026-01-01T02:00:00Z' })
    expect(fires(trigger, '2025-01-01T00:00:00Z', 9)).toHaveLength(3)
    expect(trigger.next(new Date('2026-01-01T02:00:00Z'))).toBeNull()
  })

  it('without a start fires one interval after the instant asked from, and when bound one after the anchor', () => {
    expect(fires(interval('5m'), '2026-01-01T00:01:00Z', 2)).toEqual(['2026-01-01T00:06:00Z', '2026-01-01T00:11:00Z'])
    const bound = interval('5m').bind({ timezone: 'UTC', anchorMs: ms('2026-01-01T00:00:30Z'), seed: 'a' })
    expect(fires(bound, '2026-01-01T00:01:00Z', 2)).toEqual(['2026-01-01T00:05:30Z', '2026-01-01T00:10:30Z'])
    expect(bound.bind({ timezone: 'UTC', anchorMs: 0, seed: 'b' })).toBe(bound)
  })

  it('never drifts: the thousandth fire is where the grid says', () => {
    const trigger = interval(999, { startDate: 5 })
    let time = 0
    for (let i = 0; i < 1000; i += 1) time = trigger.nextAt(time)
    expect(time).toBe(5 + 999 * 999)
  })

  it('counts and finds the latest of a year of overdue seconds by arithmetic', () => {
    const trigger = interval('1s', { startDate: 0 })
    expect(trigger.countBetween(YEAR, 2 * YEAR, Number.MAX_SAFE_INTEGER)).toBe(31_536_000)
    expect(trigger.countBetween(YEAR, 2 * YEAR, 1_000)).toBe(1_000)
    expect(trigger.latestAt(YEAR, 2 * YEAR + 999)).toBe(2 * YEAR)
    expect(trigger.latestAt(YEAR, YEAR + 999)).toBe(NONE)
    const started = performance.now()
    for (let i = 0; i < 10_000; i += 1) trigger.countBetween(i, 100 * YEAR, Number.MAX_SAFE_INTEGER)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('counts within its window only', () => {
    const trigger = interval('1m', { startDate: ms('2026-01-01T00:00:00Z'), endDate: ms('2026-01-01T01:00:00Z') })
    expect(trigger.countBetween(0, ms('2030-01-01T00:00:00Z'), 1_000)).toBe(61)
    expect(trigger.latestAt(0, ms('2030-01-01T00:00:00Z'))).toBe(ms('2026-01-01T01:00:00Z'))
    expect(trigger.latestAt(0, ms('2025-01-01T00:00:00Z'))).toBe(NONE)
  })

  it('counts what is ahead of an instant while it floats', () => {
    expect(interval('5m').countBetween(7, 7 + 3_600_000, 100)).toBe(12)
    expect(interval('5m').latestAt(7, 7 + 3_600_000)).toBe(7 + 3_600_000)
  })

  it('reads well', () => {
    expect(String(interval({ days: 1, hours: 2, milliseconds: 5 }))).toBe('every 1d2h5ms')
    expect(String(interval('5m', { startDate: 0 }))).toBe('every 5m from 1970-01-01T00:00:00.000Z')
  })
})
