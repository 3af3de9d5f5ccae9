/**
 * One item of a cron field: `*`, `a`, `a-b`, `a/n`, `a-b/n`, with numbers or names. Its shape is checked here and
 * its values are expanded by cron-parser, which never sees anything it would read leniently (`H`, `L`, no field at
 * all) and never computes a time. What cron-parser has no field for, weeks and years, is expanded here.
 */

import { CronExpressionParser } from 'cron-parser'
import { TriggerError } from '../../errors.ts'
import { type NumberRange, setOf, type ValueSet } from './value-set.ts'

/** A field that cron-parser knows. */
export interface ParserField {
  readonly name: 'second' | 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek'
  /** An expression with the item in its place and a single cheap value elsewhere. */
  readonly expressionWith: (item: string) => string
  readonly shape: RegExp
  readonly rule: string
}

const MONTH = '(?:\\d{1,2}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)'
const WEEKDAY = '(?:\\d{1,2}|sun|mon|tue|wed|thu|fri|sat)'

function field(
  name: ParserField['name'],
  range: string,
  expressionWith: ParserField['expressionWith'],
  value = '\\d{1,2}',
): ParserField {
  const shape = new RegExp(`^(?:\\*|${value}(?:-${value})?)(/\\d{1,2})?$`)
  return { name, expressionWith, shape, rule: itemRule(range) }
}

/** What every item must be, in words. */
export function itemRule(range: string): string {
  return `must be *, ${range}, a range a-b that runs upwards, or one of these with a step /n that fits into it`
}

export const SECOND = field('second', '0-59', (item) => `${item} 0 0 1 1 0`)
export const MINUTE = field('minute', '0-59', (item) => `0 ${item} 0 1 1 0`)
export const HOUR = field('hour', '0-23', (item) => `0 0 ${item} 1 1 0`)
export const DAY_OF_MONTH = field('dayOfMonth', '1-31', (item) => `0 0 0 ${item} 1 0`)
export const MONTH_OF_YEAR = field('month', '1-12 or jan-dec', (item) => `0 0 0 1 ${item} 0`, MONTH)
export const DAY_OF_WEEK = field('dayOfWeek', '0-7 or sun-sat', (item) => `0 0 0 1 1 ${item}`, WEEKDAY)

/** cron-parser makes a date of this, which nobody asks for; given, it does not read the clock. */
const SOME_DATE = new Date(0)

/** The one range whose step fits and still leaves a single value, because 0 and 7 are the same day. */
const SUNDAY_TO_SUNDAY = /^(?:00?|sun)-0?7\/0?7$/

const MAX_CACHED_ITEMS = 4_000
const cache = new Map<string, ValueSet>()

/**
 * The values of an item, lower case.
 *
 * @param label - the name of the field in errors
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function itemValues(kind: ParserField, item: string, label: string): ValueSet {
  const key = `${kind.name} ${item}`
  const cached = cache.get(key)
  if (cached !== undefined) return cached
  const shape = kind.shape.exec(item)
  const values = shape === null ? [] : expand(kind, item)
  // A step that does not fit into its range leaves the range's first value alone
  const isStepTooLong = shape?.[1] !== undefined && values.length === 1 && !SUNDAY_TO_SUNDAY.test(item)
  if (values.length === 0 || isStepTooLong) {
    throw new TriggerError(label, item, kind.rule)
  }
  const set = setOf(values)
  if (cache.size >= MAX_CACHED_ITEMS) cache.clear()
  cache.set(key, set)
  return set
}

function expand(kind: ParserField, item: string): readonly number[] {
  try {
    const { fields } = CronExpressionParser.parse(kind.expressionWith(item), { currentDate: SOME_DATE })
    const values = fields[kind.name].values.map(Number)
    return kind.name === 'dayOfWeek' ? [...new Set(values.map((value) => value % 7))] : values
  } catch {
    return []
  }
}

const RANGE = /^(?:\*|(\d{1,4})(?:-(\d{1,4}))?)(?:\/(\d{1,4}))?$/

/**
 * The range of an item of a field that cron-parser does not have.
 *
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function itemRange(item: string, minimum: number, maximum: number, label: string): NumberRange {
  const match = RANGE.exec(item)
  const first = match?.[1] === undefined ? minimum : Number(match[1])
  const open = match?.[1] === undefined || match[3] !== undefined
  const last = match?.[2] !== undefined ? Number(match[2]) : open ? maximum : first
  const step = match?.[3] === undefined ? 1 : Number(match[3])
  const stepFits = match?.[3] === undefined || (step >= 1 && step <= last - first)
  if (match === null || first < minimum || last > maximum || first > last || !stepFits) {
    throw new TriggerError(label, item, itemRule(`${minimum}-${maximum}`))
  }
  return { first, last, step }
}

/** The numbers of a range. */
export function rangeValues({ first, last, step }: NumberRange): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, n) => first + n * step)
}
