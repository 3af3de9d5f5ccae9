/**
 * Cron cases from APScheduler's documentation and tests, with the answers of our semantics computed by hand. Where
 * APScheduler answers otherwise, the title says what it gives. Weekday numbers differ: ours are crontab's (0 = Sunday).
 */

import { describe, expect, it } from 'vitest'
import { CronwrightError } from '../../../src/errors.ts'
import { type CronFields, cron, fireTimes } from '../../../src/triggers/index.ts'

interface Case {
  readonly fields: CronFields
  readonly after: string
  readonly fires: readonly string[]
  readonly note?: string
}

const CASES: readonly Case[] = [
  {
    fields: { year: '2009/2', month: '1-4/3', day: '5-6' },
    after: '2008-12-01T00:00:00Z',
    fires: [
      '2009-01-05T00:00:00Z',
      '2009-01-06T00:00:00Z',
      '2009-04-05T00:00:00Z',
      '2009-04-06T00:00:00Z',
      '2011-01-05T00:00:00Z',
    ],
  },
  {
    fields: { year: '2009/2', month: '1-3', day: '5-13' },
    after: '2009-10-14T00:00:00Z',
    fires: ['2011-01-05T00:00:00Z'],
  },
  {
    fields: { year: 2009, month: 2, hour: '8-10' },
    after: '2009-01-01T00:00:00Z',
    fires: ['2009-02-01T08:00:00Z', '2009-02-01T09:00:00Z', '2009-02-01T10:00:00Z', '2009-02-02T08:00:00Z'],
  },
  { fields: { year: 2012, month: 2, day: 'last' }, after: '2012-02-01T00:00:00Z', fires: ['2012-02-29T00:00:00Z'] },
  { fields: { year: '2009,2008' }, after: '2008-06-01T00:00:00Z', fires: ['2009-01-01T00:00:00Z'] },
  { fields: { year: 2009, month: 2, hour: 0 }, after: '2009-02-27T12:00:00Z', fires: ['2009-02-28T00:00:00Z'] },
  {
    fields: { year: 2009, month: 1, day: '6-10', dayOfWeek: 'wed-fri' },
    after: '2009-01-01T00:00:00Z',
    fires: ['2009-01-07T00:00:00Z', '2009-01-08T00:00:00Z', '2009-01-09T00:00:00Z'],
    note: 'day and dayOfWeek are ANDed',
  },
  {
    fields: { year: 2009, month: 1, day: '6-10', dayOfWeek: '2-4' },
    after: '2009-01-01T00:00:00Z',
    fires: ['2009-01-06T00:00:00Z', '2009-01-07T00:00:00Z', '2009-01-08T00:00:00Z'],
    note: 'APScheduler counts from Monday and gives the 7th',
  },
  {
    fields: { year: 2009, month: 1, day: '6-10', dayOfWeek: '0,6' },
    after: '2009-01-01T00:00:00Z',
    fires: ['2009-01-10T00:00:00Z'],
    note: 'APScheduler counts from Monday and gives none',
  },
  { fields: { year: 2009, month: 1, day: '4th wed' }, after: '2009-01-01T00:00:00Z', fires: ['2009-01-28T00:00:00Z'] },
  {
    fields: { day: '1st mon,last fri', hour: 6 },
    after: '2026-01-01T00:00:00Z',
    fires: ['2026-01-05T06:00:00Z', '2026-01-30T06:00:00Z', '2026-02-02T06:00:00Z'],
  },
  {
    fields: { day: 'last sun' },
    after: '2026-01-01T00:00:00Z',
    fires: ['2026-01-25T00:00:00Z', '2026-02-22T00:00:00Z', '2026-03-29T00:00:00Z'],
  },
  {
    fields: { day: '5th thu' },
    after: '2026-01-01T00:00:00Z',
    fires: ['2026-01-29T00:00:00Z', '2026-04-30T00:00:00Z', '2026-07-30T00:00:00Z'],
  },
  {
    fields: { year: 2009, month: 2, week: 8 },
    after: '2009-01-01T00:00:00Z',
    fires: ['2009-02-16T00:00:00Z', '2009-02-17T00:00:00Z'],
  },
  {
    fields: { year: 2009, week: 15, dayOfWeek: 'wed' },
    after: '2009-01-01T00:00:00Z',
    fires: ['2009-04-08T00:00:00Z'],
  },
  {
    fields: { year: 2009, week: 15, dayOfWeek: 2 },
    after: '2009-01-01T00:00:00Z',
    fires: ['2009-04-07T00:00:00Z'],
    note: 'APScheduler counts from Monday and gives the 8th',
  },
  {
    fields: { week: 53, hour: 12 },
    after: '2027-01-01T00:00:00Z',
    fires: ['2027-01-01T12:00:00Z', '2027-01-02T12:00:00Z', '2027-01-03T12:00:00Z', '2032-12-27T12:00:00Z'],
    note: 'the first days of 2027 are in ISO week 53 of 2026',
  },
  {
    fields: { week: 1, dayOfWeek: 'mon-wed' },
    after: '2025-12-01T00:00:00Z',
    fires: ['2025-12-29T00:00:00Z', '2025-12-30T00:00:00Z', '2025-12-31T00:00:00Z', '2027-01-04T00:00:00Z'],
    note: 'ISO week 1 of 2026 begins in 2025',
  },
  {
    fields: { day: '6,8' },
    after: '2009-12-31T00:00:00Z',
    fires: ['2010-01-06T00:00:00Z', '2010-01-08T00:00:00Z', '2010-02-06T00:00:00Z'],
  },
  {
    fields: { hour: '5-6' },
    after: '2009-09-25T07:00:00Z',
    fires: ['2009-09-26T05:00:00Z', '2009-09-26T06:00:00Z', '2009-09-27T05:00:00Z'],
  },
  { fields: { day: 30 }, after: '2016-02-01T00:00:00Z', fires: ['2016-03-30T00:00:00Z', '2016-04-30T00:00:00Z'] },
  { fields: { day: 31 }, after: '2026-02-01T00:00:00Z', fires: ['2026-03-31T00:00:00Z', '2026-05-31T00:00:00Z'] },
  { fields: { month: 2, day: 29, dayOfWeek: 'mon' }, after: '2026-01-01T00:00:00Z', fires: ['2044-02-29T00:00:00Z'] },
  { fields: { month: 'jan' }, after: '2026-01-01T00:00:00Z', fires: ['2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z'] },
  {
    fields: { month: 'jan-mar/2', day: 5 },
    after: '2026-01-01T00:00:00Z',
    fires: ['2026-01-05T00:00:00Z', '2026-03-05T00:00:00Z', '2027-01-05T00:00:00Z'],
    note: 'APScheduler drops the step',
  },
  { fields: { minute: 30 }, after: '2026-01-01T00:00:00Z', fires: ['2026-01-01T00:30:00Z', '2026-01-01T01:30:00Z'] },
  {
    fields: { second: '*/20' },
    after: '2026-01-01T00:00:50Z',
    fires: ['2026-01-01T00:01:00Z', '2026-01-01T00:01:20Z'],
  },
  {
    fields: { hour: '8/4' },
    after: '2026-01-01T00:00:00Z',
    fires: [
      '2026-01-01T08:00:00Z',
      '2026-01-01T12:00:00Z',
      '2026-01-01T16:00:00Z',
      '2026-01-01T20:00:00Z',
      '2026-01-02T08:00:00Z',
    ],
  },
  {
    fields: { hour: '9-10', minute: '*/20' },
    after: '2026-01-01T09:30:00Z',
    fires: [
      '2026-01-01T09:40:00Z',
      '2026-01-01T10:00:00Z',
      '2026-01-01T10:20:00Z',
      '2026-01-01T10:40:00Z',
      '2026-01-02T09:00:00Z',
    ],
  },
  { fields: { year: 2030 }, after: '2026-01-01T00:00:00Z', fires: ['2030-01-01T00:00:00Z'] },
  { fields: { month: 6 }, after: '2026-01-01T00:00:00Z', fires: ['2026-06-01T00:00:00Z', '2027-06-01T00:00:00Z'] },
  {
    fields: { dayOfWeek: 'mon-fri' },
    after: '2026-01-01T00:00:00Z',
    fires: ['2026-01-02T00:00:00Z', '2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z'],
  },
  { fields: { dayOfWeek: 0 }, after: '2026-01-01T00:00:00Z', fires: ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z'] },
  { fields: { dayOfWeek: 7 }, after: '2026-01-01T00:00:00Z', fires: ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z'] },
  {
    fields: { dayOfWeek: '5-7' },
    after: '2026-01-01T00:00:00Z',
    fires: ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-04T00:00:00Z', '2026-01-09T00:00:00Z'],
    note: 'APScheduler 4 accepts 0 and 7 as Sunday, APScheduler 3 has no 7',
  },
  {
    fields: { month: '6-8,11-12', day: '3rd fri', hour: '0-3' },
    after: '2026-01-01T00:00:00Z',
    fires: [
      '2026-06-19T00:00:00Z',
      '2026-06-19T01:00:00Z',
      '2026-06-19T02:00:00Z',
      '2026-06-19T03:00:00Z',
      '2026-07-17T00:00:00Z',
    ],
    note: "the documentation's example",
  },
  {
    fields: { dayOfWeek: 'mon-fri', hour: 5, minute: 30 },
    after: '2026-01-01T06:00:00Z',
    fires: ['2026-01-02T05:30:00Z', '2026-01-05T05:30:00Z'],
    note: "the documentation's example",
  },
]

const times = (fires: readonly Date[]): string[] => fires.map((fire) => fire.toISOString().replace('.000Z', 'Z'))

describe("APScheduler's cron cases", () => {
  it.each(CASES.map((one) => [JSON.stringify(one.fields), one.after, one.note ?? 'as APScheduler', one] as const))(
    '%s after %s (%s)',
    (_fields, after, _note, { fields, fires }) => {
      const trigger = cron(fields, { timezone: 'UTC' })
      expect(times(fireTimes(trigger, { after: new Date(after), count: fires.length }))).toEqual(fires)
    },
  )

  it('a weekday list that no day matches is refused; APScheduler gives no fire time', () => {
    const refused = (): unknown => cron({ year: 2009, month: 1, day: '6-10', dayOfWeek: 'mon,sun' })
    expect(refused).toThrow(CronwrightError)
    expect(refused).toThrow(expect.objectContaining({ code: 'TRIGGER_NEVER_FIRES' }))
  })

  it('a start date in the middle of a day lets the next day be the first', () => {
    const trigger = cron({ year: 2009, month: 2, hour: '8-10' }, { timezone: 'UTC', startDate: '2009-02-03T11:00:00Z' })
    expect(trigger.next(new Date('2009-01-01T00:00:00Z'))).toEqual(new Date('2009-02-04T08:00:00Z'))
  })

  it('start and end date are inclusive', () => {
    const trigger = cron('0 9 * * *', {
      timezone: 'UTC',
      startDate: new Date('2026-01-02T09:00:00Z'),
      endDate: Date.parse('2026-01-04T09:00:00Z'),
    })
    const fires = fireTimes(trigger, { after: new Date(0), count: 10 })
    expect(times(fires)).toEqual(['2026-01-02T09:00:00Z', '2026-01-03T09:00:00Z', '2026-01-04T09:00:00Z'])
    expect(trigger.next(new Date('2026-01-04T09:00:00Z'))).toBeNull()
  })

  it('an end date just before a fire excludes it', () => {
    const trigger = cron('0 9 * * *', { timezone: 'UTC', endDate: '2026-01-02T09:59:59.999+01:00' })
    expect(trigger.next(new Date('2026-01-01T09:00:00Z'))).toBeNull()
    expect(trigger.next(new Date('2026-01-01T08:00:00Z'))).toEqual(new Date('2026-01-01T09:00:00Z'))
  })

  it('the zone of the trigger counts, not that of the instant', () => {
    const trigger = cron({ year: 2009, month: 2, hour: '8-10' }, { timezone: 'America/New_York' })
    expect(trigger.next(new Date('2009-01-01T00:00:00+02:00'))).toEqual(new Date('2009-02-01T13:00:00Z'))
  })

  it('Monday to Friday is 1-5, as in crontab; from_crontab of APScheduler 3 reads it as Tuesday to Saturday', () => {
    const trigger = cron('0 9 * * 1-5', { timezone: 'UTC' })
    const fires = fireTimes(trigger, { after: new Date('2026-01-02T10:00:00Z'), count: 2 })
    expect(times(fires)).toEqual(['2026-01-05T09:00:00Z', '2026-01-06T09:00:00Z'])
  })
})
