import { describe, expect, it } from 'vitest'
import { calendarInterval, cron, interval, type TriggerOptions } from '../../../src/triggers/index.ts'
import { fires, localFires } from './support.ts'

type Dst = NonNullable<TriggerOptions['dst']>

function at(expression: string, timezone: string, after: string, count: number, dst: Dst = {}): string[] {
  return localFires(cron(expression, { timezone, dst }), timezone, after, count)
}

describe('a fixed time in a gap', () => {
  it.each<[string, string, string, string[]]>([
    ['0 2 * * *', 'America/New_York', '2013-03-10T01:00:00Z', ['2013-03-10 03:00 -04:00', '2013-03-11 02:00 -04:00']],
    ['30 2 * * *', 'America/New_York', '2013-03-10T01:00:00Z', ['2013-03-10 03:00 -04:00', '2013-03-11 02:30 -04:00']],
    ['30 3 * * *', 'Europe/Helsinki', '2017-03-25T20:00:00Z', ['2017-03-26 04:00 +03:00', '2017-03-27 03:30 +03:00']],
    ['30 1 * * *', 'Europe/London', '2024-03-30T20:00:00Z', ['2024-03-31 02:00 +01:00', '2024-04-01 01:30 +01:00']],
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T20:00:00Z', ['2026-03-29 03:00 +02:00', '2026-03-30 02:30 +02:00']],
    [
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2024-10-05T12:00:00Z',
      ['2024-10-06 02:30 +11:00', '2024-10-07 02:15 +11:00'],
    ],
    ['0 3 * * *', 'Pacific/Chatham', '2024-09-28T00:00:00Z', ['2024-09-29 03:45 +13:45', '2024-09-30 03:00 +13:45']],
    ['0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00:00Z', ['2018-11-04 01:00 -02:00', '2018-11-05 00:00 -02:00']],
    ['0 0 * * *', 'America/Havana', '2024-03-09T12:00:00Z', ['2024-03-10 01:00 -04:00', '2024-03-11 00:00 -04:00']],
    ['0 0 * * *', 'Africa/Cairo', '2023-04-27T12:00:00Z', ['2023-04-28 01:00 +03:00', '2023-04-29 00:00 +03:00']],
    ['0 0 * * *', 'Asia/Beirut', '2024-03-30T12:00:00Z', ['2024-03-31 01:00 +03:00', '2024-04-01 00:00 +03:00']],
    ['10 0 1 1 *', 'Asia/Kathmandu', '1985-06-01T00:00:00Z', ['1986-01-01 00:15 +05:45', '1987-01-01 00:10 +05:45']],
  ])('%s in %s fires once, right after it', (expression, timezone, after, expected) => {
    expect(at(expression, timezone, after, 2)).toEqual(expected)
  })

  it('several times in the gap are one fire, merged with a regular one at the same instant', () => {
    expect(at('15,45 2 * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 2)).toEqual([
      '2026-03-29 03:00 +02:00',
      '2026-03-30 02:15 +02:00',
    ])
    expect(at('0,30 2,3 * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3)).toEqual([
      '2026-03-29 03:00 +02:00',
      '2026-03-29 03:30 +02:00',
      '2026-03-30 02:00 +02:00',
    ])
  })

  it('shift moves each time by the length of the gap, in order with the regular ones', () => {
    expect(at('15,45 2 * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3, { gap: 'shift' })).toEqual([
      '2026-03-29 03:15 +02:00',
      '2026-03-29 03:45 +02:00',
      '2026-03-30 02:15 +02:00',
    ])
    expect(at('0,30 2,3 * * *', 'Europe/Berlin', '2026-03-29T01:00:00Z', 2, { gap: 'shift' })).toEqual([
      '2026-03-29 03:30 +02:00',
      '2026-03-30 02:00 +02:00',
    ])
    expect(at('10 2 * * *', 'Australia/Lord_Howe', '2024-10-05T12:00:00Z', 1, { gap: 'shift' })).toEqual([
      '2024-10-06 02:40 +11:00',
    ])
  })

  it('skip leaves the day out', () => {
    expect(at('30 2 * * *', 'Europe/Berlin', '2026-03-28T20:00:00Z', 1, { gap: 'skip' })).toEqual([
      '2026-03-30 02:30 +02:00',
    ])
  })

  it('a day that does not exist gives one fire at its end: Apia left out 30 December 2011', () => {
    expect(at('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', 3)).toEqual([
      '2011-12-29 12:00 -10:00',
      '2011-12-31 00:00 +14:00',
      '2011-12-31 12:00 +14:00',
    ])
    expect(at('0 12 * * *', 'Pacific/Apia', '2011-12-29T23:00:00Z', 2, { gap: 'skip' })).toEqual([
      '2011-12-31 12:00 +14:00',
      '2012-01-01 12:00 +14:00',
    ])
  })
})

describe('a wildcard hour in a gap', () => {
  it.each<[Dst['gap']]>([['after'], ['shift'], ['skip']])('has no fire there under %s', (gap) => {
    expect(at('30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 2, { gap })).toEqual([
      '2026-03-29 01:30 +01:00',
      '2026-03-29 03:30 +02:00',
    ])
    expect(at('30 */2 * * *', 'Europe/Berlin', '2026-03-28T23:00:00Z', 2, { gap })).toEqual([
      '2026-03-29 00:30 +01:00',
      '2026-03-29 04:30 +02:00',
    ])
  })

  it('follows elapsed time across it', () => {
    expect(at('*/30 * * * *', 'US/Eastern', '2013-03-10T06:35:00Z', 1)).toEqual(['2013-03-10 03:00 -04:00'])
  })
})

describe('a time in an overlap', () => {
  it.each<[string, string, string, string[]]>([
    ['30 1 * * *', 'US/Eastern', '2013-11-03T00:00:00Z', ['2013-11-03 01:30 -04:00', '2013-11-04 01:30 -05:00']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T20:00:00Z', ['2026-10-25 02:30 +02:00', '2026-10-26 02:30 +01:00']],
    [
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2024-04-06T10:00:00Z',
      ['2024-04-07 01:45 +11:00', '2024-04-08 01:45 +10:30'],
    ],
    ['0 3 * * *', 'Pacific/Chatham', '2024-04-06T10:00:00Z', ['2024-04-07 03:00 +13:45', '2024-04-08 03:00 +12:45']],
    ['0 0 * * *', 'America/Havana', '2024-11-02T10:00:00Z', ['2024-11-03 00:00 -04:00', '2024-11-04 00:00 -05:00']],
    ['30 23 * * *', 'Africa/Cairo', '2023-10-26T10:00:00Z', ['2023-10-26 23:30 +03:00', '2023-10-27 23:30 +02:00']],
    ['45 23 * * *', 'Asia/Pyongyang', '2015-08-14T00:00:00Z', ['2015-08-14 23:45 +09:00', '2015-08-15 23:45 +08:30']],
  ])('%s in %s, a fixed time, fires the first time only', (expression, timezone, after, expected) => {
    expect(at(expression, timezone, after, 2)).toEqual(expected)
  })

  it('fires both times when the hour is a wildcard', () => {
    expect(at('0 * * * *', 'Europe/Berlin', '2024-10-26T23:00:00Z', 3)).toEqual([
      '2024-10-27 02:00 +02:00',
      '2024-10-27 02:00 +01:00',
      '2024-10-27 03:00 +01:00',
    ])
    expect(at('*/30 * * * *', 'US/Eastern', '2013-11-03T05:35:00Z', 1)).toEqual(['2013-11-03 01:00 -05:00'])
    expect(at('30 * * * *', 'Europe/Helsinki', '2017-10-29T01:30:00.001Z', 1)).toEqual(['2017-10-29 04:30 +02:00'])
  })

  it.each<[Dst['overlap'], string, string[]]>([
    ['first', '30 2 * * *', ['2026-10-25 02:30 +02:00', '2026-10-26 02:30 +01:00']],
    ['last', '30 2 * * *', ['2026-10-25 02:30 +01:00', '2026-10-26 02:30 +01:00']],
    ['both', '30 2 * * *', ['2026-10-25 02:30 +02:00', '2026-10-25 02:30 +01:00', '2026-10-26 02:30 +01:00']],
    ['first', '30 1-3/1 * * *', ['2026-10-25 01:30 +02:00', '2026-10-25 02:30 +02:00', '2026-10-25 03:30 +01:00']],
    ['last', '30 1-3/1 * * *', ['2026-10-25 01:30 +02:00', '2026-10-25 02:30 +01:00', '2026-10-25 03:30 +01:00']],
  ])('%s means that for %s', (overlap, expression, expected) => {
    expect(at(expression, 'Europe/Berlin', '2026-10-24T23:00:00Z', expected.length, { overlap })).toEqual(expected)
  })

  it('asked from inside the second pass, a fixed time that has fired waits for the next day', () => {
    expect(at('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:00:00Z', 1)).toEqual(['2026-10-26 02:30 +01:00'])
  })

  it('lists and ranges of hours count as fixed', () => {
    expect(at('15,45 2 * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 3)).toEqual([
      '2026-10-25 02:15 +02:00',
      '2026-10-25 02:45 +02:00',
      '2026-10-26 02:15 +01:00',
    ])
    expect(at('0 1-3 * * *', 'Europe/Berlin', '2026-10-24T22:30:00Z', 3)).toEqual([
      '2026-10-25 01:00 +02:00',
      '2026-10-25 02:00 +02:00',
      '2026-10-25 03:00 +01:00',
    ])
  })

  it('the last fire of a year-bound schedule is found in the second pass', () => {
    expect(at('0 30 */1 25 10 * 2026', 'Europe/Berlin', '2026-10-25T00:30:00Z', 2)).toEqual([
      '2026-10-25 02:30 +01:00',
      '2026-10-25 03:30 +01:00',
    ])
    const trigger = cron('0 59 1-2 25 10 * 2026', { timezone: 'Europe/Berlin', dst: { overlap: 'both' } })
    expect(fires(trigger, '2026-10-25T00:59:00Z', 9)).toEqual(['2026-10-25T01:59:00Z'])
  })
})

describe('other triggers around clock changes', () => {
  it('ordinary days keep their wall time on both sides', () => {
    expect(at('0 8 * * *', 'US/Eastern', '2013-03-09T17:00:00Z', 1)).toEqual(['2013-03-10 08:00 -04:00'])
    expect(at('0 8 * * *', 'US/Eastern', '2013-11-02T16:00:00Z', 1)).toEqual(['2013-11-03 08:00 -05:00'])
  })

  it('a calendar interval is a fixed time', () => {
    const daily = calendarInterval(
      { days: 1, hour: 2, minute: 30 },
      { timezone: 'Europe/Berlin', startDate: '2016-03-26T23:00:00Z' },
    )
    expect(localFires(daily, 'Europe/Berlin', '2016-03-26T00:00:00Z', 2)).toEqual([
      '2016-03-27 03:00 +02:00',
      '2016-03-28 02:30 +02:00',
    ])
    const everyOther = calendarInterval(
      { days: 2, hour: 2, minute: 30 },
      { timezone: 'Europe/Berlin', startDate: '2016-10-29T22:00:00Z' },
    )
    expect(localFires(everyOther, 'Europe/Berlin', '2016-10-01T00:00:00Z', 2)).toEqual([
      '2016-10-30 02:30 +02:00',
      '2016-11-01 02:30 +01:00',
    ])
  })

  it('an interval is elapsed time', () => {
    const hourly = interval('1h', { startDate: '2013-03-10T06:00:00Z' })
    expect(localFires(hourly, 'US/Eastern', '2013-03-10T05:30:00Z', 2)).toEqual([
      '2013-03-10 01:00 -05:00',
      '2013-03-10 03:00 -04:00',
    ])
  })

  it('centuries ahead the rules of today still hold', () => {
    expect(at('30 2 * * *', 'Europe/Berlin', '2400-03-25T20:00:00Z', 2)).toEqual([
      '2400-03-26 03:00 +02:00',
      '2400-03-27 02:30 +02:00',
    ])
  })
})
