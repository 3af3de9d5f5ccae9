/** A clock that stands still until a test moves it. */

import type { Clock, TimerHandle } from '../core/clock.ts'
import { type Duration, parseDuration } from '../core/duration.ts'
import { checkInstant, checkNumber } from '../core/validate.ts'
import { WorkUnderWay } from './work-under-way.ts'

interface ManualTimer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** How long work is waited for unless something else is said, in milliseconds of real time. */
export const PATIENCE_MS = 1_000

/**
 * A clock for tests. Timers fire only inside {@link advance}, in the order of their times, and what they set off comes
 * to its end before the next one: a test needs no sleep and always takes the same course.
 *
 * @example
 * const clock = new ManualClock('2026-01-01T00:00:00Z')
 * const scheduler = new Scheduler({ clock })
 * await clock.advance('1m')
 */
export class ManualClock implements Clock {
  #wall: number
  #mono = 0
  #order = 0
  readonly #timers = new Set<ManualTimer>()
  readonly #work = new WorkUnderWay()

  /** @param start - the wall clock's first reading. @default 2026-01-01T00:00:00Z */
  constructor(start: Date | string | number = '2026-01-01T00:00:00Z') {
    this.#wall = checkInstant(start, 'start')
  }

  now(): number {
    return this.#wall
  }

  monotonic(): number {
    return this.#mono
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    this.#order += 1
    const timer: ManualTimer = { at: this.#mono + Math.max(0, delayMs), order: this.#order, callback }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  /** Timers that wait. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Lets time pass on both clocks: fires what is due on the way, each thing at its own time. */
  async advance(duration: Duration): Promise<void> {
    const end = this.#mono + parseDuration(duration, 'duration')
    await this.settle()
    for (let timer = this.#first(end); timer !== undefined; timer = this.#first(end)) await this.#fire(timer)
    this.#moveTo(end)
  }

  /** Lets time pass until the next timer, and fires it. False when none waits. */
  async next(): Promise<boolean> {
    await this.settle()
    const timer = this.#first(Number.POSITIVE_INFINITY)
    if (timer !== undefined) await this.#fire(timer)
    return timer !== undefined
  }

  /** Steps the wall clock as an operator would, in either direction; no time passes. */
  step(ms: number): void {
    this.#wall += checkNumber(ms, 'ms', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  }

  /** Resolves when that much time has passed on this clock: a handler under test that "takes" ten seconds sleeps so. */
  sleep(duration: Duration): Promise<void> {
    const ms = parseDuration(duration, 'duration')
    return this.#work.sleep(new Promise((resolve) => void this.setTimer(resolve, ms)))
  }

  /**
   * Calls, and keeps time from moving on while the promise that the call gives is pending, unless it sleeps by this clock.
   *
   * @param patienceMs - real time, in milliseconds, after which it is no longer waited for. @default 1,000
   */
  watch<T>(call: () => T, patienceMs: number = PATIENCE_MS): T {
    return this.#work.watch(call, patienceMs)
  }

  /** Lets whatever is under way go on until it waits for time. */
  settle(): Promise<void> {
    return this.#work.rest()
  }

  async #fire(timer: ManualTimer): Promise<void> {
    this.#moveTo(timer.at)
    this.#timers.delete(timer)
    timer.callback()
    await this.settle()
  }

  #moveTo(mono: number): void {
    this.#wall += mono - this.#mono
    this.#mono = mono
  }

  #first(end: number): ManualTimer | undefined {
    let first: ManualTimer | undefined
    for (const timer of this.#timers) {
      if (timer.at > end) continue
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer
    }
    return first
  }
}
