/**
 * Instants and distances as text. The zone's rules come from `Intl`; nothing here reads a clock.
 */

import { MILLISECONDS } from '../core/duration.ts'

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Making a formatter costs far more than using it, and a crontab asks for one zone over and over. */
const formatters = new Map<string, Intl.DateTimeFormat>()

/** The wall clock of a zone at one instant. */
export interface LocalTime {
  /** `Sun` */
  readonly weekday: string
  /** `2026-11-22` */
  readonly date: string
  /** `07:05:00` */
  readonly time: string
  /** `+02:00`; with seconds where a zone had them, before 1973. */
  readonly offset: string
}

/** Whether the name is that of a time zone (`Europe/Athens`, `UTC`). */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name)
    return true
  } catch {
    return false
  }
}

/** The wall clock of `timezone` at `atMs`, which must be a year from 1 to 9999. */
export function localTime(atMs: number, timezone: string): LocalTime {
  const parts = new Map(
    formatterOf(timezone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const wall = new Date(0)
  wall.setUTCFullYear(part('year'), part('month') - 1, part('day'))
  wall.setUTCHours(part('hour'), part('minute'), part('second'))
  const [date = '', time = ''] = wall.toISOString().split('T')
  return {
    weekday: WEEKDAYS[wall.getUTCDay()] ?? '',
    date,
    time: time.slice(0, 8),
    offset: formatOffset(Math.round((wall.getTime() - atMs) / MILLISECONDS.s)),
  }
}

/** `2026-11-22T07:05:00+02:00` */
export function isoLocal(atMs: number, timezone: string): string {
  const { date, time, offset } = localTime(atMs, timezone)
  return `${date}T${time}${offset}`
}

/** `2026-11-22T05:05:00Z`; fire times are whole seconds, so fractions are not shown. */
export function isoUtc(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}

/** The two largest units of a time span, rounded up to a second: `48s`, `2m 48s`, `3h 5m`, `12d 3h`. */
export function formatDistance(distanceMs: number): string {
  const seconds = Math.ceil(distanceMs / MILLISECONDS.s)
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days}d ${hours}h`
  if (hours > 0) return `${hours}h ${minutes}m`
  if (minutes > 0) return `${minutes}m ${seconds % 60}s`
  return `${seconds}s`
}

function formatOffset(seconds: number): string {
  const size = Math.abs(seconds)
  const parts = [Math.floor(size / 3_600), Math.floor(size / 60) % 60, ...(size % 60 === 0 ? [] : [size % 60])]
  return (seconds < 0 ? '-' : '+') + parts.map((value) => String(value).padStart(2, '0')).join(':')
}

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone)
  if (known !== undefined) return known
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(timezone, formatter)
  return formatter
}
