/** Triggers that follow wall clocks: a schedule of wall times in a time zone that may come later, by `bind`. */

import { checkTimezone, DEFAULT_SETTINGS, settingsInZone, type TriggerSettings, withSettings } from './options.ts'
import type { BindContext } from './trigger.ts'
import { type ClockChangePolicy, nextInstant, policyFor, type WallSchedule } from './wall-clock.ts'
import { WindowedTrigger } from './windowed-trigger.ts'
import { findZone, systemZone, type Zone } from './zone.ts'

interface Clock {
  readonly zone: Zone
  readonly schedule: WallSchedule
  readonly policy: ClockChangePolicy
}

/** A trigger whose grid is a schedule of wall times. */
export abstract class WallClockTrigger extends WindowedTrigger {
  #clock: Clock | undefined

  /** The wall times, for a trigger that is used in `zone`. */
  protected abstract scheduleIn(zone: Zone): WallSchedule

  protected gridNext(afterMs: number): number {
    const { schedule, zone, policy } = this.#clock ?? this.#setClock()
    return nextInstant(schedule, zone, policy, Math.floor(afterMs / 1000)) * 1000
  }

  /** True when {@link bind} has yet to say in which zone the trigger lives. */
  get zoneless(): boolean {
    return this.settings.timezone === undefined
  }

  /** The settings with a time zone and the seed that jitter needs. */
  protected completed(context: BindContext): TriggerSettings {
    const settings = this.seeded(context)
    if (!this.zoneless) return settings
    const timezone = checkTimezone(context.timezone)
    return settings === DEFAULT_SETTINGS ? settingsInZone(timezone) : withSettings(settings, { timezone })
  }

  /** The system's zone is asked for at the first use only: triggers in a scheduler are bound before it. */
  #setClock(): Clock {
    const { timezone, gap, overlap } = this.settings
    const zone = (timezone === undefined ? undefined : findZone(timezone)) ?? systemZone()
    const schedule = this.scheduleIn(zone)
    this.#clock = { zone, schedule, policy: policyFor(schedule, gap, overlap) }
    return this.#clock
  }
}
