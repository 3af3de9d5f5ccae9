/** The options that triggers share, resolved and validated: `timezone`, `startDate`, `endDate`, `jitter`, `dst`. */

import { type Duration, parseDuration } from '../core/duration.ts'
import { checkPlainObject, readable } from '../core/validate.ts'
import { InvalidArgumentError, TriggerError } from '../errors.ts'
import { parseInstant } from './instant.ts'
import type { WallClockJSON } from './json.ts'
import { FIRST_INSTANT, LAST_INSTANT } from './trigger.ts'
import { findZone } from './zone.ts'

/** An instant: a `Date`, ISO text with `Z` or an offset, or epoch milliseconds. */
export type DateInput = Date | string | number

/**
 * What a fixed-time trigger does with wall times that a clock change skips: one fire right `after` the gap, each
 * `shift`ed by the gap's length, or `skip`ped.
 */
export type GapPolicy = 'after' | 'shift' | 'skip'

/**
 * What a trigger does with wall times that a clock change repeats: fire the `first` time, the `last`, `both`, or
 * `auto`: the first when its hours are fixed, both when they are not.
 */
export type OverlapPolicy = 'auto' | 'first' | 'last' | 'both'

/** What happens around clock changes. */
export interface DstPolicy {
  /** @default 'after' */
  readonly gap?: GapPolicy | undefined
  /** @default 'auto' */
  readonly overlap?: OverlapPolicy | undefined
}

/** Options of `interval`. */
export interface IntervalOptions {
  /** First fire, and the origin of the grid. @default one interval after the job is added */
  readonly startDate?: DateInput | undefined
  /** Last instant at which a fire is allowed. @default none */
  readonly endDate?: DateInput | undefined
  /** Longest delay added to a fire time; the same for the same time and job, never past the next. @default 0 */
  readonly jitter?: Duration | undefined
}

/** Options of `cron` and `calendarInterval`. */
export interface TriggerOptions extends IntervalOptions {
  /** No fire before this instant; for `calendarInterval` also its first date. @default none */
  readonly startDate?: DateInput | undefined
  /** IANA name. @default the scheduler's time zone, else the system's */
  readonly timezone?: string | undefined
  /** @default { gap: 'after', overlap: 'auto' } */
  readonly dst?: DstPolicy | undefined
}

/** {@link TriggerOptions}, resolved. Triggers without options share one object. */
export interface TriggerSettings {
  readonly timezone: string | undefined
  readonly startMs: number | undefined
  readonly endMs: number | undefined
  /** Fires lie strictly after this... */
  readonly lowerMs: number
  /** ...and up to this. */
  readonly upperMs: number
  readonly jitterMs: number
  readonly seed: string | undefined
  readonly gap: GapPolicy
  readonly overlap: OverlapPolicy
}

/** A set of option names that a kind of trigger takes. */
export type OptionNames = readonly (keyof WallClockJSON)[]

export const WINDOW_OPTIONS: OptionNames = ['startDate', 'endDate', 'jitter']
export const WALL_CLOCK_OPTIONS: OptionNames = [...WINDOW_OPTIONS, 'timezone', 'dst']

const GAPS: readonly GapPolicy[] = ['after', 'shift', 'skip']
const OVERLAPS: readonly OverlapPolicy[] = ['auto', 'first', 'last', 'both']

export const DEFAULT_SETTINGS: TriggerSettings = Object.freeze({
  timezone: undefined,
  startMs: undefined,
  endMs: undefined,
  lowerMs: FIRST_INSTANT - 1,
  upperMs: LAST_INSTANT,
  jitterMs: 0,
  seed: undefined,
  gap: 'after',
  overlap: 'auto',
})

/** Settings that have nothing but a time zone, which most triggers share. */
const zoneSettings = new Map<string, TriggerSettings>()

/** `settings` with some values replaced. */
export function withSettings(settings: TriggerSettings, changes: Partial<TriggerSettings>): TriggerSettings {
  const { timezone, startMs, endMs, jitterMs, seed, gap, overlap } = { ...settings, ...changes }
  const lowerMs = startMs === undefined ? DEFAULT_SETTINGS.lowerMs : startMs - 1
  const upperMs = endMs ?? DEFAULT_SETTINGS.upperMs
  return Object.freeze({ timezone, startMs, endMs, lowerMs, upperMs, jitterMs, seed, gap, overlap })
}

/** The default settings in a time zone. */
export function settingsInZone(timezone: string): TriggerSettings {
  const known = zoneSettings.get(timezone)
  if (known !== undefined) return known
  const settings = withSettings(DEFAULT_SETTINGS, { timezone })
  zoneSettings.set(timezone, settings)
  return settings
}

/** True for settings with a time zone and nothing else but `dst`. */
export function isZoneOnly({ timezone, startMs, endMs, jitterMs, seed }: TriggerSettings): boolean {
  const isWindowed = startMs !== undefined || endMs !== undefined
  return timezone !== undefined && !isWindowed && jitterMs === 0 && seed === undefined
}

/**
 * The options that a user passed.
 *
 * @throws TriggerError (`INVALID_TRIGGER`) that names the option
 */
export function resolveOptions(options: unknown, names: OptionNames): TriggerSettings {
  if (options === undefined) return DEFAULT_SETTINGS
  const settings = readSettings(recordOf(options, 'options', names), names)
  const { startMs, endMs } = settings
  if (startMs !== undefined && endMs !== undefined && endMs < startMs) {
    throw new TriggerError('endDate', new Date(endMs), 'must not be before startDate')
  }
  return settings
}

/** The settings among the values of an object whose keys are known to be right. */
export function readSettings(values: Readonly<Record<string, unknown>>, names: OptionNames): TriggerSettings {
  const { timezone, startDate, endDate, jitter, seed } = values
  if (names.every((name) => name === 'timezone' || values[name] === undefined)) {
    return timezone === undefined ? DEFAULT_SETTINGS : settingsInZone(checkTimezone(timezone))
  }
  const dst = values['dst'] === undefined ? {} : recordOf(values['dst'], 'dst', ['gap', 'overlap'])
  if (seed !== undefined && typeof seed !== 'string') throw new TriggerError('seed', seed, 'must be text')
  return withSettings(DEFAULT_SETTINGS, {
    timezone: timezone === undefined ? undefined : checkTimezone(timezone),
    startMs: startDate === undefined ? undefined : parseInstant(startDate, 'startDate'),
    endMs: endDate === undefined ? undefined : parseInstant(endDate, 'endDate'),
    jitterMs: jitter === undefined ? 0 : triggerDuration(jitter, 'jitter', 0),
    seed,
    gap: oneOf(GAPS, dst['gap'], 'dst.gap'),
    overlap: oneOf(OVERLAPS, dst['overlap'], 'dst.overlap'),
  })
}

/** The JSON of settings: only what differs from the defaults. */
export function settingsJSON(settings: TriggerSettings): WallClockJSON {
  const { timezone, startMs, endMs, jitterMs, seed, gap, overlap } = settings
  const plainDst = gap === DEFAULT_SETTINGS.gap && overlap === DEFAULT_SETTINGS.overlap
  return {
    ...(timezone === undefined ? {} : { timezone }),
    ...(startMs === undefined ? {} : { startDate: new Date(startMs).toISOString() }),
    ...(endMs === undefined ? {} : { endDate: new Date(endMs).toISOString() }),
    ...(jitterMs === 0 ? {} : { jitter: jitterMs }),
    ...(seed === undefined ? {} : { seed }),
    ...(plainDst ? {} : { dst: { gap, overlap } }),
  }
}

/** A plain object that has no other keys than `names`; `field` is its name in errors. */
export function recordOf(value: unknown, field: string, names: readonly string[]): Readonly<Record<string, unknown>> {
  return asTriggerError(() => {
    const fields = checkPlainObject(value, field)
    for (const key of readable(field, value, () => Object.keys(fields))) {
      const content = readable(key, value, () => fields[key])
      if (!names.includes(key)) throw new TriggerError(key, content, `is not known here; known: ${names.join(', ')}`)
    }
    return fields
  })
}

/** A duration whose error is a `TriggerError`. */
export function triggerDuration(value: unknown, field: string, minimum: number): number {
  return asTriggerError(() => parseDuration(value, field, minimum))
}

function asTriggerError<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof InvalidArgumentError) || error instanceof TriggerError) throw error
    const { field, value, rule } = error.details
    throw new TriggerError(String(field), value, String(rule))
  }
}

/**
 * The name of a known time zone.
 *
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function checkTimezone(value: unknown): string {
  if (typeof value === 'string' && findZone(value) !== undefined) return value
  throw new TriggerError('timezone', value, 'must be an IANA time zone name such as Europe/Athens')
}

function oneOf<T extends string>(known: readonly T[], value: unknown, field: string): T {
  const found = value === undefined ? known[0] : known.find((name) => name === value)
  if (found === undefined) throw new TriggerError(field, value, `must be one of ${known.join(', ')}`)
  return found
}
