import { describe, expect, it } from 'vitest'
import { type CalendarIntervalSpec, calendarInterval } from '../../../src/triggers/index.ts'
import { expectError, fires, localFires, ms } from './support.ts'

function dates(spec: CalendarIntervalSpec, startDate: string, count: number, after = '0001-01-01T00:00:00Z'): string[] {
  const trigger = calendarInterval(spec, { timezone: 'UTC', startDate })
  return fires(trigger, after, count).map((time) => time.slice(0, 10))
}

describe('a calendar interval', () => {
  it('fires at its time of day on the start date, then steps', () => {
    const trigger = calendarInterval(
      { days: 2, hour: 9, minute: 30, second: 15 },
      { timezone: 'Europe/Athens', startDate: '2026-01-01T00:00:00+02:00' },
    )
    expect(fires(trigger, '2020-01-01T00:00:00Z', 2)).toEqual(['2026-01-01T07:30:15Z', '2026-01-03T07:30:15Z'])
  })

  it('takes the time of day of startDate as a lower bound only', () => {
    const trigger = calendarInterval({ days: 1, hour: 9 }, { timezone: 'UTC', startDate: '2026-01-01T12:00:00Z' })
    expect(fires(trigger, '2020-01-01T00:00:00Z', 1)).toEqual(['2026-01-02T09:00:00Z'])
  })

  it('takes the start date in its own zone', () => {
    const trigger = calendarInterval({ days: 7 }, { timezone: 'Asia/Tokyo', startDate: '2026-01-01T20:00:00Z' })
    expect(localFires(trigger, 'Asia/Tokyo', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-09 00:00 +09:00'])
  })

  it('keeps the day of the month, and leaves out months without it', () => {
    expect(dates({ months: 1 }, '2026-01-31T00:00:00Z', 4)).toEqual([
      '2026-01-31',
      '2026-03-31',
      '2026-05-31',
      '2026-07-31',
    ])
    expect(dates({ months: 1 }, '2027-12-30T00:00:00Z', 4)).toEqual([
      '2027-12-30',
      '2028-01-30',
      '2028-03-30',
      '2028-04-30',
    ])
    expect(dates({ years: 1 }, '2096-02-29T00:00:00Z', 2)).toEqual(['2096-02-29', '2104-02-29'])
    expect(dates({ years: 1, months: 6 }, '2026-08-31T00:00:00Z', 3)).toEqual([
      '2026-08-31',
      '2029-08-31',
      '2032-08-31',
    ])
  })

  it('adds weeks and days after years and months', () => {
    expect(dates({ months: 1, days: 1 }, '2026-01-30T00:00:00Z', 4)).toEqual([
      '2026-01-30',
      '2026-03-31',
      '2026-06-01',
      '2026-07-02',
    ])
    expect(dates({ years: 1, weeks: 1 }, '2026-01-01T00:00:00Z', 3)).toEqual(['2026-01-01', '2027-01-08', '2028-01-15'])
  })

  it('gives the same dates when asked in any order', () => {
    const trigger = calendarInterval({ months: 1, days: 3 }, { timezone: 'UTC', startDate: '2000-01-31T00:00:00Z' })
    const forward = fires(trigger, '2000-01-01T00:00:00Z', 500).map(ms)
    for (const index of [499, 3, 250, 0, 498]) {
      expect(trigger.nextAt((forward[index] ?? 0) - 1)).toBe(forward[index])
    }
  })

  it('reaches far instants: a step of both kinds walks, the others divide', () => {
    expect(dates({ days: 3 }, '1970-01-01T00:00:00Z', 1, '9000-01-01T00:00:00Z')).toEqual(['9000-01-04'])
    expect(dates({ months: 5 }, '1970-01-31T00:00:00Z', 1, '9000-01-01T00:00:00Z')).toEqual(['9000-01-31'])
    const mixed = calendarInterval({ months: 1, days: 1 }, { timezone: 'UTC', startDate: 0 })
    const far = mixed.nextAt(ms('9000-01-01T00:00:00Z'))
    expect(new Date(far).getUTCFullYear()).toBe(9000)
    expect(mixed.nextAt(far - 1)).toBe(far)
  })

  it('stops with the year 9999 and with endDate', () => {
    expect(dates({ years: 5_000 }, '2000-01-01T00:00:00Z', 9)).toEqual(['2000-01-01', '7000-01-01'])
    expect(dates({ years: 100_000, days: 1 }, '2000-01-01T00:00:00Z', 9)).toEqual(['2000-01-01'])
    const trigger = calendarInterval(
      { weeks: 1 },
      { timezone: 'UTC', startDate: '2026-01-01T00:00:00Z', endDate: '2026-01-15T00:00:00Z' },
    )
    expect(fires(trigger, '2020-01-01T00:00:00Z', 9)).toHaveLength(3)
  })

  it('without a start begins on the day asked from, and when bound on the day of the anchor', () => {
    const trigger = calendarInterval({ months: 1, hour: 9 }, { timezone: 'UTC' })
    expect(fires(trigger, '2026-05-20T08:00:00Z', 2)).toEqual(['2026-05-20T09:00:00Z', '2026-06-20T09:00:00Z'])
    expect(fires(trigger, '2026-05-20T10:00:00Z', 1)).toEqual(['2026-06-20T09:00:00Z'])
    const bound = calendarInterval({ months: 1, hour: 9 }).bind({
      timezone: 'Asia/Tokyo',
      anchorMs: ms('2026-05-20T20:00:00Z'),
      seed: 'a',
    })
    expect(fires(bound, '2026-05-01T00:00:00Z', 2)).toEqual(['2026-05-21T00:00:00Z', '2026-06-21T00:00:00Z'])
    expect(bound.bind({ timezone: 'UTC', anchorMs: 0, seed: 'b' })).toBe(bound)
  })

  it.each<[unknown, string]>([
    [{}, 'calendarInterval'],
    [{ hour: 9 }, 'calendarInterval'],
    [{ days: 0 }, 'calendarInterval'],
    [{ days: -1 }, 'days'],
    [{ days: 1.5 }, 'days'],
    [{ months: '1' }, 'months'],
    [{ days: 1, hour: 24 }, 'hour'],
    [{ days: 1, minute: 60 }, 'minute'],
    [{ days: 1, second: -1 }, 'second'],
    [{ day: 1 }, 'day'],
    ['1d', 'calendarInterval'],
    [null, 'calendarInterval'],
  ])('refuses %j, naming %s', (spec, field) => {
    expectError(() => calendarInterval(spec as CalendarIntervalSpec), 'INVALID_TRIGGER', field)
  })

  it('starts with the year 1 when asked from before it', () => {
    for (const timezone of ['UTC', 'America/New_York', 'Pacific/Kiritimati']) {
      const next = calendarInterval({ months: 1 }, { timezone }).next(new Date(-8.64e15))
      expect(next?.getTime()).toBeGreaterThanOrEqual(ms('0001-01-01T00:00:00Z'))
      expect(next?.getTime()).toBeLessThan(ms('0001-03-02T00:00:00Z'))
    }
  })

  it('reads well', () => {
    expect(String(calendarInterval({ years: 2, months: 1, hour: 9 }, { timezone: 'UTC' }))).toBe(
      'every 2 years and month at 09:00:00 in UTC',
    )
  })
})
