/** Triggers that are described wrongly: each is refused with the name of what is wrong. */

import { describe, expect, it } from 'vitest'
import * as cronwright from '../../../src/index.ts'
import { TriggerError } from '../../../src/index.ts'
import { expectToName, type Loose, loose, type Row, refusal } from './support.ts'

const never = 'TRIGGER_NEVER_FIRES'

const CRONTAB: readonly Row[] = [
  ['a minute above 59', 'minute', '61', (t) => t['cron']?.('61 * * * *')],
  ['an hour above 23', 'hour', '24', (t) => t['cron']?.('0 24 * * *')],
  ['day 0', 'dayOfMonth', '0', (t) => t['cron']?.('0 0 0 * *')],
  ['month 13', 'month', '13', (t) => t['cron']?.('0 0 1 13 *')],
  ['weekday 8', 'dayOfWeek', '8', (t) => t['cron']?.('0 0 * * 8')],
  ['a second above 59', 'second', '60', (t) => t['cron']?.('60 0 0 * * *')],
  ['a year before 1970', 'year', '1969', (t) => t['cron']?.('0 0 0 1 1 * 1969')],
  ['a step of 0', 'minute', '*/0', (t) => t['cron']?.('*/0 * * * *')],
  ['a range that runs backwards', 'hour', '17-9', (t) => t['cron']?.('0 17-9 * * *')],
  ['a name of no weekday', 'dayOfWeek', 'montag', (t) => t['cron']?.('0 9 * * montag')],
  ['four fields', 'expression', '* * * *', (t) => t['cron']?.('* * * *')],
  ['eight fields', 'expression', '* * * * * * * *', (t) => t['cron']?.('* * * * * * * *')],
  ['no text', 'expression', '', (t) => t['cron']?.('')],
  ['an unknown macro', 'expression', '@often', (t) => t['cron']?.('@often')],
  ['@reboot', 'expression', '@reboot', (t) => t['cron']?.('@reboot')],
  ['a number', 'expression', 5, (t) => t['cron']?.(5)],
  ['nothing', 'expression', undefined, (t) => t['cron']?.()],
]

const FIELDS: readonly Row[] = [
  ['an unknown field', 'hours', 5, (t) => t['cron']?.({ hours: 5 })],
  ['a field of APScheduler in its own spelling', 'day_of_week', 'mon', (t) => t['cron']?.({ day_of_week: 'mon' })],
  ['an hour out of range', 'hour', '25', (t) => t['cron']?.({ hour: 25 })],
  ['a fraction', 'minute', 1.5, (t) => t['cron']?.({ minute: 1.5 })],
  ['a truth value', 'hour', true, (t) => t['cron']?.({ hour: true })],
  ['a sixth friday', 'day', '6th fri', (t) => t['cron']?.({ day: '6th fri' })],
  ['week 54', 'week', '54', (t) => t['cron']?.({ week: 54 })],
  ['no field', 'fields', {}, (t) => t['cron']?.({})],
  ['a list', 'fields', ['0', '9'], (t) => t['cron']?.(['0', '9'])],
]

const OPTIONS: readonly Row[] = [
  ['an unknown option', 'timeZone', 'UTC', (t) => t['cron']?.('@daily', { timeZone: 'UTC' })],
  ['a time zone that is none', 'timezone', 'Mars/Base', (t) => t['cron']?.('@daily', { timezone: 'Mars/Base' })],
  ['a local date', 'startDate', '2026-01-01', (t) => t['cron']?.('@daily', { startDate: '2026-01-01' })],
  [
    'the 30th of February',
    'startDate',
    '2026-02-30T00:00:00Z',
    (t) => t['interval']?.('5m', { startDate: '2026-02-30T00:00:00Z' }),
  ],
  ['a negative jitter', 'jitter', -1, (t) => t['cron']?.('@daily', { jitter: -1 })],
  ['a jitter in words', 'jitter', 'a bit', (t) => t['interval']?.('5m', { jitter: 'a bit' })],
  ['an unknown policy for gaps', 'dst.gap', 'ignore', (t) => t['cron']?.('@daily', { dst: { gap: 'ignore' } })],
  ['an unknown policy for overlaps', 'dst.overlap', 'none', (t) => t['cron']?.('@daily', { dst: { overlap: 'none' } })],
  ['an unknown part of dst', 'fold', 1, (t) => t['cron']?.('@daily', { dst: { fold: 1 } })],
  ['a time zone for an interval', 'timezone', 'UTC', (t) => t['interval']?.('5m', { timezone: 'UTC' })],
  [
    'an end before the start',
    'endDate',
    new Date(0),
    (t) => t['interval']?.('5m', { startDate: '2026-01-01T00:00:00Z', endDate: 0 }),
  ],
  ['text for options', 'options', 'UTC', (t) => t['cron']?.('@daily', 'UTC')],
  ['null for options', 'options', null, (t) => t['cron']?.('@daily', null)],
]

const OTHERS: readonly Row[] = [
  ['an interval of 0', 'interval', 0, (t) => t['interval']?.(0)],
  ['an interval of nothing', 'interval', 0, (t) => t['interval']?.({})],
  ['an interval with an unknown unit', 'hour', 1, (t) => t['interval']?.({ hour: 1 })],
  ['a negative part', 'minutes', -5, (t) => t['interval']?.({ minutes: -5 })],
  ['an interval in words', 'interval', 'hourly', (t) => t['interval']?.('hourly')],
  ['an interval of a thousand years', 'interval', '60000w', (t) => t['interval']?.('60000w')],
  ['a step over no days', 'calendarInterval', { hour: 9 }, (t) => t['calendarInterval']?.({ hour: 9 })],
  ['a step of minus one month', 'months', -1, (t) => t['calendarInterval']?.({ months: -1 })],
  ['a step of half a day', 'days', 0.5, (t) => t['calendarInterval']?.({ days: 0.5 })],
  ['a step at 24 o’clock', 'hour', 24, (t) => t['calendarInterval']?.({ days: 1, hour: 24 })],
  ['an invalid date', 'at', new Date(Number.NaN), (t) => t['date']?.(new Date(Number.NaN))],
  ['a date without an offset', 'at', '2026-01-01T09:00:00', (t) => t['date']?.('2026-01-01T09:00:00')],
  ['a date after the year 9999', 'at', 8e15, (t) => t['date']?.(8e15)],
  ['a date in words', 'at', 'tomorrow', (t) => t['date']?.('tomorrow')],
  ['and() of nothing', 'triggers', [], (t) => t['and']?.()],
  ['or() of crontab text', 'triggers', '@daily', (t) => t['or']?.('@daily')],
  ['JSON of no version', 'v', undefined, (t) => t['triggerFromJSON']?.({ type: 'date', at: '2026-01-01T00:00:00Z' })],
  ['JSON of an unknown type', 'type', 'constructor', (t) => t['triggerFromJSON']?.({ v: 1, type: 'constructor' })],
  ['fireTimes() of text', 'trigger', '@daily', (t) => t['fireTimes']?.('@daily', { after: 0, count: 1 })],
]

describe.each([
  ['crontab text', CRONTAB],
  ['the fields of cron', FIELDS],
  ['the options of triggers', OPTIONS],
  ['other triggers', OTHERS],
] as const)('%s', (_title, rows) => {
  it.each<Row>(rows)('FD-51 %s is refused, naming %s', async (_name, field, value, call) => {
    expectToName(await refusal(() => call(loose(cronwright))), field, value)
  })
})

describe('a trigger that can never fire', () => {
  it.each<readonly [string, (t: Loose) => unknown]>([
    ['the 30th of February', (t) => t['cron']?.('0 0 30 2 *')],
    ['the 31st of a short month', (t) => t['cron']?.({ month: 4, day: 31 })],
    ['a year that has no such day', (t) => t['cron']?.('0 0 0 29 2 * 2027')],
    [
      'two crons that never meet',
      (t) => t['and']?.(t['cron']?.('0 9 * * *', { timezone: 'UTC' }), t['cron']?.('0 10 * * *', { timezone: 'UTC' })),
    ],
  ])('%s is refused at once, with a code of its own', async (_name, call) => {
    const error = await refusal(() => call(loose(cronwright)))
    expect(error).toBeInstanceOf(TriggerError)
    expect(error.code).toBe(never)
    expect(error.details).toMatchObject({ field: expect.any(String), rule: expect.any(String) })
  })
})
