/** Triggers of elapsed time: a fixed grid `startDate + k * every`, indifferent to time zones and clock changes. */

import { type Duration, MAX_DURATION_MS, MILLISECONDS } from '../core/duration.ts'
import { TriggerError } from '../errors.ts'
import type { IntervalGrid } from './interval-grid.ts'
import type { IntervalJSON } from './json.ts'
import {
  type IntervalOptions,
  recordOf,
  resolveOptions,
  settingsJSON,
  type TriggerSettings,
  triggerDuration,
  WINDOW_OPTIONS,
  withSettings,
} from './options.ts'
import { type BindContext, NONE, type Trigger } from './trigger.ts'
import { WindowedTrigger } from './windowed-trigger.ts'

/** Parts of an interval, added up. Fractions are fine while the sum is a whole number of milliseconds. */
export interface IntervalSpec {
  readonly weeks?: number | undefined
  readonly days?: number | undefined
  readonly hours?: number | undefined
  readonly minutes?: number | undefined
  readonly seconds?: number | undefined
  readonly milliseconds?: number | undefined
}

const UNIT_MS: Readonly<Record<string, number>> = {
  weeks: MILLISECONDS.w,
  days: MILLISECONDS.d,
  hours: MILLISECONDS.h,
  minutes: MILLISECONDS.m,
  seconds: MILLISECONDS.s,
  milliseconds: MILLISECONDS.ms,
}

/**
 * A trigger that fires every so much elapsed time. `startDate` itself is the first fire time; without it the first
 * fire is one interval after the job is added.
 *
 * @throws TriggerError (`INVALID_TRIGGER`)
 * @example interval({ minutes: 5 })
 * @example interval('1h30m', { startDate: '2026-01-01T00:00:00Z', jitter: '30s' })
 */
export function interval(every: IntervalSpec | Duration, options?: IntervalOptions): IntervalTrigger {
  const everyMs = typeof every === 'object' ? sumOf(every) : intervalMs(every, 'interval')
  return new IntervalTrigger(everyMs, resolveOptions(options, WINDOW_OPTIONS))
}

/** See {@link interval}. */
export class IntervalTrigger extends WindowedTrigger {
  readonly type = 'interval'
  /** Milliseconds between fires. */
  readonly everyMs: number
  readonly floating: boolean

  constructor(everyMs: number, settings: TriggerSettings) {
    super(settings)
    this.everyMs = everyMs
    this.floating = settings.startMs === undefined
  }

  /** Its fire times, jitter aside; those of the Unix epoch's grid while floating. */
  get grid(): IntervalGrid {
    return { start: this.settings.startMs ?? 0, every: this.everyMs, end: this.settings.upperMs }
  }

  protected gridNext(afterMs: number): number {
    const start = this.settings.startMs ?? 0
    return start + (Math.floor((afterMs - start) / this.everyMs) + 1) * this.everyMs
  }

  protected override gridLatest(afterMs: number, untilMs: number): number {
    const start = this.settings.startMs ?? 0
    const latest = start + Math.floor((untilMs - start) / this.everyMs) * this.everyMs
    return latest > afterMs ? latest : NONE
  }

  protected override gridCount(afterMs: number, untilMs: number, limit: number): number {
    const start = this.settings.startMs ?? 0
    const count = Math.floor((untilMs - start) / this.everyMs) - Math.floor((afterMs - start) / this.everyMs)
    return Math.max(0, Math.min(count, limit))
  }

  anchoredAt(anchorMs: number): IntervalTrigger {
    if (!this.floating) return this
    return new IntervalTrigger(this.everyMs, withSettings(this.settings, { startMs: anchorMs + this.everyMs }))
  }

  bind(context: BindContext): IntervalTrigger {
    const settings = this.seeded(context)
    const seeded = settings === this.settings ? this : new IntervalTrigger(this.everyMs, settings)
    return seeded.anchoredAt(context.anchorMs)
  }

  override onEpochGrid(): Trigger {
    return this.floating ? new IntervalTrigger(this.everyMs, withSettings(this.settings, { startMs: 0 })) : this
  }

  toBody(): IntervalJSON {
    return { type: 'interval', every: this.everyMs, ...settingsJSON(this.settings) }
  }

  toString(): string {
    const start = this.settings.startMs
    return `every ${durationText(this.everyMs)}${start === undefined ? '' : ` from ${new Date(start).toISOString()}`}`
  }
}

function sumOf(parts: unknown): number {
  const record = recordOf(parts, 'interval', Object.keys(UNIT_MS))
  let total = 0
  for (const [name, value] of Object.entries(record)) {
    if (value === undefined) continue
    if (typeof value !== 'number' || !(value >= 0)) throw new TriggerError(name, value, 'must be a number >= 0')
    total += value * (UNIT_MS[name] ?? 0)
  }
  return intervalMs(total, 'interval')
}

/**
 * A duration that is a whole number of milliseconds.
 *
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function intervalMs(every: unknown, field: string): number {
  if (typeof every !== 'number') return triggerDuration(every, field, 1)
  const whole = Math.round(every)
  // 0.07 s is 70.00000000000001 ms in binary, and meant as 70
  if (!(Math.abs(every - whole) <= 1e-6 && whole >= 1 && whole <= MAX_DURATION_MS)) {
    throw new TriggerError(field, every, `must add up to a whole number of ms, from 1 to ${MAX_DURATION_MS}`)
  }
  return whole
}

function durationText(ms: number): string {
  let rest = ms
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / MILLISECONDS[unit])
    rest -= count * MILLISECONDS[unit]
    if (count > 0) text += `${count}${unit}`
  }
  return text
}
