/** Random but valid descriptions of triggers, for the property tests. */

import fc from 'fast-check'
import type { FieldTexts } from './fields.ts'
import { HOUR, MINUTE } from './zone.ts'

/** UTC and six zones with unlike rules: usual, western, half an hour, a gap at midnight, negative, a missing day. */
export const SAMPLE_ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'Pacific/Apia',
] as const

/** The items of one field: `*`, `*\/n`, `a`, `a-b`, `a-b/n`, `a/n`, alone or in a list. */
function plainField(minimum: number, maximum: number, name: (value: number) => string = String): fc.Arbitrary<string> {
  const value = fc.integer({ min: minimum, max: maximum })
  const range = fc
    .tuple(value, value)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  const stepOf = (span: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: span })
  const item = fc.oneof(
    { weight: 4, arbitrary: value.map(name) },
    { weight: 2, arbitrary: range.map(([a, b]) => `${name(a)}-${name(b)}`) },
    range.chain(([a, b]) => stepOf(b - a).map((step) => `${name(a)}-${name(b)}/${step}`)),
    fc
      .integer({ min: minimum, max: maximum - 1 })
      .chain((a) => stepOf(maximum - a).map((step) => `${name(a)}/${step}`)),
  )
  return fc.oneof(
    { weight: 3, arbitrary: item },
    { weight: 1, arbitrary: fc.array(item, { minLength: 2, maxLength: 4 }).map((items) => items.join(',')) },
    { weight: 1, arbitrary: stepOf(maximum - minimum).map((step) => `*/${step}`) },
    { weight: 2, arbitrary: fc.constant('*') },
  )
}

const MONTHS = ['', 'jan', 'FEB', 'mar', 'Apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'MON', 'tue', 'Wed', 'thu', 'fri', 'sat', 'SUN']

const dayOfMonth = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('*', '?') },
  { weight: 5, arbitrary: plainField(1, 31) },
  fc.constantFrom('L', 'LW', 'L,1', '1,LW', '15,L-2'),
  fc.integer({ min: 1, max: 20 }).map((days) => `L-${days}`),
  fc.integer({ min: 1, max: 28 }).map((day) => `${day}W`),
)

const month = fc.oneof(
  { weight: 6, arbitrary: fc.constant('*') },
  { weight: 3, arbitrary: plainField(1, 12) },
  plainField(1, 12, (value) => MONTHS[value] ?? ''),
)

/** Weekdays without `a/n`, whose last value (6 or 7) is nobody's business here. */
const dayOfWeek = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('*', '?') },
  { weight: 3, arbitrary: plainField(0, 6).filter((text) => !/(^|,)\w+\//.test(text)) },
  fc.constantFrom('7', '5-7', '0-7', '1,7', '6-7', '0-7/2', '3-7/2'),
  fc.integer({ min: 0, max: 7 }).map((day) => WEEKDAYS[day] ?? ''),
  fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 5 })).map(([day, nth]) => `${day}#${nth}`),
  fc.integer({ min: 0, max: 7 }).map((day) => `${day}L`),
)

/** Crontab texts of five fields, or six or seven; all of them valid, not all of them able to fire. */
export const crontabs: fc.Arbitrary<string> = fc
  .tuple(
    fc.option(plainField(0, 59), { freq: 4 }),
    plainField(0, 59),
    plainField(0, 23),
    dayOfMonth,
    month,
    dayOfWeek,
    fc.option(fc.constantFrom('*', '*/2', '2000-2060', '2020,2024-2030/3'), { freq: 6 }),
  )
  .map(([second, minute, hour, day, ofMonth, weekday, year]) => {
    const five = `${minute} ${hour} ${day} ${ofMonth} ${weekday}`
    if (year !== null) return `${second ?? '0'} ${five} ${year}`
    return second === null ? five : `${second} ${five}`
  })

/** APScheduler's cron fields, one to eight of them. */
export const cronFields: fc.Arbitrary<FieldTexts> = fc
  .record(
    {
      year: fc.constantFrom('*', '*/2', '2000-2060', '2020,2024-2030/3'),
      month: plainField(1, 12, (value) => (MONTHS[value] ?? '').toLowerCase()),
      day: fc.oneof(
        { weight: 2, arbitrary: plainField(1, 31) },
        fc.constantFrom(
          'last',
          'last fri',
          '1st mon',
          '2nd sun',
          '3rd fri',
          '4th wed',
          '5th thu',
          '1st mon,last sun',
          '15,last',
        ),
      ),
      week: plainField(1, 53),
      dayOfWeek: fc.oneof(
        fc.constantFrom('mon-fri', 'sat,sun', '7', '5-7', '0-7', 'mon,wed-fri'),
        plainField(0, 6).filter((text) => !/(^|,)\w+\//.test(text)),
      ),
      hour: plainField(0, 23),
      minute: plainField(0, 59),
      second: plainField(0, 59),
    },
    { requiredKeys: [] },
  )
  .filter((fields) => Object.keys(fields).length > 0)

/** Crontab texts with few fires a day, for tests that walk. */
export const sparseCrontabs: fc.Arbitrary<string> = fc
  .tuple(
    fc.integer({ min: 0, max: 59 }),
    plainField(0, 23),
    dayOfMonth,
    fc.constant('*'),
    fc.constantFrom('*', '1-5', '0', 'fri'),
  )
  .map((fields) => fields.join(' '))

/** Instants of 2005 to 2037, to the millisecond, half of them close to one of `places`. */
export function instantsNear(places: readonly number[]): fc.Arbitrary<number> {
  const anywhere = fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2037, 0, 1) })
  if (places.length === 0) return anywhere
  const near = fc
    .tuple(fc.constantFrom(...places), fc.integer({ min: -26 * 60, max: 26 * 60 }), fc.constantFrom(0, 0, -1, 1))
    .map(([place, minutes, ms]) => place + minutes * MINUTE + ms)
  return fc.oneof(anywhere, near)
}

/** Lengths of intervals, from a second to weeks. */
export const intervalLengths: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1_000, max: 100_000 }),
  fc.constantFrom(MINUTE, 5 * MINUTE, 7 * MINUTE, HOUR, 90 * MINUTE, 24 * HOUR, 168 * HOUR),
)
