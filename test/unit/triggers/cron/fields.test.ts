import { describe, expect, it } from 'vitest'
import { type CronFields, cron } from '../../../../src/triggers/index.ts'
import { expectError, fires } from '../support.ts'

const utc = { timezone: 'UTC' }
const NEW_YEAR = '2026-01-01T00:00:00Z'

describe('cron fields', () => {
  it('finer ones are at their minimum, coarser ones any', () => {
    expect(fires(cron({ hour: 9 }, utc), NEW_YEAR, 2)).toEqual(['2026-01-01T09:00:00Z', '2026-01-02T09:00:00Z'])
    expect(fires(cron({ month: 3 }, utc), NEW_YEAR, 2)).toEqual(['2026-03-01T00:00:00Z', '2027-03-01T00:00:00Z'])
    expect(fires(cron({ year: 2030 }, utc), NEW_YEAR, 2)).toEqual(['2030-01-01T00:00:00Z'])
    expect(fires(cron({ minute: 30 }, utc), NEW_YEAR, 2)).toEqual(['2026-01-01T00:30:00Z', '2026-01-01T01:30:00Z'])
    expect(fires(cron({ second: '*/30' }, utc), NEW_YEAR, 2)).toEqual(['2026-01-01T00:00:30Z', '2026-01-01T00:01:00Z'])
  })

  it('week and dayOfWeek stay any when a coarser field is the finest', () => {
    expect(fires(cron({ day: 15 }, utc), NEW_YEAR, 2)).toEqual(['2026-01-15T00:00:00Z', '2026-02-15T00:00:00Z'])
  })

  it('are all ANDed, day and dayOfWeek as well', () => {
    expect(fires(cron({ day: 13, dayOfWeek: 'fri' }, utc), NEW_YEAR, 3)).toEqual([
      '2026-02-13T00:00:00Z',
      '2026-03-13T00:00:00Z',
      '2026-11-13T00:00:00Z',
    ])
  })

  it('number weekdays as crontab does: 0 and 7 are Sunday', () => {
    expect(fires(cron({ dayOfWeek: 0 }, utc), NEW_YEAR, 1)).toEqual(['2026-01-04T00:00:00Z'])
    expect(fires(cron({ dayOfWeek: 7 }, utc), NEW_YEAR, 1)).toEqual(['2026-01-04T00:00:00Z'])
    expect(fires(cron({ dayOfWeek: 'mon-fri', hour: 9 }, utc), '2026-01-02T12:00:00Z', 1)).toEqual([
      '2026-01-05T09:00:00Z',
    ])
  })

  it.each<[CronFields, string[]]>([
    [{ day: '3rd fri' }, ['2026-01-16', '2026-02-20', '2026-03-20']],
    [{ day: 'last sun' }, ['2026-01-25', '2026-02-22', '2026-03-29']],
    [{ day: 'last' }, ['2026-01-31', '2026-02-28', '2026-03-31']],
    [{ day: '5th mon' }, ['2026-03-30', '2026-06-29', '2026-08-31']],
    [{ day: '1st mon, last' }, ['2026-01-05', '2026-01-31', '2026-02-02']],
    [{ day: '31' }, ['2026-01-31', '2026-03-31', '2026-05-31']],
    [{ day: '10/10' }, ['2026-01-10', '2026-01-20', '2026-01-30']],
    [{ month: 'jan-mar', day: 20 }, ['2026-01-20', '2026-02-20', '2026-03-20']],
    [{ month: '2/4' }, ['2026-02-01', '2026-06-01', '2026-10-01']],
    [{ year: '2027/3' }, ['2027-01-01', '2030-01-01', '2033-01-01']],
    [{ week: 53, dayOfWeek: 1 }, ['2026-12-28', '2032-12-27', '2037-12-28']],
    [{ week: '1', dayOfWeek: 'thu' }, ['2026-01-01', '2027-01-07', '2028-01-06']],
    [{ week: '10-12/2', dayOfWeek: 3 }, ['2026-03-04', '2026-03-18', '2027-03-10']],
  ])('%j', (fields, dates) => {
    const found = fires(cron(fields, utc), '2025-12-31T23:00:00Z', 3).map((time) => time.slice(0, 10))
    expect(found).toEqual(dates)
  })

  it('the ISO week counts whatever the calendar year: week 1 may begin in December', () => {
    const trigger = cron({ week: 1, hour: 0 }, utc)
    expect(fires(trigger, '2024-12-29T12:00:00Z', 3)).toEqual([
      '2024-12-30T00:00:00Z',
      '2024-12-31T00:00:00Z',
      '2025-01-01T00:00:00Z',
    ])
  })

  it.each<[Record<string, unknown>, string]>([
    [{}, 'fields'],
    [{ hours: 9 }, 'hours'],
    [{ hour: 24 }, 'hour'],
    [{ hour: 1.5 }, 'hour'],
    [{ hour: true }, 'hour'],
    [{ hour: '' }, 'hour'],
    [{ minute: '5-1' }, 'minute'],
    [{ second: 'last' }, 'second'],
    [{ day: 'L' }, 'day'],
    [{ day: '6th fri' }, 'day'],
    [{ day: '3rd xyz' }, 'day'],
    [{ day: 'last fri extra' }, 'day'],
    [{ day: 'lastfoo' }, 'day'],
    [{ dayOfWeek: 'mon/2x' }, 'dayOfWeek'],
    [{ dayOfWeek: '5#3' }, 'dayOfWeek'],
    [{ week: 0 }, 'week'],
    [{ week: 54 }, 'week'],
    [{ week: '1-53/53' }, 'week'],
    [{ year: 1969 }, 'year'],
    [{ month: 'jan-foo' }, 'month'],
  ])('refuses %j, naming %s', (fields, field) => {
    expectError(() => cron(fields as CronFields), 'INVALID_TRIGGER', field)
  })

  it.each<[CronFields]>([[{ month: 2, day: 30 }], [{ week: 53, month: 6 }], [{ year: 2027, month: 2, day: 29 }]])(
    '%j never fires',
    (fields) => {
      expectError(() => cron(fields), 'TRIGGER_NEVER_FIRES', 'fields')
    },
  )
})
