/**
 * Crontab text to the parts of a schedule: 5 fields, 6 with leading seconds, 7 with a trailing year as well, or a
 * macro. Strict: what is not described here is refused with the field's name.
 */

import { TriggerError } from '../../errors.ts'
import type { WallSchedule } from '../wall-clock.ts'
import { type DayRules, dayRules, joinRules } from './day-rules.ts'
import {
  DAY_OF_MONTH,
  DAY_OF_WEEK,
  HOUR,
  itemRange,
  itemValues,
  MINUTE,
  MONTH_OF_YEAR,
  type ParserField,
  SECOND,
} from './item.ts'
import { CronSchedule, type DayField, NO_SCHEDULE } from './schedule.ts'
import { EMPTY, type NumberRange, union, type ValueSet } from './value-set.ts'

const FIRST_YEAR = 1970
const LAST_YEAR = 9999

const MAX_LENGTH = 1_024

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
  '@minutely': '* * * * *',
}

const FIELD_COUNT_RULE =
  'must have 5 fields (minute hour day-of-month month day-of-week), 6 with seconds first, or 7 with a year last'

/**
 * Text with single spaces between its fields: the form that is kept in JSON.
 *
 * @throws TriggerError (`INVALID_TRIGGER`) when it is too long to be meant
 */
export function normalizeCrontab(text: string): string {
  if (text.length > MAX_LENGTH) throw new TriggerError('expression', text, `must have at most ${MAX_LENGTH} characters`)
  return text.replace(/^[ \t]+|[ \t]+$/g, '').replace(/[ \t]+/g, ' ')
}

/**
 * The schedule that a normalised text describes.
 *
 * @throws TriggerError (`INVALID_TRIGGER`, or `TRIGGER_NEVER_FIRES` when no date matches)
 */
export function parseCrontab(text: string): WallSchedule {
  const lower = text.toLowerCase()
  if (lower === '@never') return NO_SCHEDULE
  const fields = (lower.startsWith('@') ? expandMacro(lower) : lower).split(' ')
  if (fields.length < 5 || fields.length > 7 || lower === '') {
    throw new TriggerError('expression', text, `${FIELD_COUNT_RULE}; it has ${lower === '' ? 0 : fields.length}`)
  }
  if (fields.length === 5) fields.unshift('0')
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year] = fields
  const schedule = new CronSchedule({
    seconds: plainField(SECOND, second),
    minutes: plainField(MINUTE, minute),
    hours: plainField(HOUR, hour),
    days: dayField(DAY_OF_MONTH, dayOfMonth, dayOfMonthRule),
    months: plainField(MONTH_OF_YEAR, month),
    weekdays: dayField(DAY_OF_WEEK, dayOfWeek, dayOfWeekRule),
    eitherDay: restricts(dayOfMonth) && restricts(dayOfWeek),
    weeks: null,
    years: year === undefined || year === '*' ? null : yearField(year),
    fixedTime: isFixedHour(hour),
  })
  if (!schedule.matchesAnyDay()) throw neverFires('expression', text)
  return schedule
}

/** True when an hour field has neither wildcard nor step: Vixie's fixed-time job. */
export function isFixedHour(hour: string): boolean {
  return !/[*?/]/.test(hour)
}

/** The error of a schedule without a date. */
export function neverFires(field: string, value: unknown): TriggerError {
  return new TriggerError(
    field,
    value,
    `must match a date up to the year ${LAST_YEAR}, or it never fires`,
    'TRIGGER_NEVER_FIRES',
  )
}

/** The ranges of a year field. */
export function yearField(text: string): NumberRange[] {
  return text.split(',').map((item) => itemRange(item, FIRST_YEAR, LAST_YEAR, 'year'))
}

/** The values of a field that holds nothing but plain items. */
export function plainField(kind: ParserField, text: string, label: string = kind.name): ValueSet {
  if (!text.includes(',')) return itemValues(kind, text, label)
  return text.split(',').reduce((all, item) => union(all, itemValues(kind, item, label)), EMPTY)
}

function expandMacro(text: string): string {
  const expanded = Object.hasOwn(MACROS, text) ? MACROS[text] : undefined
  if (expanded !== undefined) return expanded
  const known = [...Object.keys(MACROS), '@never'].join(', ')
  const rule =
    text === '@reboot' ? 'has no fire time; add a job without a trigger to run it at once' : `must be ${known}`
  throw new TriggerError('expression', text, rule)
}

/** Vixie's rule: a field that begins with `*` does not restrict, so `*` + `/2` is ANDed with the other field. */
function restricts(field: string): boolean {
  return !field.startsWith('*') && field !== '?'
}

/** A field of plain items and rules. */
function dayField(kind: ParserField, text: string, ruleOf: (item: string) => DayRules | null): DayField {
  if (text === '?') return { values: itemValues(kind, '*', kind.name), rules: null }
  let values = EMPTY
  let rules: DayRules | null = null
  for (const item of text.split(',')) {
    const rule = ruleOf(item)
    rules = joinRules(rules, rule)
    if (rule === null) values = union(values, itemValues(kind, item, kind.name))
  }
  return { values, rules }
}

const DAY_OF_MONTH_RULE = /^(?:l(?:-(\d{1,2}))?|(\d{1,2})w|(lw))$/

/** `L`, `L-3`, `15W`, `LW`; null for a plain item. */
function dayOfMonthRule(item: string): DayRules | null {
  const match = DAY_OF_MONTH_RULE.exec(item)
  if (match === null) return null
  if (match[3] !== undefined) return dayRules({ lastWorkday: true })
  if (match[2] !== undefined) return dayRules({ nearest: itemValues(DAY_OF_MONTH, match[2], 'dayOfMonth').low })
  const before = match[1] === undefined ? 0 : Number(match[1])
  const valid = match[1] === undefined || (before >= 1 && before <= 30)
  if (!valid) throw new TriggerError('dayOfMonth', item, 'must go back 1-30 days from the last: L-1 to L-30')
  return dayRules({ beforeLast: 1 << before })
}

const DAY_OF_WEEK_RULE = /^(\d|[a-z]{3})(?:l|#(\d+))$/

/** `5L`, `friL`, `5#3`, `fri#3`; null for a plain item. */
function dayOfWeekRule(item: string): DayRules | null {
  const match = DAY_OF_WEEK_RULE.exec(item)
  if (match?.[1] === undefined) return null
  const weekday = itemValues(DAY_OF_WEEK, match[1], 'dayOfWeek').low
  if (match[2] === undefined) return dayRules({ lastWeekday: weekday })
  const nth = Number(match[2])
  if (nth < 1 || nth > 5) throw new TriggerError('dayOfWeek', item, 'must name the 1st to the 5th: #1 to #5')
  return dayRules({ nth: [1, 2, 3, 4, 5].map((n) => (n === nth ? weekday : 0)) })
}
