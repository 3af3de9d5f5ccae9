import { describe, expect, it } from 'vitest'
import {
  and,
  calendarInterval,
  cron,
  date,
  fireTimes,
  interval,
  NEVER,
  or,
  type Trigger,
} from '../../../src/triggers/index.ts'
import { expectError, fires, ms } from './support.ts'

const utc = { timezone: 'UTC' }
const context = { timezone: 'UTC', anchorMs: ms('2026-01-01T00:01:23Z'), seed: 'job' }

describe('and', () => {
  it('fires where all its triggers do: every 90 minutes, in business hours', () => {
    const trigger = and(interval('90m'), cron('* 9-16 * * 1-5', utc))
    expect(fires(trigger, '2026-01-02T12:00:00Z', 5)).toEqual([
      '2026-01-02T13:30:00Z',
      '2026-01-02T15:00:00Z',
      '2026-01-02T16:30:00Z',
      '2026-01-05T09:00:00Z',
      '2026-01-05T10:30:00Z',
    ])
  })

  it('counts an interval without a start from the Unix epoch, bound or not', () => {
    const trigger = and(interval('2h'), cron('0 * * * *'))
    const bound = trigger.bind(context)
    expect(fires(bound, '2026-01-01T00:00:00Z', 2)).toEqual(['2026-01-01T02:00:00Z', '2026-01-01T04:00:00Z'])
    const nested = and(or(interval('2h'), interval('3h')), cron('0 * * * *', utc))
    expect(fires(nested, '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-01T02:00:00Z',
      '2026-01-01T03:00:00Z',
      '2026-01-01T04:00:00Z',
    ])
  })

  it('respects an interval that has a start', () => {
    const trigger = and(interval('2h', { startDate: '2026-01-01T01:00:00Z' }), cron('0 * * * *', utc))
    expect(fires(trigger, '2025-01-01T00:00:00Z', 2)).toEqual(['2026-01-01T01:00:00Z', '2026-01-01T03:00:00Z'])
  })

  it('merges intervals by arithmetic, however rarely they meet', () => {
    const trigger = and(interval(999_999_937), interval(1_000_000_007, { startDate: 0 }), interval(2))
    expect(fires(trigger, '1970-01-01T00:00:00Z', 1)).toEqual([])
    const sooner = and(interval(10_007), interval(10_009))
    expect(sooner.nextAt(0)).toBe(10_007 * 10_009)
  })

  it('finds Friday the 13th, and a single date', () => {
    expect(fires(and(cron('0 0 13 * *', utc), cron('0 0 * * 5', utc)), '2026-01-01T00:00:00Z', 2)).toEqual([
      '2026-02-13T00:00:00Z',
      '2026-03-13T00:00:00Z',
    ])
    expect(fires(and(date('2026-02-13T00:00:00Z'), cron('0 0 13 * *', utc)), '2026-01-01T00:00:00Z', 2)).toEqual([
      '2026-02-13T00:00:00Z',
    ])
  })

  it('of one trigger is that trigger, and of ands is one and', () => {
    expect(fires(and(cron('0 9 * * *', utc)), '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T09:00:00Z'])
    const nested = and(and(interval('2h'), interval('3h')), cron('0 * * * *', utc))
    expect(fires(nested, '2026-01-01T00:00:00Z', 2)).toEqual(['2026-01-01T06:00:00Z', '2026-01-01T12:00:00Z'])
  })

  it('lets a calendar interval without a start begin with the day asked from, or bound to', () => {
    const trigger = and(calendarInterval({ days: 2, hour: 9 }, utc), cron('0 9 * * *', utc))
    expect(fires(trigger, '2026-01-01T00:00:00Z', 2)).toEqual(['2026-01-01T09:00:00Z', '2026-01-03T09:00:00Z'])
    expect(fires(trigger.bind(context), '2026-01-02T00:00:00Z', 1)).toEqual(['2026-01-03T09:00:00Z'])
  })

  it.each<[string, () => Trigger]>([
    ['two hours of the day', () => and(cron('0 9 * * *'), cron('0 10 * * *'))],
    ['grids a second apart', () => and(interval('1h', { startDate: 0 }), interval('2h', { startDate: 1_000 }))],
    ['an hourly grid and the half hour', () => and(interval('1h'), cron('30 * * * *', utc))],
    ['a date that is no fire', () => and(date('2026-01-01T00:00:01Z'), cron('* * * * *', utc))],
    ['windows that do not touch', () => and(interval('1h', { endDate: 1 }), interval('1h', { startDate: 3_600_000 }))],
    ['new years in two zones', () => and(cron('@yearly', { timezone: 'America/Chicago' }), cron('@yearly', utc))],
    ['a trigger that never fires', () => and(cron('@never'))],
  ])('refuses what never meets: %s', (_, make) => {
    expectError(make, 'TRIGGER_NEVER_FIRES', 'triggers')
  })

  it('decides that within 50 ms', () => {
    const attempts = [1, 2, 3, 4, 5].map((minute) => {
      const began = performance.now()
      expectError(() => and(cron(`${minute} 9 * * *`), cron(`${minute} 10 * * *`)), 'TRIGGER_NEVER_FIRES')
      return performance.now() - began
    })
    expect(Math.min(...attempts)).toBeLessThan(50)
  })

  it('leaves the question open while a time zone is missing, and answers it in bind', () => {
    const trigger = and(interval('1h'), cron('30 9 * * *'))
    expectError(() => trigger.bind(context), 'TRIGGER_NEVER_FIRES')
    expect(fires(trigger.bind({ ...context, timezone: 'Asia/Kolkata' }), '2026-01-01T00:00:00Z', 1)).toEqual([
      '2026-01-01T04:00:00Z',
    ])
  })

  it('gives null once its triggers have met for the last time', () => {
    const trigger = and(cron('0 0 0 13 * * 2026', utc), cron('0 0 * * 5', utc))
    expect(trigger.next(new Date('2026-11-13T00:00:00Z'))).toBeNull()
  })

  it('refuses what does not meet within the steps of a search', () => {
    const sparse = Array.from({ length: 59 }, (_, second) => second + 1).join()
    expectError(() => and(cron(`${sparse} * * * * *`, utc), interval('1m')), 'TRIGGER_NEVER_FIRES', 'triggers')
  })

  it('throws, rather than seem to have ended, when a later search is given up', () => {
    // Liberia's clocks were 44 min 30 s behind until 1972; since then its half hours are no full hours elsewhere
    const trigger = and(interval('1h'), cron('30 15 * * * *', { timezone: 'Africa/Monrovia' }))
    expect(fires(trigger, '1971-01-01T00:00:00Z', 1)).toEqual(['1971-01-01T01:00:00Z'])
    expectError(() => trigger.next(new Date('2026-01-01T00:00:00Z')), 'TRIGGER_NEVER_FIRES', 'triggers')
  })

  it('knows that it has ended when only an alternative that never meets the rest is left', () => {
    const trigger = and(or(date('2026-12-25T09:00:00Z'), cron('0 10 * * *', utc)), cron('0 9 * * *', utc))
    expect(fires(trigger, '2026-01-01T00:00:00Z', 2)).toEqual(['2026-12-25T09:00:00Z'])
    expectError(
      () => and(or(cron('0 10 * * *', utc), cron('0 11 * * *', utc)), cron('0 9 * * *', utc)),
      'TRIGGER_NEVER_FIRES',
    )
  })

  it('fires where any alternatives of its ors meet, however many there are', () => {
    const halves = [2, 3].map((hours) => interval(`${hours}h`))
    const many = [5, 7, 9, 11].map((hours) => interval(`${hours}h`))
    for (const more of [many, [...many, interval('13h')]]) {
      const trigger = and(or(...halves), or(...more))
      const expected = Array.from({ length: 200 }, (_, hour) => hour + 1).filter(
        (hour) =>
          [2, 3].some((n) => hour % n === 0) &&
          [5, 7, 9, 11, ...(more === many ? [] : [13])].some((n) => hour % n === 0),
      )
      expect(
        fireTimes(trigger, { after: 0, count: 200, until: 200 * 3_600_000 }).map((t) => t.getTime() / 3_600_000),
      ).toEqual(expected)
    }
  })

  it('finds a fire on a whole second for intervals of milliseconds', () => {
    expect(and(interval(999), cron('0 0 0 * * *', utc)).nextAt(0)).toBe((999 * 86_400_000) / 27)
  })

  it('counts and finds its latest fire without an end', () => {
    const trigger = and(interval('2h'), cron('0 0 * * * * 2026', utc))
    expect(trigger.countBetween(0, NEVER, 10_000)).toBe(4_380)
    expect(trigger.latestAt(0, NEVER)).toBe(ms('2026-12-31T22:00:00Z'))
  })

  it('refuses jitter inside, which would avert every match', () => {
    expectError(() => and(cron('* * * * *', { jitter: 5 }), cron('* * * * *')), 'INVALID_TRIGGER', 'jitter')
    expectError(() => and(or(interval('1h', { jitter: 5 }))), 'INVALID_TRIGGER', 'jitter')
  })

  it('refuses what are no triggers', () => {
    expectError(() => and(), 'INVALID_TRIGGER', 'triggers')
    expectError(() => and('5m' as unknown as Trigger), 'INVALID_TRIGGER', 'triggers')
  })

  it('reads well', () => {
    expect(String(and(interval('2h', { startDate: 0 }), cron('0 * * * *')))).toBe(
      '(every 2h from 1970-01-01T00:00:00.000Z) and (cron 0 * * * *)',
    )
  })
})
