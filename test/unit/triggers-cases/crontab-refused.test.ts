/** Crontab texts, fields and options that are refused: the error has to name what is wrong. */

import { describe, expect, it } from 'vitest'
import { CronwrightError } from '../../../src/errors.ts'
import { cron } from '../../../src/triggers/index.ts'

/** Calls with values that the types forbid, as a caller from JavaScript can. */
const loose = cron as (specification: unknown, options?: unknown) => unknown

function refusal(action: () => unknown): CronwrightError {
  try {
    action()
  } catch (error) {
    if (error instanceof CronwrightError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** The values of one field that are refused, and how the error may name the field. */
const REFUSED_VALUES: readonly (readonly [field: RegExp, template: string, values: readonly string[]])[] = [
  [
    /minute/i,
    '_ * * * *',
    [
      ...['60', '-1', '1.5', '+5', '0x5', '1e1', '١', 'a', 'mon', 'jan', 'H', 'L', 'W', '?', '1#2', '5L', 'NaN', '_'],
      ...[',', '1,,2', ',1', '1,', '-', '5-', '-5', '*-5', '5-*', '1-2-3', '5-1', '1-60', '50-70', '1--3', '1-*/2'],
      ...['/', '/5', '*/', '5/', '1-5/', '*/0', '5/0', '1-5/0', '*/61', '0-10/11', '50/20', '*/-5', '*/1.5', '*/*'],
      ...['1/2/3', '**', '*5', '5*', '*,*/', '5;6', '5:6', '%', '(5)', '1..5', '~', '1~5', '99999999999999999999'],
    ],
  ],
  [/hour/i, '0 _ * * *', ['24', '-1', '*/25', '12-25', '22-2', '?', 'L', 'noon', '9am', '8-18/0', '8-18/11', '9:00']],
  [
    /day|dom/i,
    '0 0 _ * *',
    [
      ...['0', '32', '0-5', '1-32', '*/32', '31-1', '40/2', 'last', 'mon', '1#2', '5L', 'LL', 'L-', 'L+3', 'L3', 'L-x'],
      ...['W', 'W15', '0W', '32W', '15WW', '1-5W', 'WL', 'LW-1', 'L-40', '1,LX', '*W', '15w5'],
    ],
  ],
  [
    /month/i,
    '0 0 1 _ *',
    [
      '0',
      '13',
      '1-13',
      '*/13',
      'dec-jan',
      '12-1',
      'foo',
      'january',
      'jan-foo',
      'mon',
      'L',
      '?',
      '1W',
      'jan#1',
      'janfeb',
    ],
  ],
  [
    /day|week|dow/i,
    '0 0 * * _',
    [
      ...['8', '1-8', '5-1', 'fri-mon', '6-0', '*/8', 'monday', 'foo', 'jan', 'mon-foo', 'W', '15W', 'LW', 'L-3', 'H'],
      ...['5#0', '5#6', '8#1', '#1', '5#', '5#1#2', '1-5#2', '5#x', '8L', '5LL', 'L5', '1-5L', '*L', '*#2', 'monfri'],
    ],
  ],
  [/second/i, '_ 0 0 * * *', ['60', '-1', '?', 'L', '*/61', '5-1', '']],
  [/year/i, '0 0 0 1 1 * _', ['1969', '10000', '2030-2020', '26', 'abc', '*/0', 'L', '?', '2026W', '2026-', '2026,']],
]

const REFUSED = REFUSED_VALUES.flatMap(([field, template, values]) =>
  values.filter((value) => value !== '').map((value) => [template.replace('_', value), field] as const),
)

describe('crontab texts that are refused', () => {
  it.each(REFUSED)('FD-51 %s is an error at registration that names %s', (text, field) => {
    const error = refusal(() => cron(text, { timezone: 'UTC' }))
    expect(error.code).toBe('INVALID_TRIGGER')
    expect(error.message).toMatch(field)
    expect(error.details).toMatchObject({ rule: expect.any(String) })
    expect(String(error.details['field'])).toMatch(field)
  })

  it.each(['', ' ', '*', '* *', '* * *', '* * * *', '0 0 0 1 1 * 2026 *', '* * * * * * * * *'])(
    'FD-51 the number of fields of "%s" is refused and named',
    (text) => {
      const error = refusal(() => cron(text))
      expect(error.code).toBe('INVALID_TRIGGER')
      expect(error.message).toMatch(/field/)
      const count = text.split(' ').filter((part) => part !== '').length
      if (count > 0) expect(error.message).toMatch(new RegExp(`\\b${count}\\b`))
    },
  )

  it.each(['@every 5m', '@foo', '@', '@daily *', 'daily', '@ daily', '@yearly @daily', '@reboot'])(
    'the macro %s is refused',
    (text) => {
      expect(refusal(() => cron(text)).code).toBe('INVALID_TRIGGER')
    },
  )

  it('@reboot is refused with a message that says what it is about', () => {
    expect(refusal(() => cron('@reboot')).message).toMatch(/fire time.*@reboot/)
  })

  it.each([[undefined], [null], [5], [true], [[]], [['0 0 * * *']], [new Date(0)], [() => '* * * * *'], [Symbol('x')]])(
    'a value that is neither text nor fields is refused: %s',
    (value) => {
      expect(refusal(() => loose(value)).code).toMatch(/^INVALID_(TRIGGER|ARGUMENT)$/)
    },
  )
})

describe('crontabs that can never fire', () => {
  const NEVER: readonly unknown[] = [
    '0 0 30 2 *',
    '0 0 31 2 *',
    '0 0 31 4,6,9,11 *',
    '0 0 31 2 */2',
    '0 0 0 29 2 * 2023',
    '0 0 0 29 2 * 2100',
    '0 0 0 31 2 * 2024-9999',
    { month: 2, day: 30 },
    { year: 2023, month: 2, day: 29 },
    { year: 2026, month: 2, day: '5th mon' },
    { month: 'apr,jun', day: 31, hour: '*' },
    { year: 2023, week: 53, month: 6 },
    { month: 7, week: 1 },
  ]

  it.each(NEVER.map((specification) => [JSON.stringify(specification), specification] as const))(
    '%s is refused within 50 ms',
    (_title, specification) => {
      // The best of three, because the machine may be busy with something else.
      const tries = Array.from({ length: 3 }, () => {
        const started = performance.now()
        const error = refusal(() => loose(specification, { timezone: 'Europe/Berlin' }))
        return { error, took: performance.now() - started }
      })
      expect(Math.min(...tries.map(({ took }) => took))).toBeLessThan(50)
      for (const { error } of tries) expect(error.code).toBe('TRIGGER_NEVER_FIRES')
    },
  )

  it('a restricted weekday saves an impossible day of month, because the two are ORed', () => {
    const next = cron('0 0 31 2 1', { timezone: 'UTC' }).next(new Date('2026-01-01T00:00:00Z'))
    expect(next).toEqual(new Date('2026-02-02T00:00:00Z'))
  })

  it('a year in the past is not an error, because no clock is read', () => {
    const trigger = cron('0 0 0 1 1 * 2001', { timezone: 'UTC' })
    expect(trigger.next(new Date('2000-06-01T00:00:00Z'))).toEqual(new Date('2001-01-01T00:00:00Z'))
    expect(trigger.next(new Date('2026-01-01T00:00:00Z'))).toBeNull()
  })
})

describe('fields that are refused', () => {
  const REFUSED_FIELDS: readonly (readonly [fields: Record<string, unknown>, field: RegExp])[] = [
    [{}, /field/i],
    [{ hours: 5 }, /hours/],
    [{ hour: 5, third: 1 }, /third/],
    [{ hour: 24 }, /hour/],
    [{ hour: -1 }, /hour/],
    [{ hour: 1.5 }, /hour/],
    [{ hour: Number.NaN }, /hour/],
    [{ hour: '' }, /hour/],
    [{ hour: null }, /hour/],
    [{ hour: [1, 2] }, /hour/],
    [{ hour: true }, /hour/],
    [{ hour: '9,' }, /hour/],
    [{ hour: '5-1' }, /hour/],
    [{ minute: 60 }, /minute/],
    [{ minute: '*/61' }, /minute/],
    [{ minute: '*/0' }, /minute/],
    [{ second: 60 }, /second/],
    [{ second: 'x' }, /second/],
    [{ day: 0 }, /day/],
    [{ day: 32 }, /day/],
    [{ day: '6th mon' }, /day/],
    [{ day: '0th mon' }, /day/],
    [{ day: '3rd foo' }, /day/],
    [{ day: 'first mon' }, /day/],
    [{ day: 'lastfoo' }, /day/],
    [{ day: 'last-3' }, /day/],
    [{ day: 'last foo' }, /day/],
    [{ day: '3rd' }, /day/],
    [{ month: 0 }, /month/],
    [{ month: 13 }, /month/],
    [{ month: 'jan-foo' }, /month/],
    [{ month: 'dec-jan' }, /month/],
    [{ week: 0 }, /week/],
    [{ week: 54 }, /week/],
    [{ dayOfWeek: 8 }, /dayOfWeek/],
    [{ dayOfWeek: 'fri-mon' }, /dayOfWeek/],
    [{ dayOfWeek: 'mo' }, /dayOfWeek/],
    [{ year: 1969 }, /year/],
    [{ year: 10_000 }, /year/],
    [{ year: '2009-fault' }, /year/],
  ]

  it.each(REFUSED_FIELDS.map(([fields, field]) => [JSON.stringify(fields), field, fields] as const))(
    'FD-51 %s is an error that names %s',
    (_title, field, fields) => {
      const error = refusal(() => loose(fields, { timezone: 'UTC' }))
      expect(error.code).toBe('INVALID_TRIGGER')
      expect(error.message).toMatch(field)
    },
  )
})

describe('options that are refused', () => {
  const REFUSED_OPTIONS: readonly (readonly [options: unknown, field: RegExp])[] = [
    [{ timezone: 'Mars/Base' }, /timezone/],
    [{ timezone: '' }, /timezone/],
    [{ timezone: 5 }, /timezone/],
    [{ timezone: null }, /timezone/],
    [{ tz: 'UTC' }, /tz/],
    [{ startDate: 'soon' }, /startDate/],
    [{ startDate: '2026-01-01T00:00:00' }, /startDate/],
    [{ startDate: '2026-02-30T00:00:00Z' }, /startDate/],
    [{ startDate: Number.NaN }, /startDate/],
    [{ startDate: Number.POSITIVE_INFINITY }, /startDate/],
    [{ startDate: new Date(Number.NaN) }, /startDate/],
    [{ startDate: true }, /startDate/],
    [{ endDate: {} }, /endDate/],
    [{ endDate: '2026-01-01T25:00:00Z' }, /endDate/],
    [{ startDate: '2026-01-02T00:00:00Z', endDate: '2026-01-01T00:00:00Z' }, /endDate|startDate/],
    [{ jitter: -1 }, /jitter/],
    [{ jitter: '5 parsecs' }, /jitter/],
    [{ jitter: Number.NaN }, /jitter/],
    [{ dst: 'after' }, /dst/],
    [{ dst: { gap: 'before' } }, /gap/],
    [{ dst: { overlap: 'twice' } }, /overlap/],
    [{ dst: { gap: 'after', fold: 1 } }, /fold/],
    ['Europe/Berlin', /options/],
    [5, /options/],
  ]

  it.each(REFUSED_OPTIONS.map(([options, field], index) => [index, JSON.stringify(options), field, options] as const))(
    '%i: %s is an error that names %s',
    (_index, _title, field, options) => {
      const error = refusal(() => loose('0 0 * * *', options))
      expect(error.code).toMatch(/^INVALID_(TRIGGER|ARGUMENT)$/)
      expect(error.message).toMatch(field)
    },
  )

  it.each([[undefined], [null], ['2026-01-01T00:00:00Z'], [0], [new Date(Number.NaN)], [{}]])(
    'next() refuses %s as an instant',
    (after) => {
      const next = cron('0 0 * * *').next.bind(cron('0 0 * * *')) as (after: unknown) => unknown
      expect(refusal(() => next(after)).code).toBe('INVALID_ARGUMENT')
    },
  )
})
