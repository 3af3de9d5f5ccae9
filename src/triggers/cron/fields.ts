/** APScheduler's fields, `{ month: 'jan-mar', day: '3rd fri', hour: 9 }`, to the parts of a schedule; all are ANDed. */

import { TriggerError } from '../../errors.ts'
import { CRON_FIELDS, type CronFields } from '../json.ts'
import { recordOf } from '../options.ts'
import type { WallSchedule } from '../wall-clock.ts'
import { isFixedHour, neverFires, plainField, yearField } from './crontab.ts'
import { type DayRules, dayRules, joinRules } from './day-rules.ts'
import {
  DAY_OF_MONTH,
  DAY_OF_WEEK,
  HOUR,
  itemRange,
  itemValues,
  MINUTE,
  MONTH_OF_YEAR,
  rangeValues,
  SECOND,
} from './item.ts'
import { CronSchedule, type DayField } from './schedule.ts'
import { EMPTY, setOf, union, type ValueSet } from './value-set.ts'

type FieldName = (typeof CRON_FIELDS)[number]

/** What a field is when a coarser one is given and it is not: its minimum, except for week and day of week. */
const MINIMUM: Readonly<Record<FieldName, string>> = {
  year: '*',
  month: '1',
  day: '1',
  week: '*',
  dayOfWeek: '*',
  hour: '0',
  minute: '0',
  second: '0',
}

const MAX_LENGTH = 1_024

/**
 * The given fields in their fixed order, checked for names and kinds only.
 *
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function normalizeFields(value: unknown): CronFields {
  const record = recordOf(value, 'fields', CRON_FIELDS)
  const given: Partial<Record<FieldName, number | string>> = {}
  for (const name of CRON_FIELDS) {
    const content = record[name]
    if (content === undefined) continue
    const short = typeof content === 'string' && content.length <= MAX_LENGTH
    if (!(short || Number.isInteger(content))) {
      throw new TriggerError(name, content, `must be a whole number or text of at most ${MAX_LENGTH} characters`)
    }
    given[name] = typeof content === 'string' ? content : Number(content)
  }
  if (Object.keys(given).length === 0) {
    throw new TriggerError('fields', value, `must give at least one of ${CRON_FIELDS.join(', ')}`)
  }
  return given
}

/**
 * The schedule that normalised fields describe.
 *
 * @throws TriggerError (`INVALID_TRIGGER`, or `TRIGGER_NEVER_FIRES` when no date matches)
 */
export function parseFields(fields: CronFields): WallSchedule {
  const finest = CRON_FIELDS.findLastIndex((name) => fields[name] !== undefined)
  const textOf = (name: FieldName): string => {
    const value = fields[name]
    if (value === undefined) return CRON_FIELDS.indexOf(name) < finest ? '*' : MINIMUM[name]
    return String(value)
      .toLowerCase()
      .replace(/ *, */g, ',')
      .replace(/^ +| +$/g, '')
  }
  const week = textOf('week')
  const year = textOf('year')
  const schedule = new CronSchedule({
    seconds: plainField(SECOND, textOf('second')),
    minutes: plainField(MINUTE, textOf('minute')),
    hours: plainField(HOUR, textOf('hour')),
    days: daysOf(textOf('day')),
    months: plainField(MONTH_OF_YEAR, textOf('month')),
    weekdays: { values: plainField(DAY_OF_WEEK, textOf('dayOfWeek')), rules: null },
    eitherDay: false,
    weeks: week === '*' ? null : weeksOf(week),
    years: year === '*' ? null : yearField(year),
    fixedTime: isFixedHour(textOf('hour')),
  })
  if (!schedule.matchesAnyDay()) throw neverFires('fields', fields)
  return schedule
}

function weeksOf(text: string): ValueSet {
  return text.split(',').reduce((all, item) => union(all, setOf(rangeValues(itemRange(item, 1, 53, 'week')))), EMPTY)
}

const ORDINALS: readonly string[] = ['1st', '2nd', '3rd', '4th', '5th']
const WEEKDAY_RULE = /^(1st|2nd|3rd|4th|5th|last) +([a-z]{3})$/

function daysOf(text: string): DayField {
  let values = EMPTY
  let rules: DayRules | null = null
  for (const item of text.split(',')) {
    const rule = dayRule(item)
    rules = joinRules(rules, rule)
    if (rule === null) values = union(values, itemValues(DAY_OF_MONTH, item, 'day'))
  }
  return { values, rules }
}

/** `last`, `3rd fri`, `last sun`; null for a plain item. */
function dayRule(item: string): DayRules | null {
  if (item === 'last') return dayRules({ beforeLast: 1 })
  const match = WEEKDAY_RULE.exec(item)
  if (match?.[2] === undefined) return null
  const weekday = itemValues(DAY_OF_WEEK, match[2], 'day').low
  if (match[1] === 'last') return dayRules({ lastWeekday: weekday })
  return dayRules({ nth: ORDINALS.map((ordinal) => (ordinal === match[1] ? weekday : 0)) })
}
