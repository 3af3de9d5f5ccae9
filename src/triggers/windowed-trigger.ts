/**
 * Triggers with a window (`startDate`, `endDate`) and jitter. A subclass gives the bare grid of fire times; this
 * class cuts it to the window and delays each time by its jitter.
 *
 * A delayed time never reaches the next time of the grid, so the only one that may still be ahead of an instant,
 * besides those of the grid after it, is that of the last grid time before it.
 */

import { hashSeed, jitterDelay } from './jitter.ts'
import { type TriggerSettings, withSettings } from './options.ts'
import { type BindContext, countByWalking, latestByBisection, NEVER, NONE, Trigger } from './trigger.ts'

/** A trigger with a window and jitter. */
export abstract class WindowedTrigger extends Trigger {
  protected readonly settings: TriggerSettings
  readonly #seedHash: number

  protected constructor(settings: TriggerSettings) {
    super()
    this.settings = settings
    this.#seedHash = settings.jitterMs === 0 ? 0 : hashSeed(settings.seed ?? '')
  }

  /** First grid time strictly after `afterMs`, window and jitter aside. */
  protected abstract gridNext(afterMs: number): number

  /** True when fire times are delayed by jitter. */
  get jittered(): boolean {
    return this.settings.jitterMs > 0
  }

  protected gridLatest(afterMs: number, untilMs: number): number {
    return latestByBisection((ms) => this.gridNext(ms), afterMs, untilMs)
  }

  protected gridCount(afterMs: number, untilMs: number, limit: number): number {
    return countByWalking((ms) => this.gridNext(ms), afterMs, untilMs, limit)
  }

  nextAt(afterMs: number): number {
    if (this.floating) return this.anchoredAt(afterMs).nextAt(afterMs)
    const next = this.#baseNext(afterMs)
    return this.settings.jitterMs === 0 ? next : this.#jitteredNext(afterMs, next)
  }

  override countBetween(afterMs: number, untilMs: number, limit: number): number {
    if (this.floating) return this.anchoredAt(afterMs).countBetween(afterMs, untilMs, limit)
    const from = Math.max(afterMs, this.settings.lowerMs)
    const until = Math.min(untilMs, this.settings.upperMs)
    if (this.settings.jitterMs === 0) return this.gridCount(from, until, limit)
    const enters = this.#pendingAt(afterMs) === NONE ? 0 : 1
    const leaves = this.#pendingAt(until) === NONE ? 0 : 1
    return Math.max(0, Math.min(limit, this.gridCount(from, until, limit + 1) + enters - leaves))
  }

  override latestAt(afterMs: number, untilMs: number): number {
    if (this.floating) return this.anchoredAt(afterMs).latestAt(afterMs, untilMs)
    const { jitterMs } = this.settings
    const latest = this.#baseLatest(afterMs - jitterMs, untilMs)
    if (jitterMs === 0 || latest === NONE) return latest
    const delayed = this.#delayed(latest)
    if (delayed <= untilMs) return delayed > afterMs ? delayed : NONE
    const earlier = this.#baseLatest(afterMs - jitterMs, latest - 1)
    if (earlier === NONE) return NONE
    const delayedEarlier = this.#delayed(earlier)
    return delayedEarlier > afterMs ? delayedEarlier : NONE
  }

  /** The settings with the seed that jitter needs. */
  protected seeded({ seed }: BindContext): TriggerSettings {
    const missing = this.jittered && this.settings.seed === undefined
    return missing ? withSettings(this.settings, { seed }) : this.settings
  }

  #baseNext(afterMs: number): number {
    const { lowerMs, upperMs } = this.settings
    if (afterMs >= upperMs) return NEVER
    const next = this.gridNext(Math.max(afterMs, lowerMs))
    return next > upperMs ? NEVER : next
  }

  #baseLatest(afterMs: number, untilMs: number): number {
    const { lowerMs, upperMs } = this.settings
    return this.gridLatest(Math.max(afterMs, lowerMs), Math.min(untilMs, upperMs))
  }

  #jitteredNext(afterMs: number, next: number): number {
    const pending = this.#pendingAt(afterMs)
    if (pending !== NONE) return pending
    return next === NEVER ? NEVER : this.#delayed(next)
  }

  /** The delayed time after `ms` of the last grid time up to `ms`; {@link NONE} when it is over. */
  #pendingAt(ms: number): number {
    const base = this.#baseLatest(ms - this.settings.jitterMs, ms)
    if (base === NONE) return NONE
    const delayed = this.#delayed(base)
    return delayed > ms ? delayed : NONE
  }

  #delayed(base: number): number {
    const { jitterMs, upperMs } = this.settings
    const span = Math.min(jitterMs, this.#baseNext(base) - base)
    return Math.min(base + jitterDelay(this.#seedHash, base, span), upperMs)
  }
}
