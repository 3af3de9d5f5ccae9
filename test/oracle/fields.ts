/**
 * A slow and plain matcher of APScheduler's cron fields, only for values that are known to be valid. Shares no code
 * with `src`.
 */

import { numbered, valuesOf, type WallPattern, WEEKDAYS } from './crontab.ts'
import { DAY, SECOND } from './zone.ts'

/** The fields from coarse to fine, each with its first and last value. */
const RANGES = {
  year: [1970, 9999],
  month: [1, 12],
  day: [1, 31],
  week: [1, 53],
  dayOfWeek: [0, 7],
  hour: [0, 23],
  minute: [0, 59],
  second: [0, 59],
} as const

export type FieldTexts = { readonly [name in keyof typeof RANGES]?: string }

/** Reads valid cron fields: all ANDed, finer ones than the finest given at their minimum, coarser ones `*`. */
export function readFields(fields: FieldTexts): WallPattern {
  const names = Object.keys(RANGES) as (keyof typeof RANGES)[]
  const finest = names.findLastIndex((name) => fields[name] !== undefined)
  const textOf = (name: keyof typeof RANGES): string => {
    const open = names.indexOf(name) < finest || name === 'week' || name === 'dayOfWeek'
    return fields[name] ?? (open ? '*' : String(RANGES[name][0]))
  }
  const listOf = (name: keyof typeof RANGES): number[] =>
    valuesOf(numbered(textOf(name)), RANGES[name][0], RANGES[name][1])
  const times = listOf('hour').flatMap((hour) =>
    listOf('minute').flatMap((minute) =>
      listOf('second').map((second) => ((hour * 60 + minute) * 60 + second) * SECOND),
    ),
  )
  const [years, months, weeks, weekdays] = (['year', 'month', 'week', 'dayOfWeek'] as const).map(
    (name) => new Set(listOf(name)),
  )
  const dayItems = textOf('day').split(',')
  return {
    times,
    fixedTime: !/[*?/]/.test(textOf('hour')),
    matchesDay(wall) {
      const date = new Date(wall)
      const weekday = date.getUTCDay()
      return (
        years?.has(date.getUTCFullYear()) === true &&
        months?.has(date.getUTCMonth() + 1) === true &&
        weeks?.has(isoWeek(date)) === true &&
        (weekdays?.has(weekday) === true || (weekday === 0 && textOf('dayOfWeek').includes('7'))) &&
        dayItems.some((item) => matchesDayItem(item, date))
      )
    },
  }
}

function matchesDayItem(item: string, date: Date): boolean {
  const day = date.getUTCDate()
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  if (item === 'last') return day === last
  const [which = '', name] = item.split(' ')
  if (name === undefined) return valuesOf(item, 1, 31).includes(day)
  if (date.getUTCDay() !== WEEKDAYS.indexOf(name)) return false
  return which === 'last' ? day > last - 7 : Math.ceil(day / 7) === Number.parseInt(which, 10)
}

/** The ISO 8601 week: that of the Thursday of the same week, counted from the first Thursday of its year. */
function isoWeek(date: Date): number {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY)
  return Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * DAY)) + 1
}
