/** The ends of time, and what `bind` fills in; from the semantics, computed by hand. */

import { describe, expect, it } from 'vitest'
import { and, calendarInterval, cron, date, interval, or, type Trigger } from '../../../src/triggers/index.ts'

const at = (text: string): Date => new Date(text)
const NEVER = Number.POSITIVE_INFINITY
const LAST_INSTANT = 8.64e15

const daily = cron('0 0 * * *', { timezone: 'UTC' })
const TRIGGERS: readonly (readonly [name: string, trigger: Trigger])[] = [
  ['a cron in UTC', daily],
  ['a cron with transitions', cron('*/5 * * * *', { timezone: 'Europe/Berlin' })],
  ['a cron with jitter', cron('0 0 0 1 1 * *', { timezone: 'America/New_York', jitter: '1h' })],
  ['cron fields', cron({ week: 1 }, { timezone: 'Europe/Berlin' })],
  ['an interval', interval('5m', { startDate: 0 })],
  ['an interval without a start', interval('5m')],
  ['an interval with jitter', interval('5m', { startDate: 0, jitter: '1m' })],
  ['a date', date(5)],
  ['a calendar interval', calendarInterval({ days: 1 }, { timezone: 'Europe/Berlin', startDate: 0 })],
  ['a calendar interval of two steps', calendarInterval({ months: 1, days: 1 }, { timezone: 'UTC', startDate: 0 })],
  ['a calendar interval without a start', calendarInterval({ months: 1 }, { timezone: 'UTC' })],
  ['and', and(daily, interval('1h'))],
  ['or', or(daily, interval('7m'))],
  ['@never', cron('@never')],
]

describe.each(TRIGGERS)('the ends of time for %s', (_name, trigger) => {
  it.each([LAST_INSTANT, LAST_INSTANT - 1, Date.UTC(10_000, 0, 1)])('there is no fire after %d', (instant) => {
    expect(trigger.next(new Date(instant))).toBeNull()
    expect(trigger.nextAt(instant)).toBe(NEVER)
  })

  it('after never comes never', () => {
    expect(trigger.nextAt(NEVER)).toBe(NEVER)
  })

  it.each([-LAST_INSTANT, Date.UTC(1, 0, 1), -1])('the next fire after %d is a valid, later instant', (instant) => {
    const next = trigger.next(new Date(instant))
    if (next === null) expect(String(trigger)).toMatch(/never/)
    else expect(next.getTime()).toBeGreaterThan(instant)
  })

  it('counting without an end stops at the limit or at the last fire', () => {
    const first = trigger.nextAt(0)
    const second = trigger.nextAt(first)
    const fires = [first, second].filter((fire) => fire !== NEVER).length
    expect(trigger.countBetween(0, NEVER, 2)).toBe(fires)
    expect(trigger.countBetween(0, LAST_INSTANT, 2)).toBe(fires)
    expect(trigger.countBetween(0, LAST_INSTANT, 0)).toBe(0)
  })

  it('the latest fire of all time is in the year 9999, if any', () => {
    const latest = trigger.latestAt(100, LAST_INSTANT)
    if (trigger.nextAt(100) === NEVER) expect(latest).toBe(Number.NEGATIVE_INFINITY)
    else expect(new Date(latest).getUTCFullYear()).toBe(9999)
  })

  it('an empty or backward stretch holds nothing', () => {
    expect(trigger.countBetween(1_000, 1_000, 9)).toBe(0)
    expect(trigger.countBetween(1_000, 0, 9)).toBe(0)
    expect(trigger.latestAt(1_000, 1_000)).toBe(Number.NEGATIVE_INFINITY)
    expect(trigger.latestAt(1_000, 0)).toBe(Number.NEGATIVE_INFINITY)
  })
})

describe('before the epoch', () => {
  it('fires there too', () => {
    expect(daily.next(at('1969-07-20T20:17:40Z'))).toEqual(at('1969-07-21T00:00:00Z'))
    expect(interval('1h', { startDate: '1969-07-20T20:17:40Z' }).next(at('1969-07-20T23:00:00Z'))).toEqual(
      at('1969-07-20T23:17:40Z'),
    )
    const weekly = calendarInterval({ weeks: 1, hour: 9 }, { timezone: 'UTC', startDate: '1969-07-20T00:00:00Z' })
    expect(weekly.next(at('1969-12-28T09:00:00Z'))).toEqual(at('1970-01-04T09:00:00Z'))
  })
})

describe('bind', () => {
  const context = { timezone: 'Asia/Tokyo', anchorMs: Date.parse('2026-01-01T00:00:00Z'), seed: 'job' }
  const after = at('2026-01-01T00:00:00Z')

  it('fills in the time zone', () => {
    expect(cron('0 10 * * *').bind(context).next(after)).toEqual(at('2026-01-01T01:00:00Z'))
    expect(calendarInterval({ days: 1, hour: 10 }).bind(context).next(after)).toEqual(at('2026-01-01T01:00:00Z'))
  })

  it('leaves what the user gave, and returns the trigger itself when nothing is missing', () => {
    const complete = [
      cron('0 10 * * *', { timezone: 'UTC' }),
      interval('5m', { startDate: 0 }),
      date(5),
      calendarInterval({ days: 1 }, { timezone: 'UTC', startDate: 0 }),
      or(cron('0 10 * * *', { timezone: 'UTC' }), date(5)),
      and(cron('0 10 * * *', { timezone: 'UTC' }), interval('1h', { startDate: 0 })),
    ]
    for (const trigger of complete) expect(trigger.bind(context)).toBe(trigger)
  })

  it('binds the triggers inside or and and', () => {
    const trigger = or(cron('0 10 * * *'), interval('90m')).bind(context)
    expect(trigger.next(after)).toEqual(at('2026-01-01T01:00:00Z'))
    expect(trigger.next(at('2026-01-01T01:00:00Z'))).toEqual(at('2026-01-01T01:30:00Z'))
    expect(and(cron('0 10 * * *'), cron('* * 2 * *')).bind(context).next(after)).toEqual(at('2026-01-02T01:00:00Z'))
  })

  it('until it is bound, a trigger lives in the zone of the system', () => {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
    expect(cron('0 10 * * *').next(after)).toEqual(cron('0 10 * * *', { timezone: timeZone }).next(after))
  })

  it('does not change the trigger', () => {
    const trigger = interval('5m')
    trigger.bind(context)
    expect(trigger.nextAt(7)).toBe(300_007)
  })
})
