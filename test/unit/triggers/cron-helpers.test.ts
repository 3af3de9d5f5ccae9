import { describe, expect, it } from 'vitest'
import { Cron, cron } from '../../../src/triggers/index.ts'
import { expectError } from './support.ts'

describe('Cron', () => {
  it.each([
    [Cron.minutely(), '* * * * *'],
    [Cron.hourly(), '0 * * * *'],
    [Cron.hourly(30), '30 * * * *'],
    [Cron.daily(), '0 0 * * *'],
    [Cron.daily(9, 30), '30 9 * * *'],
    [Cron.weekly(), '0 0 * * 0'],
    [Cron.weekly('MON', 9), '0 9 * * 1'],
    [Cron.weekly(7, 23, 59), '59 23 * * 7'],
    [Cron.monthly(), '0 0 1 * *'],
    [Cron.monthly(31, 6, 15), '15 6 31 * *'],
    [Cron.yearly(), '0 0 1 1 *'],
    [Cron.yearly('Feb', 29, 12), '0 12 29 2 *'],
    [Cron.yearly(12, 31, 23, 59), '59 23 31 12 *'],
    [Cron.never(), '@never'],
  ])('FD-50 gives %s', (text, expected) => {
    expect(text).toBe(expected)
    expect(cron(text).toJSON()).toMatchObject({ expression: expected })
  })

  it('FD-50 never() has no next time', () => {
    expect(cron(Cron.never()).next(new Date(0))).toBeNull()
  })

  it.each<[string, () => string]>([
    ['minute', () => Cron.hourly(60)],
    ['minute', () => Cron.hourly(-1)],
    ['minute', () => Cron.daily(1, 0.5)],
    ['hour', () => Cron.daily(24)],
    ['hour', () => Cron.daily('9' as unknown as number)],
    ['dayOfWeek', () => Cron.weekly(8)],
    ['dayOfWeek', () => Cron.weekly('monday')],
    ['day', () => Cron.monthly(0)],
    ['day', () => Cron.monthly(32)],
    ['month', () => Cron.yearly(13)],
    ['month', () => Cron.yearly('mon')],
    ['day', () => Cron.yearly(2, 30)],
    ['day', () => Cron.yearly('apr', 31)],
  ])('refuses a wrong %s', (field, make) => {
    expectError(make, 'INVALID_TRIGGER', field)
  })
})
