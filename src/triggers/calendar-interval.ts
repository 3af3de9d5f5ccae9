/** Triggers that step through the calendar: every so many years, months, weeks and days, at a time of the wall clock. */

import { TriggerError } from '../errors.ts'
import { CalendarSchedule, type CalendarStep } from './calendar-schedule.ts'
import { SECONDS_PER_DAY } from './civil.ts'
import type { CalendarIntervalJSON, CalendarIntervalSpec } from './json.ts'
import {
  recordOf,
  resolveOptions,
  settingsJSON,
  type TriggerOptions,
  type TriggerSettings,
  WALL_CLOCK_OPTIONS,
  withSettings,
} from './options.ts'
import { type BindContext, FIRST_INSTANT } from './trigger.ts'
import type { WallSchedule } from './wall-clock.ts'
import { WallClockTrigger } from './wall-clock-trigger.ts'
import type { Zone } from './zone.ts'

/** The parts of a calendar interval, checked; what was left out is 0. */
export type CalendarParts = { readonly [name in keyof CalendarIntervalSpec]-?: number }

const STEPS = ['years', 'months', 'weeks', 'days'] as const
const TIMES = ['hour', 'minute', 'second'] as const

/** Names of the parts. */
export const CALENDAR_PARTS = [...STEPS, ...TIMES] as const

/** Longest step: the calendar of a trigger ends with the year 9999. */
const MAX_STEP = 100_000

/**
 * A trigger that fires on a date and then every so many years, months, weeks and days, at `hour:minute:second` of
 * the wall clock. Years and months keep the day of the month; dates that do not exist, such as 30 February, are
 * left out. Weeks and days are added after that. The first date is that of `startDate`, else of the day on which the
 * job is added; the time of day of `startDate` is only a lower bound.
 *
 * @throws TriggerError (`INVALID_TRIGGER`)
 * @example calendarInterval({ months: 1, hour: 9 }, { timezone: 'Europe/Athens', startDate: '2026-01-31T00:00:00Z' })
 */
export function calendarInterval(step: CalendarIntervalSpec, options?: TriggerOptions): CalendarIntervalTrigger {
  const parts = calendarParts(recordOf(step, 'calendarInterval', CALENDAR_PARTS))
  return new CalendarIntervalTrigger(parts, resolveOptions(options, WALL_CLOCK_OPTIONS))
}

/**
 * The checked parts among the values of an object.
 *
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function calendarParts(values: Readonly<Record<string, unknown>>): CalendarParts {
  const number = (name: string, maximum: number): number => {
    const value = values[name] ?? 0
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maximum) {
      throw new TriggerError(name, value, `must be a whole number from 0 to ${maximum}`)
    }
    return value
  }
  const parts = {
    years: number('years', MAX_STEP),
    months: number('months', MAX_STEP),
    weeks: number('weeks', MAX_STEP),
    days: number('days', MAX_STEP),
    hour: number('hour', 23),
    minute: number('minute', 59),
    second: number('second', 59),
  }
  if (STEPS.every((name) => parts[name] === 0)) {
    throw new TriggerError('calendarInterval', values, `must have at least one of ${STEPS.join(', ')} above 0`)
  }
  return parts
}

/** See {@link calendarInterval}. */
export class CalendarIntervalTrigger extends WallClockTrigger {
  readonly type = 'calendarInterval'
  readonly floating: boolean
  readonly #parts: CalendarParts

  constructor(parts: CalendarParts, settings: TriggerSettings) {
    super(settings)
    this.#parts = parts
    this.floating = settings.startMs === undefined
  }

  protected scheduleIn(zone: Zone): WallSchedule {
    const { years, months, weeks, days, hour, minute, second } = this.#parts
    const start = Math.floor((this.settings.startMs ?? 0) / 1000)
    const startDay = Math.floor((start + zone.segmentAt(start).offset) / SECONDS_PER_DAY)
    const step: CalendarStep = { months: years * 12 + months, days: weeks * 7 + days }
    return new CalendarSchedule(step, startDay, hour * 3600 + minute * 60 + second)
  }

  anchoredAt(anchorMs: number): CalendarIntervalTrigger {
    if (!this.floating) return this
    const startMs = Math.max(anchorMs, FIRST_INSTANT)
    return new CalendarIntervalTrigger(this.#parts, withSettings(this.settings, { startMs }))
  }

  bind(context: BindContext): CalendarIntervalTrigger {
    const anchored = this.anchoredAt(context.anchorMs)
    const settings = anchored.completed(context)
    return settings === anchored.settings ? anchored : new CalendarIntervalTrigger(this.#parts, settings)
  }

  toBody(): CalendarIntervalJSON {
    const given = Object.entries(this.#parts).filter(([, value]) => value !== 0)
    return { type: 'calendarInterval', ...Object.fromEntries(given), ...settingsJSON(this.settings) }
  }

  toString(): string {
    const steps = STEPS.flatMap((name) => stepText(this.#parts[name], name))
    const time = TIMES.map((name) => String(this.#parts[name]).padStart(2, '0')).join(':')
    const { timezone } = this.settings
    return `every ${steps.join(' and ')} at ${time}${timezone === undefined ? '' : ` in ${timezone}`}`
  }
}

function stepText(count: number, unit: string): string[] {
  if (count === 0) return []
  return [count === 1 ? unit.slice(0, -1) : `${count} ${unit}`]
}
