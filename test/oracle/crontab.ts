/**
 * A crontab matcher that is slow and plain: it turns each field into the list of its values and asks a wall time for
 * its fields. Only for texts that are known to be valid. Shares no code with `src`.
 */

import { DAY, SECOND } from './zone.ts'

/** A set of wall times: certain times of the day on certain days. */
export interface WallPattern {
  /** Times of the day in milliseconds since midnight on the wall, ascending. */
  readonly times: readonly number[]
  /** Whether the hour field has no `*`, `?` or `/`. */
  readonly fixedTime: boolean
  /** Whether the pattern has fires on the day of this wall time. */
  matchesDay(wall: number): boolean
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Whether the pattern has a fire at this wall time. */
export function matchesWall(pattern: WallPattern, wall: number): boolean {
  return pattern.times.includes(wall - midnight(wall)) && pattern.matchesDay(wall)
}

/** Midnight on the wall, of the day of a wall time. */
export function midnight(wall: number): number {
  return Math.floor(wall / DAY) * DAY
}

/** Reads a valid crontab text of 5, 6 (leading second) or 7 fields (trailing year). */
export function readCrontab(text: string): WallPattern {
  const parts = text.trim().toLowerCase().split(/\s+/)
  if (parts.length === 5) parts.unshift('0')
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '*'] = parts
  const times: number[] = []
  for (const h of valuesOf(hour, 0, 23)) {
    for (const m of valuesOf(minute, 0, 59)) {
      for (const s of valuesOf(second, 0, 59)) times.push(((h * 60 + m) * 60 + s) * SECOND)
    }
  }
  const months = new Set(valuesOf(numbered(month), 1, 12))
  const years = year === '*' ? undefined : new Set(valuesOf(year, 1970, 9999))
  const weekdays = numbered(dayOfWeek)
  const ored = !/^[*?]/.test(dayOfMonth) && !/^[*?]/.test(dayOfWeek)
  return {
    times,
    fixedTime: !/[*?/]/.test(hour),
    matchesDay(wall) {
      const date = new Date(wall)
      if (years !== undefined && !years.has(date.getUTCFullYear())) return false
      if (!months.has(date.getUTCMonth() + 1)) return false
      const byDay = dayOfMonth.split(',').some((item) => matchesDayOfMonth(item, date))
      const byWeekday = weekdays.split(',').some((item) => matchesDayOfWeek(item, date))
      return ored ? byDay || byWeekday : byDay && byWeekday
    },
  }
}

/** A field with its names of months and weekdays turned into numbers. */
export function numbered(field: string): string {
  return field.replace(/[a-z]{3}/g, (name) => {
    const month = MONTHS.indexOf(name)
    return String(month >= 0 ? month + 1 : WEEKDAYS.indexOf(name))
  })
}

/** The values of a field of plain items: `*`, `?`, `a`, `a-b`, each with an optional `/n`. */
export function valuesOf(field: string, minimum: number, maximum: number): number[] {
  const values = new Set<number>()
  for (const item of field.split(',')) {
    const [range = '', step] = item.split('/')
    const [from, to] = range === '*' || range === '?' ? [minimum, maximum] : range.split('-').map(Number)
    const last = to ?? (step === undefined ? from : maximum)
    for (let value = from ?? Number.NaN; value <= (last ?? Number.NaN); value += Number(step ?? 1)) values.add(value)
  }
  return [...values].sort((a, b) => a - b)
}

function lastDayOf(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
}

function matchesDayOfMonth(item: string, date: Date): boolean {
  const day = date.getUTCDate()
  const last = lastDayOf(date)
  if (item === 'lw') return day === nearestWeekday(date, last)
  if (item.startsWith('l')) return day === last - Number(item.slice(2) || '0')
  if (item.endsWith('w')) return day === nearestWeekday(date, Number(item.slice(0, -1)))
  return valuesOf(item, 1, 31).includes(day)
}

/** The weekday (Monday to Friday) nearest to a day, inside its month; `NaN` when the month lacks the day. */
function nearestWeekday(date: Date, day: number): number {
  const last = lastDayOf(date)
  if (day > last) return Number.NaN
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay()
  if (weekday === 6) return day === 1 ? 3 : day - 1
  if (weekday === 0) return day === last ? day - 2 : day + 1
  return day
}

function matchesDayOfWeek(item: string, date: Date): boolean {
  const weekday = date.getUTCDay()
  const day = date.getUTCDate()
  const [nth, last] = [/^(\d)#(\d)$/.exec(item), /^(\d)l$/.exec(item)]
  if (nth !== null) return weekday === Number(nth[1]) % 7 && Math.ceil(day / 7) === Number(nth[2])
  if (last !== null) return weekday === Number(last[1]) % 7 && day > lastDayOf(date) - 7
  const values = valuesOf(item, 0, item.startsWith('*') || /^\d\//.test(item) ? 6 : 7)
  return values.some((value) => value % 7 === weekday)
}
