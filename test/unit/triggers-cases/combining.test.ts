/** Cases of `and` and `or`, of `fireTimes` and of the `Cron` helpers; computed by hand. */

import { describe, expect, it } from 'vitest'
import { and, Cron, cron, date, fireTimes, interval, or, type Trigger } from '../../../src/triggers/index.ts'

const at = (text: string): Date => new Date(text)
const UTC = { timezone: 'UTC' }
const NEVER_FIRES = expect.objectContaining({ code: 'TRIGGER_NEVER_FIRES' })

function firesOf(trigger: Trigger, after: string, count: number): string[] {
  return fireTimes(trigger, { after: at(after), count }).map((fire) => fire.toISOString().replace(':00.000Z', 'Z'))
}

describe('and', () => {
  it('fires when all fire: weekdays at nine', () => {
    const trigger = and(cron('0 9 * * *', UTC), cron('* * * * 1-5', UTC))
    expect(firesOf(trigger, '2026-01-01T09:00:00Z', 2)).toEqual(['2026-01-02T09:00Z', '2026-01-05T09:00Z'])
  })

  it('an interval and a cron: the business hours of the documentation; goscheduler removes the job, APScheduler hangs', () => {
    const trigger = and(interval('10m'), cron('* 9-16 * * 1-5', UTC))
    expect(firesOf(trigger, '2026-01-02T16:35:00Z', 3)).toEqual([
      '2026-01-02T16:40Z',
      '2026-01-02T16:50Z',
      '2026-01-05T09:00Z',
    ])
  })

  it('an interval without a start date is on the grid of the epoch, also when bound', () => {
    const trigger = and(interval('6h'), interval('4h'))
    const bound = trigger.bind({ timezone: 'UTC', anchorMs: 12_345, seed: 'job' })
    for (const one of [trigger, bound]) {
      expect(firesOf(one, '2026-01-01T00:00:00Z', 2)).toEqual(['2026-01-01T12:00Z', '2026-01-02T00:00Z'])
    }
  })

  it('intervals with different phases meet where arithmetic says', () => {
    const trigger = and(interval('7m', { startDate: 60_000 }), interval('11m', { startDate: 180_000 }))
    // 1 + 7 i = 3 + 11 j: first at 36 minutes, then every 77.
    expect(trigger.nextAt(0)).toBe(36 * 60_000)
    expect(trigger.nextAt(36 * 60_000)).toBe(113 * 60_000)
  })

  it('long intervals that meet only after centuries are decided at once', () => {
    const started = performance.now()
    const trigger = and(interval(86_399_999, { startDate: 0 }), interval(86_399_998, { startDate: 1 }))
    const next = trigger.nextAt(1)
    expect(performance.now() - started).toBeLessThan(50)
    // 86399999 i = 1 + 86399998 j: the first solution is i = 1, j = 1.
    expect(next).toBe(86_399_999)
  })

  it.each([
    [
      'hourly on different minutes',
      () => and(interval('1h', { startDate: 0 }), interval('1h', { startDate: 1_800_000 })),
    ],
    ['two days of the month', () => and(cron('0 0 1 * *', UTC), cron('0 0 2 * *', UTC))],
    ['different seconds', () => and(cron('0 * * * * *', UTC), cron('30 * * * * *', UTC))],
    ['two dates', () => and(date(1), date(2))],
    ['a date off the grid', () => and(date(1), interval(10, { startDate: 0 }))],
    ['a date in the wrong month', () => and(date('2026-01-01T00:00:00Z'), cron('* * * 2 *', UTC))],
    [
      'windows that do not meet',
      () => and(interval('1s', { startDate: 0, endDate: 5_000 }), interval('1s', { startDate: 6_000 })),
    ],
    ['a nested contradiction', () => and(interval('1h', { startDate: 0 }), or(date(1), date(2)))],
  ])('is refused within 50 ms when it can never fire: %s', (_title, build) => {
    // The best of three, because the machine may be busy with something else.
    const tries = Array.from({ length: 3 }, () => {
      const started = performance.now()
      expect(build).toThrow(NEVER_FIRES)
      return performance.now() - started
    })
    expect(Math.min(...tries)).toBeLessThan(50)
  })

  // Each is found within ten thousand steps of the cron; a null would silently end the job.
  it.each([
    ['1h1s', '0 9 * * *', '2032-11-07T09:00Z'],
    ['9973s', '0 0 * * *', '2051-12-01T00:00Z'],
    ['97h', '0 0 24 12 *', '2169-12-24T00:00Z'],
    ['601s', '0 0 1 * *', '2170-10-01T00:00Z'],
    ['3653h', '0 23 28 2 *', '3508-02-28T23:00Z'],
  ])('a match of every %s and %s is found though it is far away', (every, text, match) => {
    const trigger = and(interval(every), cron(text, UTC))
    const started = performance.now()
    expect(firesOf(trigger, '2026-01-01T00:00:00Z', 1)).toEqual([match])
    expect(performance.now() - started).toBeLessThan(200)
  })

  it('a date on the grid fires once', () => {
    const trigger = and(date(20), interval(10, { startDate: 0 }))
    expect(trigger.nextAt(0)).toBe(20)
    expect(trigger.nextAt(20)).toBe(Number.POSITIVE_INFINITY)
    expect(trigger.next(new Date(20))).toBeNull()
  })
})

describe('or', () => {
  it('merges the fires, each instant once', () => {
    const trigger = or(cron('0 9 * * *', UTC), cron('0 9,17 * * 5', UTC), date('2026-01-02T12:00:00Z'))
    expect(firesOf(trigger, '2026-01-01T00:00:00Z', 5)).toEqual([
      '2026-01-01T09:00Z',
      '2026-01-02T09:00Z',
      '2026-01-02T12:00Z',
      '2026-01-02T17:00Z',
      '2026-01-03T09:00Z',
    ])
  })

  it('goes on after one of them has ended', () => {
    const trigger = or(date(5), interval(10, { startDate: 10, endDate: 20 }), date(100))
    expect([trigger.nextAt(0), trigger.nextAt(5), trigger.nextAt(10), trigger.nextAt(20), trigger.nextAt(100)]).toEqual(
      [5, 10, 20, 100, Number.POSITIVE_INFINITY],
    )
  })

  it('nests, and one trigger alone is itself', () => {
    const trigger = or(and(cron('0 9 * * *', UTC), cron('0 * 1 * *', UTC)), or(date('2026-01-15T00:00:00Z')))
    expect(firesOf(trigger, '2026-01-01T09:00:00Z', 2)).toEqual(['2026-01-15T00:00Z', '2026-02-01T09:00Z'])
    expect(and(date(7)).nextAt(0)).toBe(7)
  })

  it.each([[and], [or]] as const)('$name refuses what is not a trigger', (combine) => {
    const loose = combine as (...triggers: unknown[]) => unknown
    const refused = expect.objectContaining({ code: expect.stringMatching(/^INVALID_(TRIGGER|ARGUMENT)$/) })
    for (const triggers of [[], ['* * * * *'], [null], [date(1), undefined], [[date(1)]], [{ nextAt: () => 1 }]]) {
      expect(() => loose(...triggers)).toThrow(refused)
    }
  })
})

describe('fireTimes', () => {
  const minutely = cron('* * * * *', UTC)

  it('lists the fires up to a count and to an inclusive instant', () => {
    expect(fireTimes(minutely, { after: new Date(0), count: 3 })).toEqual(
      [60_000, 120_000, 180_000].map((ms) => new Date(ms)),
    )
    expect(fireTimes(minutely, { after: new Date(0), count: 9, until: new Date(120_000) })).toHaveLength(2)
    expect(fireTimes(date(5), { after: new Date(0), count: 9 })).toEqual([new Date(5)])
    expect(fireTimes(minutely, { after: new Date(0), count: 100_000 })).toHaveLength(100_000)
  })

  it.each([[0], [-1], [1.5], [100_001], [Number.NaN], ['3'], [undefined]])('refuses a count of %s', (count) => {
    const loose = fireTimes as (trigger: unknown, options: unknown) => unknown
    expect(() => loose(minutely, { after: new Date(0), count })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})

describe('the Cron helpers', () => {
  it('FD-50 give crontab text', () => {
    expect([Cron.minutely(), Cron.hourly(), Cron.hourly(15)]).toEqual(['* * * * *', '0 * * * *', '15 * * * *'])
    expect([Cron.daily(), Cron.daily(9), Cron.daily(9, 30)]).toEqual(['0 0 * * *', '0 9 * * *', '30 9 * * *'])
    expect([Cron.weekly(), Cron.weekly(5, 9, 30)]).toEqual(['0 0 * * 0', '30 9 * * 5'])
    expect([Cron.monthly(), Cron.monthly(15, 9, 30)]).toEqual(['0 0 1 * *', '30 9 15 * *'])
    expect([Cron.yearly(), Cron.yearly(12, 24, 18, 5)]).toEqual(['0 0 1 1 *', '5 18 24 12 *'])
  })

  it('FD-50 take names of weekdays and months, in any case', () => {
    const after = '2026-01-01T00:00:00Z'
    expect(firesOf(cron(Cron.weekly('MON', 9), UTC), after, 1)).toEqual(['2026-01-05T09:00Z'])
    expect(firesOf(cron(Cron.weekly('fri'), UTC), after, 1)).toEqual(['2026-01-02T00:00Z'])
    expect(firesOf(cron(Cron.yearly('Jul', 4, 12), UTC), after, 1)).toEqual(['2026-07-04T12:00Z'])
  })

  it('FD-50 never() has no next time', () => {
    expect(Cron.never()).toBe('@never')
    expect(cron(Cron.never()).next(at('2026-01-01T00:00:00Z'))).toBeNull()
  })

  it.each([
    ['hourly(60)', () => Cron.hourly(60)],
    ['daily(24)', () => Cron.daily(24)],
    ['daily(9, -1)', () => Cron.daily(9, -1)],
    ['weekly(8)', () => Cron.weekly(8)],
    ['weekly(foo)', () => Cron.weekly('foo' as never)],
    ['monthly(0)', () => Cron.monthly(0)],
    ['monthly(32)', () => Cron.monthly(32)],
    ['yearly(13)', () => Cron.yearly(13)],
    ['yearly(foo)', () => Cron.yearly('foo' as never)],
    ['hourly(1.5)', () => Cron.hourly(1.5)],
  ])('FD-50 %s is refused', (_title, call) => {
    expect(call).toThrow(expect.objectContaining({ code: expect.stringMatching(/^INVALID_(TRIGGER|ARGUMENT)$/) }))
  })
})
