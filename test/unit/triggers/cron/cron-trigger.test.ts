import { describe, expect, it } from 'vitest'
import { cron, type TriggerOptions, triggerFromJSON } from '../../../../src/triggers/index.ts'
import { expectError, fires, localFires, ms } from '../support.ts'

describe('a cron trigger', () => {
  it('FD-49 fires at every fifth minute, in New York across both clock changes', () => {
    const trigger = cron('*/5 * * * *', { timezone: 'America/New_York' })
    expect(localFires(trigger, 'America/New_York', '2026-03-08T06:50:00Z', 3)).toEqual([
      '2026-03-08 01:55 -05:00',
      '2026-03-08 03:00 -04:00',
      '2026-03-08 03:05 -04:00',
    ])
    expect(localFires(trigger, 'America/New_York', '2026-11-01T05:50:00Z', 3)).toEqual([
      '2026-11-01 01:55 -04:00',
      '2026-11-01 01:00 -05:00',
      '2026-11-01 01:05 -05:00',
    ])
  })

  it('follows the wall clock of its zone through the year', () => {
    const trigger = cron('0 9 * * 1-5', { timezone: 'Europe/Athens' })
    expect(fires(trigger, '2026-03-27T00:00:00Z', 2)).toEqual(['2026-03-27T07:00:00Z', '2026-03-30T06:00:00Z'])
  })

  it('knows zones by any case, and refuses what is none', () => {
    expect(fires(cron('0 9 * * *', { timezone: 'europe/athens' }), '2026-01-01T00:00:00Z', 1)).toEqual([
      '2026-01-01T07:00:00Z',
    ])
    for (const timezone of ['Europe/Atlantis', '', '+02:00', 'local', '../etc']) {
      expectError(() => cron('0 9 * * *', { timezone }), 'INVALID_TRIGGER', 'timezone')
    }
  })

  it('fires within startDate and endDate, both included', () => {
    const trigger = cron('0 * * * *', {
      timezone: 'UTC',
      startDate: '2026-01-01T10:00:00Z',
      endDate: new Date('2026-01-01T12:00:00Z'),
    })
    expect(fires(trigger, '2020-01-01T00:00:00Z', 9)).toEqual([
      '2026-01-01T10:00:00Z',
      '2026-01-01T11:00:00Z',
      '2026-01-01T12:00:00Z',
    ])
  })

  it.each<[Record<string, unknown>, string]>([
    [{ tz: 'UTC' }, 'tz'],
    [{ seed: 'a' }, 'seed'],
    [{ timezone: 5 }, 'timezone'],
    [{ startDate: 'tomorrow' }, 'startDate'],
    [{ startDate: '2026-01-01T00:00:00' }, 'startDate'],
    [{ startDate: '2026-02-30T00:00:00Z' }, 'startDate'],
    [{ startDate: new Date(Number.NaN) }, 'startDate'],
    [{ endDate: Number.POSITIVE_INFINITY }, 'endDate'],
    [{ startDate: 2, endDate: 1 }, 'endDate'],
    [{ jitter: -1 }, 'jitter'],
    [{ jitter: 'soon' }, 'jitter'],
    [{ dst: 'skip' }, 'dst'],
    [{ dst: { gap: 'first' } }, 'dst.gap'],
    [{ dst: { overlap: 'skip' } }, 'dst.overlap'],
    [{ dst: { fold: 1 } }, 'fold'],
  ])('refuses the options %j, naming %s', (options, field) => {
    expectError(() => cron('0 9 * * *', options as TriggerOptions), 'INVALID_TRIGGER', field)
  })

  it('refuses options that are no object', () => {
    expectError(() => cron('0 9 * * *', 'UTC' as unknown as TriggerOptions), 'INVALID_TRIGGER', 'options')
  })

  it('takes options that are undefined as not given', () => {
    expect(cron('0 9 * * *', { timezone: 'UTC', startDate: undefined, dst: { gap: undefined } }).toJSON()).toEqual(
      cron('0 9 * * *', { timezone: 'UTC' }).toJSON(),
    )
  })

  it('bind gives it a time zone and, with jitter, a seed; nothing else, and nothing twice', () => {
    const context = { timezone: 'Asia/Tokyo', anchorMs: 0, seed: 'job-1' }
    expect(cron('0 9 * * *').bind(context).toJSON()).toEqual({
      v: 1,
      type: 'cron',
      expression: '0 9 * * *',
      timezone: 'Asia/Tokyo',
    })
    expect(cron('0 9 * * *', { jitter: '1m' }).bind(context).toJSON()).toMatchObject({ seed: 'job-1', jitter: 60_000 })
    const complete = cron('0 9 * * *', { timezone: 'UTC' })
    expect(complete.bind(context)).toBe(complete)
    const bound = cron('0 9 * * *', { jitter: 5 }).bind(context)
    expect(bound.bind({ ...context, seed: 'other', timezone: 'UTC' })).toBe(bound)
  })

  it('bind refuses a zone that is none', () => {
    expectError(
      () => cron('0 9 * * *').bind({ timezone: 'Mars/Base', anchorMs: 0, seed: '' }),
      'INVALID_TRIGGER',
      'timezone',
    )
  })

  it('reads well', () => {
    expect(String(cron('0  9 * * *', { timezone: 'UTC' }))).toBe('cron 0 9 * * * in UTC')
    expect(String(cron({ hour: 9, day: 'last' }))).toBe('cron day=last hour=9')
  })

  it('two equal texts do not disturb each other', () => {
    const one = cron('0 0 1 * *', { timezone: 'UTC' })
    const other = cron('0 0 1 * *', { timezone: 'UTC' })
    expect(one.nextAt(ms('2026-01-15T00:00:00Z'))).toBe(ms('2026-02-01T00:00:00Z'))
    expect(other.nextAt(ms('2030-06-15T00:00:00Z'))).toBe(ms('2030-07-01T00:00:00Z'))
    expect(one.nextAt(ms('2025-12-31T00:00:00Z'))).toBe(ms('2026-01-01T00:00:00Z'))
  })
})

describe('trigger.next', () => {
  it('refuses what is no valid Date', () => {
    const trigger = cron('* * * * *')
    for (const value of [new Date(Number.NaN), 0, '2026-01-01T00:00:00Z', undefined, null]) {
      expectError(() => trigger.next(value as Date), 'INVALID_ARGUMENT', 'after')
    }
  })

  it('takes any Date, from before the year 1 to after the year 9999', () => {
    const trigger = cron('0 0 1 1 *', { timezone: 'America/New_York' })
    expect(trigger.next(new Date(-8.64e15))?.getTime()).toBeLessThan(ms('0003-01-01T00:00:00Z'))
    expect(trigger.next(new Date(8.64e15))).toBeNull()
  })
})

describe('sharing', () => {
  const utc = { timezone: 'UTC' }
  const context = { timezone: 'UTC', anchorMs: 0, seed: 'job' }

  it('equal triggers of a zone are one object: made, bound or read', () => {
    const trigger = cron('0 9 * * 1-5', utc)
    expect(cron('0 9 * * 1-5', utc)).toBe(trigger)
    expect(cron('0 9 * * 1-5').bind(context)).toBe(trigger)
    expect(triggerFromJSON(trigger.toJSON())).toBe(trigger)
    expect(cron({ hour: 9 }, utc)).toBe(cron({ hour: 9 }, utc))
    const skip = { ...utc, dst: { gap: 'skip' } } as const
    expect(cron('0 9 * * 1-5', skip)).toBe(cron('0 9 * * 1-5', skip))
  })

  it('others are not', () => {
    const trigger = cron('0 9 * * 1-5', utc)
    const others: TriggerOptions[] = [
      { timezone: 'Asia/Tokyo' },
      { ...utc, dst: { gap: 'skip' } },
      { ...utc, dst: { overlap: 'both' } },
      { ...utc, startDate: 0 },
      { ...utc, endDate: 0 },
      { ...utc, jitter: 5 },
      {},
    ]
    for (const options of others) {
      const other = cron('0 9 * * 1-5', options)
      expect(other).not.toBe(trigger)
      expect(triggerFromJSON(other.toJSON()).toJSON()).toEqual(other.toJSON())
    }
    expect(cron('0 9 * * 1-4', utc)).not.toBe(trigger)
  })

  it('a schedule in very many zones stays right in each', () => {
    for (const timezone of Intl.supportedValuesOf('timeZone')) {
      expect(cron('0 9 * * *', { timezone }).toJSON()).toEqual({
        v: 1,
        type: 'cron',
        expression: '0 9 * * *',
        timezone,
      })
    }
  })
})

describe('counting cron fires', () => {
  const trigger = cron('*/10 * * * *', { timezone: 'UTC' })

  it('counts after the first instant and up to the second, at most the limit', () => {
    const [from, until] = [ms('2026-01-01T00:00:00Z'), ms('2026-01-01T01:00:00Z')]
    expect(trigger.countBetween(from, until, 100)).toBe(6)
    expect(trigger.countBetween(from, until - 1, 100)).toBe(5)
    expect(trigger.countBetween(from, until, 4)).toBe(4)
    expect(trigger.countBetween(until, from, 4)).toBe(0)
  })

  it('finds the latest fire of a century without walking it', () => {
    expect(trigger.latestAt(ms('1926-01-01T00:00:00Z'), ms('2026-01-01T00:09:59Z'))).toBe(ms('2026-01-01T00:00:00Z'))
    expect(trigger.latestAt(ms('2026-01-01T00:00:00Z'), ms('2026-01-01T00:09:59Z'))).toBe(Number.NEGATIVE_INFINITY)
    expect(trigger.latestAt(ms('2026-01-01T00:00:00Z'), ms('2026-01-01T00:10:00Z'))).toBe(ms('2026-01-01T00:10:00Z'))
  })
})
