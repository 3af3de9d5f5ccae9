/** Cases of `calendarInterval` from APScheduler's tests and the semantics; computed by hand. */

import { describe, expect, it } from 'vitest'
import { type CalendarIntervalSpec, calendarInterval, fireTimes } from '../../../src/triggers/index.ts'

const at = (text: string): Date => new Date(text)
const loose = calendarInterval as (specification: unknown, options?: unknown) => unknown

interface Case {
  readonly specification: CalendarIntervalSpec
  readonly startDate: string
  readonly timezone: string
  readonly fires: readonly string[]
}

const CASES: readonly Case[] = [
  {
    specification: { months: 1 },
    startDate: '2016-03-31T00:00:00Z',
    timezone: 'UTC',
    fires: ['2016-03-31', '2016-05-31', '2016-07-31', '2016-08-31', '2016-10-31', '2016-12-31', '2017-01-31'],
  },
  {
    specification: { years: 1 },
    startDate: '2016-02-29T00:00:00Z',
    timezone: 'UTC',
    fires: ['2016-02-29', '2020-02-29', '2024-02-29'],
  },
  {
    specification: { years: 4 },
    startDate: '2092-02-29T00:00:00Z',
    timezone: 'UTC',
    fires: ['2092-02-29', '2096-02-29', '2104-02-29'],
  },
  {
    specification: { years: 1, months: 3, weeks: 6, days: 8, hour: 3, second: 8 },
    startDate: '2016-03-05T00:00:00+01:00',
    timezone: 'Europe/Berlin',
    fires: ['2016-03-05T02:00:08Z', '2017-07-25T01:00:08Z', '2018-12-14T02:00:08Z'],
  },
  {
    specification: { months: 1, days: 1 },
    startDate: '2026-01-30T00:00:00Z',
    timezone: 'UTC',
    // 30 January + 1 month does not exist, + 2 months = 30 March, + 1 day; then 31 March -> 31 May -> 1 June.
    fires: ['2026-01-30', '2026-03-31', '2026-06-01', '2026-07-02', '2026-08-03'],
  },
  {
    specification: { weeks: 2 },
    startDate: '2026-01-01T00:00:00Z',
    timezone: 'UTC',
    fires: ['2026-01-01', '2026-01-15', '2026-01-29', '2026-02-12'],
  },
  {
    specification: { months: 14, hour: 23, minute: 59, second: 59 },
    startDate: '2026-01-01T00:00:00Z',
    timezone: 'UTC',
    fires: ['2026-01-01T23:59:59Z', '2027-03-01T23:59:59Z', '2028-05-01T23:59:59Z'],
  },
  {
    // The date of the start date is that of the zone: 1 January, 04:00 in UTC is 31 December in New York.
    specification: { days: 1, hour: 23 },
    startDate: '2026-01-01T04:00:00Z',
    timezone: 'America/New_York',
    fires: ['2026-01-01T04:00:00Z', '2026-01-02T04:00:00Z'],
  },
]

const full = (text: string): string => (text.includes('T') ? text : `${text}T00:00:00Z`)

describe('calendarInterval', () => {
  it.each(CASES.map((one) => [JSON.stringify(one.specification), one.startDate, one] as const))(
    '%s from %s',
    (_specification, _start, { specification, startDate, timezone, fires }) => {
      const trigger = calendarInterval(specification, { startDate, timezone })
      const actual = fireTimes(trigger, { after: new Date(0), count: fires.length })
      expect(actual.map((fire) => fire.toISOString().replace('.000Z', 'Z'))).toEqual(fires.map(full))
    },
  )

  it('the time of the start date is only a lower bound; the grid stays on its date', () => {
    const options = { timezone: 'UTC', startDate: '2026-01-01T10:00:00Z' }
    const earlier = calendarInterval({ days: 2, hour: 9 }, options)
    expect(fireTimes(earlier, { after: new Date(0), count: 2 })).toEqual([
      at('2026-01-03T09:00Z'),
      at('2026-01-05T09:00Z'),
    ])
    const later = calendarInterval({ days: 2, hour: 11 }, options)
    expect(fireTimes(later, { after: new Date(0), count: 2 })).toEqual([
      at('2026-01-01T11:00Z'),
      at('2026-01-03T11:00Z'),
    ])
    const equal = calendarInterval({ days: 2, hour: 10 }, options)
    expect(equal.next(new Date(0))).toEqual(at('2026-01-01T10:00Z'))
  })

  it('the end date is inclusive', () => {
    const options = { timezone: 'UTC', startDate: '2026-01-01T00:00:00Z', endDate: '2026-01-03T09:00:00Z' }
    const trigger = calendarInterval({ days: 1, hour: 9 }, options)
    expect(fireTimes(trigger, { after: new Date(0), count: 9 })).toHaveLength(3)
    expect(trigger.next(at('2026-01-03T09:00:00Z'))).toBeNull()
  })

  it('without a start date it begins on the date of the instant it is asked for', () => {
    const trigger = calendarInterval({ days: 7, hour: 9 }, { timezone: 'UTC' })
    expect(trigger.next(at('2026-01-01T08:00:00Z'))).toEqual(at('2026-01-01T09:00:00Z'))
    expect(trigger.next(at('2026-01-01T09:00:00Z'))).toEqual(at('2026-01-08T09:00:00Z'))
  })

  it('binding begins on the date of the anchor in the zone', () => {
    const context = { timezone: 'Asia/Tokyo', anchorMs: Date.parse('2026-01-01T20:00:00Z'), seed: 'job' }
    const bound = calendarInterval({ days: 7, hour: 9 }).bind(context)
    expect(bound.next(at('2026-01-01T20:00:00Z'))).toEqual(at('2026-01-02T00:00:00Z'))
    expect(bound.next(at('2026-01-02T00:00:00Z'))).toEqual(at('2026-01-09T00:00:00Z'))
  })

  it('reaches far instants quickly', () => {
    const trigger = calendarInterval({ days: 1 }, { timezone: 'UTC', startDate: '1970-01-01T00:00:00Z' })
    const monthly = calendarInterval({ months: 1 }, { timezone: 'UTC', startDate: '1970-01-31T00:00:00Z' })
    const started = performance.now()
    expect(trigger.next(at('9000-01-01T00:00:00Z'))).toEqual(at('9000-01-02T00:00:00Z'))
    expect(monthly.next(at('9000-01-31T00:00:00Z'))).toEqual(at('9000-03-31T00:00:00Z'))
    expect(performance.now() - started).toBeLessThan(50)
  })

  it.each([
    [{}, /year|month|week|day|interval/],
    [{ hour: 5 }, /year|month|week|day|interval/],
    [{ days: 0 }, /year|month|week|day|interval/],
    [{ days: -1 }, /days/],
    [{ days: 1.5 }, /days/],
    [{ months: '1' }, /months/],
    [{ days: 1, hour: 24 }, /hour/],
    [{ days: 1, minute: 60 }, /minute/],
    [{ days: 1, second: -1 }, /second/],
    [{ days: 1, hour: 1.5 }, /hour/],
    [{ day: 1 }, /day/],
    [{ hours: 1 }, /hours/],
    [null, /./],
    ['1 month', /./],
  ])('refuses %s', (specification, field) => {
    expect(() => loose(specification)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^INVALID_(TRIGGER|ARGUMENT)$/),
        message: expect.stringMatching(field),
      }),
    )
  })
})
