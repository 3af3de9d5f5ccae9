/** The JSON of triggers: plain objects told apart by `type`, with the version once, in the outermost. */

import type { DstPolicy } from './options.ts'

/** The parts that the JSON of windowed triggers shares. Instants are ISO text, durations milliseconds. */
export interface WindowJSON {
  readonly startDate?: string
  readonly endDate?: string
  readonly jitter?: number
  /** What the jitter is computed from beside the fire time; set when a job takes the trigger. */
  readonly seed?: string
}

/** The parts that the JSON of wall-clock triggers adds. */
export interface WallClockJSON extends WindowJSON {
  readonly timezone?: string
  readonly dst?: DstPolicy
}

/** Names of the fields of `cron({ ... })`, from the coarsest to the finest. */
export const CRON_FIELDS = ['year', 'month', 'day', 'week', 'dayOfWeek', 'hour', 'minute', 'second'] as const

/** The fields of `cron({ ... })`; see `cron`. */
export type CronFields = { readonly [name in (typeof CRON_FIELDS)[number]]?: number | string | undefined }

export interface CronJSON extends WallClockJSON {
  readonly type: 'cron'
  /** Crontab text; either this or `fields`. */
  readonly expression?: string
  readonly fields?: CronFields
}

export interface IntervalJSON extends WindowJSON {
  readonly type: 'interval'
  /** Milliseconds. */
  readonly every: number
}

/** Steps and time of day of `calendarInterval({ ... })`; see `calendarInterval`. */
export interface CalendarIntervalSpec {
  readonly years?: number | undefined
  readonly months?: number | undefined
  readonly weeks?: number | undefined
  readonly days?: number | undefined
  readonly hour?: number | undefined
  readonly minute?: number | undefined
  readonly second?: number | undefined
}

export interface CalendarIntervalJSON extends CalendarIntervalSpec, WallClockJSON {
  readonly type: 'calendarInterval'
}

export interface DateJSON {
  readonly type: 'date'
  readonly at: string
}

export interface CombinedJSON {
  readonly type: 'and' | 'or'
  readonly triggers: readonly TriggerBody[]
}

/** One trigger inside the JSON. */
export type TriggerBody = CronJSON | IntervalJSON | CalendarIntervalJSON | DateJSON | CombinedJSON

/** What `trigger.toJSON()` gives and `triggerFromJSON` takes. */
export type TriggerJSON = { readonly v: 1 } & TriggerBody
