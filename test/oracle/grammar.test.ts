/**
 * The crontab grammar, held from both sides: an independent reading of each field says whether it is valid, random
 * fields made of the characters of crontab have to be accepted or refused alike, and what is accepted fires as the
 * oracle says.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CronwrightError } from '../../src/errors.ts'
import { cron } from '../../src/triggers/index.ts'
import { readCrontab } from './crontab.ts'
import { expectedNext } from './oracle.ts'

const TIMEOUT = { timeout: 30_000 }
const AFTER = Date.UTC(2026, 0, 1)
const NAMES: Readonly<Record<string, readonly string[]>> = {
  month: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  weekday: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
}

interface Field {
  readonly name: 'minute' | 'hour' | 'day' | 'month' | 'weekday'
  readonly minimum: number
  readonly maximum: number
  readonly template: string
}

const FIELDS: readonly Field[] = [
  { name: 'minute', minimum: 0, maximum: 59, template: '_ * * * *' },
  { name: 'hour', minimum: 0, maximum: 23, template: '0 _ * * *' },
  { name: 'day', minimum: 1, maximum: 31, template: '0 0 _ * *' },
  { name: 'month', minimum: 1, maximum: 12, template: '0 0 1 _ *' },
  { name: 'weekday', minimum: 0, maximum: 7, template: '0 0 * * _' },
]

/** `undefined`: the semantics leave it open, so it is not tested. */
type Verdict = boolean | undefined

function verdictOf(text: string, field: Field): Verdict {
  const verdicts = text
    .toLowerCase()
    .split(',')
    .map((item) => verdictOfItem(item, field))
  if (verdicts.includes(false)) return false
  return verdicts.includes(undefined) || (text.includes(',') && /[*?]/.test(text)) ? undefined : true
}

function verdictOfItem(item: string, field: Field): Verdict {
  // Whether a number may have more leading zeros than `05` is open.
  if (/(?<!\d)0\d\d/.test(item)) return undefined
  const special = verdictOfSpecial(item, field)
  if (special !== 'plain') return special
  const [range = '', step, ...rest] = item.split('/')
  if (rest.length > 0) return false
  const [first = '', last, ...more] = range.split('-')
  if (more.length > 0) return false
  const star = range === '*'
  const from = star ? field.minimum : numberOf(first, field)
  const to = star ? field.maximum : last === undefined ? from : numberOf(last, field)
  if (from === undefined || to === undefined || from > to) return false
  if (step === undefined) return true
  if (!/^\d+$/.test(step) || Number(step) === 0) return false
  const openEnd = last === undefined ? field.maximum : to
  // The last step that fits a weekday field is open: its maximum may be read as Saturday or as Sunday again.
  if (field.name === 'weekday' && ((last === undefined && !star) || Number(step) === 7)) return undefined
  // A step as long as the number of values, or on a single value: "larger than the span" can be read in two ways.
  if (Number(step) === openEnd - from + 1) return undefined
  return Number(step) <= openEnd - from
}

function verdictOfSpecial(item: string, field: Field): Verdict | 'plain' {
  const inDay = field.name === 'day'
  const inWeekday = field.name === 'weekday'
  if (item === '?') return inDay || inWeekday
  if (item.startsWith('?')) return inDay || inWeekday ? undefined : false
  if (inDay && (item === 'l' || item === 'lw')) return true
  if (inDay && /^l-\d+$/.test(item)) return Number(item.slice(2)) >= 1 && Number(item.slice(2)) <= 30 ? true : undefined
  if (inDay && /^\d+w$/.test(item)) return numberOf(item.slice(0, -1), field) !== undefined
  if (inWeekday && item === 'l') return undefined
  if (inWeekday && /^\w+#\d+$/.test(item)) {
    const [day = '', nth] = item.split('#')
    return numberOf(day, field) !== undefined && Number(nth) >= 1 && Number(nth) <= 5
  }
  if (inWeekday && /^(\d+|[a-z]{3})l$/.test(item)) return numberOf(item.slice(0, -1), field) !== undefined
  return 'plain'
}

function numberOf(text: string, field: Field): number | undefined {
  const named = NAMES[field.name]?.indexOf(text) ?? -1
  if (named >= field.minimum && text !== '') return named
  if (!/^[0-9]+$/.test(text)) return undefined
  const value = Number(text)
  return value >= field.minimum && value <= field.maximum ? value : undefined
}

function accepts(text: string): boolean {
  try {
    cron(text, { timezone: 'UTC' })
    return true
  } catch (error) {
    if (!(error instanceof CronwrightError)) throw error
    if (error.code === 'TRIGGER_NEVER_FIRES') return true
    expect(error.code).toBe('INVALID_TRIGGER')
    return false
  }
}

const number = fc.integer({ min: 0, max: 62 }).map(String)
const piece = fc.oneof(
  { weight: 6, arbitrary: number },
  { weight: 8, arbitrary: fc.constantFrom('*', '-', ',', '/', '-', ',', '/') },
  { weight: 1, arbitrary: fc.constantFrom('?', 'L', 'W', 'l', '#', 'mon', 'SUN', 'jan', 'Dec', 'H', '+', '.', '~') },
)
const loose = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''))

/** Fields that are nearly right: small numbers in the shape of a range, a step or a list. */
function shaped(field: Field): fc.Arbitrary<string> {
  const value = fc.integer({ min: Math.max(0, field.minimum - 1), max: field.maximum + 1 }).map(String)
  return fc.oneof(
    fc.tuple(value, value).map((parts) => parts.join('-')),
    fc.tuple(value, value, value).map(([a, b, c]) => `${a}-${b}/${c}`),
    fc.tuple(fc.oneof(value, fc.constant('*')), value).map((parts) => parts.join('/')),
    fc.tuple(value, value, value).map((parts) => parts.join(',')),
    fc.tuple(value, fc.constantFrom('W', 'L', '#1', '#5', '#6')).map((parts) => parts.join('')),
    value.map((text) => `L-${text}`),
  )
}

describe.each(FIELDS)('the field $name', (field) => {
  it('accepts what the grammar allows and nothing else', TIMEOUT, () => {
    fc.assert(
      fc.property(fc.oneof(loose, shaped(field)), (value) => {
        const verdict = verdictOf(value, field)
        fc.pre(verdict !== undefined)
        const text = field.template.replace('_', () => value)
        expect(`${text}: ${accepts(text)}`).toBe(`${text}: ${verdict}`)
      }),
      { numRuns: 1_500 },
    )
  })

  it('fires as the oracle reads it', TIMEOUT, () => {
    fc.assert(
      fc.property(fc.oneof(loose, shaped(field)), (value) => {
        fc.pre(verdictOf(value, field) === true)
        const text = field.template.replace('_', () => value)
        fc.pre(accepts(text))
        const expected = expectedNext(readCrontab(text), 'UTC', AFTER, 12 * 366)
        let actual = Number.NaN
        try {
          actual = cron(text, { timezone: 'UTC' }).nextAt(AFTER)
        } catch (error) {
          if (error instanceof CronwrightError && error.code === 'TRIGGER_NEVER_FIRES' && expected === undefined) return
          throw error
        }
        expect(new Date(actual)).toEqual(new Date(expected ?? Number.NaN))
      }),
      { numRuns: 300, maxSkipsPerRun: 1_000 },
    )
  })
})

describe('any text', () => {
  it('is accepted or refused with an error of ours, quickly', TIMEOUT, () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 40 }),
          fc.array(loose, { minLength: 1, maxLength: 8 }).map((f) => f.join(' ')),
        ),
        (text) => {
          const started = performance.now()
          accepts(text)
          expect(performance.now() - started).toBeLessThan(200)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
