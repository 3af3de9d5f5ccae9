import { describe, expect, it } from 'vitest'
import { cron } from '../../../../src/triggers/index.ts'
import { expectError, fires } from '../support.ts'

const utc = { timezone: 'UTC' }
const NEW_YEAR = '2026-01-01T00:00:00Z'

describe('crontab text', () => {
  it('reads five fields, and fires at second 0', () => {
    expect(fires(cron('5 4 * * *', utc), NEW_YEAR, 2)).toEqual(['2026-01-01T04:05:00Z', '2026-01-02T04:05:00Z'])
  })

  it('ZJ-04 reads six fields with the seconds first', () => {
    expect(fires(cron('*/20 59 23 * * *', utc), NEW_YEAR, 3)).toEqual([
      '2026-01-01T23:59:00Z',
      '2026-01-01T23:59:20Z',
      '2026-01-01T23:59:40Z',
    ])
  })

  it('reads seven fields with the year last', () => {
    expect(fires(cron('0 0 0 1 1 * 2030,2040-2042/2', utc), NEW_YEAR, 9)).toEqual([
      '2030-01-01T00:00:00Z',
      '2040-01-01T00:00:00Z',
      '2042-01-01T00:00:00Z',
    ])
  })

  it('keeps firing up to the end of the year 9999, and then stops', () => {
    const trigger = cron('59 59 23 31 12 * 9999', utc)
    expect(fires(trigger, NEW_YEAR, 2)).toEqual(['9999-12-31T23:59:59Z'])
    expect(cron('0 0 1 1 *', utc).next(new Date('9999-06-01T00:00:00Z'))).toBeNull()
  })

  it('fires strictly after the given instant, whole seconds below it included', () => {
    const trigger = cron('* * * * * *', utc)
    expect(fires(trigger, '2026-01-01T00:00:00.000Z', 1)).toEqual(['2026-01-01T00:00:01Z'])
    expect(fires(trigger, '2025-12-31T23:59:59.999Z', 1)).toEqual(['2026-01-01T00:00:00Z'])
  })

  it('works before 1970', () => {
    expect(fires(cron('0 12 29 2 *', utc), '1899-01-01T00:00:00Z', 2)).toEqual([
      '1904-02-29T12:00:00Z',
      '1908-02-29T12:00:00Z',
    ])
  })

  it.each([
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@monthly', '0 0 1 * *'],
    ['@weekly', '0 0 * * 0'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@hourly', '0 * * * *'],
    ['@minutely', '* * * * *'],
    ['@Daily', '0 0 * * *'],
  ])('expands the macro %s to %s', (macro, text) => {
    expect(fires(cron(macro, utc), NEW_YEAR, 5)).toEqual(fires(cron(text, utc), NEW_YEAR, 5))
  })

  it('takes @never, the one text that never fires', () => {
    expect(cron('@never', utc).next(new Date(NEW_YEAR))).toBeNull()
  })

  it.each([
    ['  0\t9  * *   1-5 ', '0 9 * * 1-5'],
    ['0 9 * JAN-Mar Mon-FRI', '0 9 * 1-3 1-5'],
    ['0 9 * * 5-7', '0 9 * * 0,5,6'],
    ['0 9 * * 0-7', '0 9 * * *'],
    ['0 9 * * 7', '0 9 * * sun'],
    ['5/20 * * * *', '5-59/20 * * * *'],
    ['0 0 ? * 1', '0 0 * * 1'],
    ['0 0 1 * ?', '0 0 1 * *'],
    ['1,1,1-3,2-4 0 * * *', '1-4 0 * * *'],
    ['05 04 01 01 *', '5 4 1 1 *'],
    ['0 0 15w * *', '0 0 15W * *'],
  ])('reads %j as %j', (text, same) => {
    expect(fires(cron(text, utc), NEW_YEAR, 40)).toEqual(fires(cron(same, utc), NEW_YEAR, 40))
  })
})

describe('day-of-month and day-of-week, as in Vixie cron', () => {
  const days = (text: string, count: number): string[] =>
    fires(cron(text, utc), '2026-05-31T12:00:00Z', count).map((time) => time.slice(5, 10))

  it('are ORed when both are restricted', () => {
    expect(days('0 0 1,15 * 5', 6)).toEqual(['06-01', '06-05', '06-12', '06-15', '06-19', '06-26'])
  })

  it('leave the choice to the other when one is *', () => {
    expect(days('0 0 1,15 * *', 3)).toEqual(['06-01', '06-15', '07-01'])
    expect(days('0 0 * * 5', 3)).toEqual(['06-05', '06-12', '06-19'])
  })

  it('are ANDed when one begins with *, even with a step', () => {
    expect(days('0 0 */2 * 1', 4)).toEqual(['06-01', '06-15', '06-29', '07-13'])
    expect(days('0 0 1-7 * */5', 4)).toEqual(['06-05', '06-07', '07-03', '07-05'])
  })

  it('are ORed for a full range, which does not begin with *', () => {
    expect(days('0 0 1-31 * 1', 3)).toEqual(['06-01', '06-02', '06-03'])
  })
})

describe('days that depend on the month', () => {
  const days = (text: string, after: string, count: number): string[] =>
    fires(cron(text, utc), after, count).map((time) => time.slice(0, 10))

  it('L is the last day, in leap years too', () => {
    expect(days('0 0 L 2 *', '2027-01-01T00:00:00Z', 2)).toEqual(['2027-02-28', '2028-02-29'])
  })

  it('L-n goes back from the last day, and has none where the month is too short', () => {
    expect(days('0 0 L-3 * *', NEW_YEAR, 3)).toEqual(['2026-01-28', '2026-02-25', '2026-03-28'])
    expect(days('0 0 L-30 * *', '2026-01-02T00:00:00Z', 2)).toEqual(['2026-03-01', '2026-05-01'])
  })

  it('nW is the weekday nearest to a day', () => {
    expect(days('0 0 15W * *', '2026-02-01T00:00:00Z', 3)).toEqual(['2026-02-16', '2026-03-16', '2026-04-15'])
    expect(days('0 0 15W 8 *', NEW_YEAR, 1)).toEqual(['2026-08-14'])
  })

  it('nW never leaves its month', () => {
    expect(days('0 0 1W 8 *', NEW_YEAR, 1)).toEqual(['2026-08-03'])
    expect(days('0 0 31W 5 *', NEW_YEAR, 1)).toEqual(['2026-05-29'])
    expect(days('0 0 31W * *', '2026-05-30T00:00:00Z', 1)).toEqual(['2026-07-31'])
  })

  it('LW is the last weekday', () => {
    expect(days('0 0 LW * *', NEW_YEAR, 3)).toEqual(['2026-01-30', '2026-02-27', '2026-03-31'])
  })

  it('5L is the last Friday, by number or name', () => {
    expect(days('0 0 * * 5L', NEW_YEAR, 3)).toEqual(['2026-01-30', '2026-02-27', '2026-03-27'])
    expect(days('0 0 * * friL', NEW_YEAR, 3)).toEqual(['2026-01-30', '2026-02-27', '2026-03-27'])
    expect(days('0 0 * * 7L', NEW_YEAR, 1)).toEqual(['2026-01-25'])
  })

  it('5#3 is the third Friday, and 5#5 exists in some months only', () => {
    expect(days('0 0 * * 5#3', NEW_YEAR, 2)).toEqual(['2026-01-16', '2026-02-20'])
    expect(days('0 0 * * fri#3', NEW_YEAR, 2)).toEqual(['2026-01-16', '2026-02-20'])
    expect(days('0 0 * * 5#5', NEW_YEAR, 2)).toEqual(['2026-01-30', '2026-05-29'])
  })

  it('mix in lists', () => {
    expect(days('0 0 1,L * *', '2026-01-15T00:00:00Z', 3)).toEqual(['2026-01-31', '2026-02-01', '2026-02-28'])
    expect(days('0 0 * * 1#1,5L', NEW_YEAR, 3)).toEqual(['2026-01-05', '2026-01-30', '2026-02-02'])
  })

  it('29 February is found across the year 2100, which is not a leap year', () => {
    expect(days('0 0 29 2 *', '2095-01-01T00:00:00Z', 2)).toEqual(['2096-02-29', '2104-02-29'])
    expect(days('0 0 29 2 1', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-02-02'])
  })
})

describe('crontab text that is refused', () => {
  it('FD-51 an invalid cron is an error at registration', () => {
    expectError(() => cron('61 * * * *'), 'INVALID_TRIGGER', 'minute')
  })

  it.each([
    ['', 'expression'],
    ['   ', 'expression'],
    ['* * * *', 'expression'],
    ['* * * * * * * *', 'expression'],
    ['@every 5m', 'expression'],
    ['@reboot', 'expression'],
    ['@', 'expression'],
    ['60 * * * * *', 'second'],
    ['60 * * * *', 'minute'],
    ['-1 * * * *', 'minute'],
    ['1.5 * * * *', 'minute'],
    ['0x5 * * * *', 'minute'],
    ['1, * * * *', 'minute'],
    [',1 * * * *', 'minute'],
    ['1,,2 * * * *', 'minute'],
    ['*/0 * * * *', 'minute'],
    ['*/60 * * * *', 'minute'],
    ['10-20/11 * * * *', 'minute'],
    ['59/1 * * * *', 'minute'],
    ['5/ * * * *', 'minute'],
    ['1-2-3 * * * *', 'minute'],
    ['30-10 * * * *', 'minute'],
    ['? * * * *', 'minute'],
    ['H * * * *', 'minute'],
    ['mon * * * *', 'minute'],
    ['* 24 * * *', 'hour'],
    ['* ? * * *', 'hour'],
    ['* * 0 * *', 'dayOfMonth'],
    ['* * 32 * *', 'dayOfMonth'],
    ['* * L-0 * *', 'dayOfMonth'],
    ['* * L-31 * *', 'dayOfMonth'],
    ['* * 32W * *', 'dayOfMonth'],
    ['* * 1-5W * *', 'dayOfMonth'],
    ['* * ?,1 * *', 'dayOfMonth'],
    ['* * * 0 *', 'month'],
    ['* * * 13 *', 'month'],
    ['* * * january *', 'month'],
    ['* * * * 8', 'dayOfWeek'],
    ['* * * * 5-1', 'dayOfWeek'],
    ['* * * * fri-mon', 'dayOfWeek'],
    ['* * * * L', 'dayOfWeek'],
    ['* * * * 5#0', 'dayOfWeek'],
    ['* * * * 5#6', 'dayOfWeek'],
    ['* * * * 1-5#2', 'dayOfWeek'],
    ['* * * * xyz#1', 'dayOfWeek'],
    ['* * * * * * 1969', 'year'],
    ['* * * * * * 10000', 'year'],
    ['* * * * * * 2030-2020', 'year'],
    ['0 0\n* * *', 'expression'],
  ])('%j, naming the field %s', (text, field) => {
    expectError(() => cron(text), 'INVALID_TRIGGER', field)
  })

  it('says how many fields there are', () => {
    expect(() => cron('* * * *')).toThrow(/it has 4/)
  })

  it('refuses text beyond any sense at once', () => {
    expectError(() => cron(`${' '.repeat(200_000)}x`), 'INVALID_TRIGGER', 'expression')
  })

  it.each([
    ['0 0 31 2 *'],
    ['0 0 30 2 *'],
    ['0 0 31 4,6,9,11 *'],
    ['0 0 0 29 2 * 2027'],
    ['0 0 0 29 2 * 2100'],
    ['0 0 L-30 2 *'],
    ['0 0 30W 2 *'],
  ])('%j never fires', (text) => {
    expectError(() => cron(text), 'TRIGGER_NEVER_FIRES', 'expression')
  })

  it('finds out that a trigger never fires in less than 50 ms', () => {
    const attempts = [1, 2, 3, 4, 5].map((attempt) => {
      const began = performance.now()
      expectError(() => cron(`0 ${attempt} 0 30 2 * *`), 'TRIGGER_NEVER_FIRES')
      return performance.now() - began
    })
    expect(Math.min(...attempts)).toBeLessThan(50)
  })

  it('refuses what is neither text nor an object', () => {
    const loose: (value: unknown) => unknown = (value) => cron(value as string)
    for (const value of [undefined, null, 5, true]) expectError(() => loose(value), 'INVALID_TRIGGER', 'expression')
  })
})
