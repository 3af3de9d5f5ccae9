/** The public `cron`: crontab text or APScheduler's fields, in a time zone. */

import { TriggerError } from '../../errors.ts'
import type { CronFields, CronJSON } from '../json.ts'
import {
  isZoneOnly,
  resolveOptions,
  settingsJSON,
  type TriggerOptions,
  type TriggerSettings,
  WALL_CLOCK_OPTIONS,
} from '../options.ts'
import type { BindContext } from '../trigger.ts'
import type { WallSchedule } from '../wall-clock.ts'
import { WallClockTrigger } from '../wall-clock-trigger.ts'
import { type CompiledCron, compileCrontab, compileFields } from './compile.ts'

/**
 * A trigger that fires at whole seconds of the wall clock.
 *
 * Text is a crontab of 5 fields, 6 with leading seconds, 7 with a trailing year, or a macro such as `@daily`.
 * Day-of-month and day-of-week are ORed when neither begins with `*`. An object has APScheduler's fields, all ANDed;
 * fields finer than the finest given are at their minimum, coarser ones `*`. Weekdays are 0-7 in both, 0 and 7
 * being Sunday.
 *
 * @throws TriggerError `INVALID_TRIGGER` with the field, or `TRIGGER_NEVER_FIRES`
 * @example cron('0 9 * * 1-5', { timezone: 'Europe/Athens' })
 * @example cron({ day: 'last fri', hour: 17 })
 */
export function cron(expression: string | CronFields, options?: TriggerOptions): CronTrigger {
  return cronTriggerOf(compile(expression), resolveOptions(options, WALL_CLOCK_OPTIONS))
}

function compile(expression: unknown): CompiledCron {
  if (typeof expression === 'string') return compileCrontab(expression)
  if (typeof expression === 'object' && expression !== null) return compileFields(expression)
  throw new TriggerError('expression', expression, 'must be crontab text or an object of fields')
}

/** Triggers of one schedule that are kept for sharing: in as many time zones, say. */
const MAX_SHARED = 8
const shared = new WeakMap<CompiledCron, CronTrigger[]>()

/**
 * The trigger of a schedule. Equal triggers without a window and jitter are one object, so that a million jobs with
 * the same schedule cost one trigger. A trigger that waits for a time zone is not shared, as the system's may change.
 */
export function cronTriggerOf(compiled: CompiledCron, settings: TriggerSettings): CronTrigger {
  if (!isZoneOnly(settings)) return new CronTrigger(compiled, settings)
  const known = shared.get(compiled)
  const equal = known?.find((trigger) => trigger.hasSettings(settings))
  if (equal !== undefined) return equal
  const trigger = new CronTrigger(compiled, settings)
  if (known === undefined) {
    // Most schedules have one trigger: a list made with it holds one place, a list that grows begins with seventeen.
    shared.set(compiled, [trigger])
    return trigger
  }
  if (known.length >= MAX_SHARED) known.shift()
  known.push(trigger)
  return trigger
}

/** See {@link cron}. */
export class CronTrigger extends WallClockTrigger {
  readonly type = 'cron'
  readonly floating = false
  readonly #compiled: CompiledCron

  constructor(compiled: CompiledCron, settings: TriggerSettings) {
    super(settings)
    this.#compiled = compiled
  }

  /** Whether a trigger of the same schedule, both with no more than a time zone and policies, would be equal. @internal */
  hasSettings({ timezone, gap, overlap }: TriggerSettings): boolean {
    const own = this.settings
    return own.timezone === timezone && own.gap === gap && own.overlap === overlap
  }

  protected scheduleIn(): WallSchedule {
    return this.#compiled.schedule
  }

  /** A cron trigger has a grid without an anchor. */
  anchoredAt(): this {
    return this
  }

  bind(context: BindContext): CronTrigger {
    const settings = this.completed(context)
    return settings === this.settings ? this : cronTriggerOf(this.#compiled, settings)
  }

  toBody(): CronJSON {
    const { expression, fields } = this.#compiled
    const description = expression === undefined ? { fields: { ...fields } } : { expression }
    return { type: 'cron', ...description, ...settingsJSON(this.settings) }
  }

  toString(): string {
    const { expression, fields } = this.#compiled
    const { timezone } = this.settings
    const parts = Object.entries(fields ?? {}).map(([name, value]) => `${name}=${value}`)
    return `cron ${expression ?? parts.join(' ')}${timezone === undefined ? '' : ` in ${timezone}`}`
  }
}
