/** A clock that stands still until a test moves it. */

import { type Clock, type TimerHandle, yieldToEventLoop } from '../core/clock.ts'
import { checkInstant, checkNumber } from '../core/validate.ts'

interface ManualTimer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** Turns of the event loop given to whatever a timer set off, before the next timer is looked at. */
const TURNS = 20

/**
 * A clock for tests. Timers fire only inside {@link advance}, in the order of their times, and what they set off comes
 * to its end before the next one: a test needs no sleep and always takes the same course.
 *
 * @example
 * const clock = new ManualClock('2026-01-01T00:00:00Z')
 * const scheduler = new Scheduler({ clock })
 * await clock.advance(60_000)
 */
export class ManualClock implements Clock {
  #wall: number
  #mono = 0
  #order = 0
  readonly #timers = new Set<ManualTimer>()

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
  async advance(ms: number): Promise<void> {
    const end = this.#mono + checkNumber(ms, 'ms', 0, Number.MAX_SAFE_INTEGER)
    await this.settle()
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#moveTo(timer.at)
      this.#timers.delete(timer)
      timer.callback()
      await this.settle()
    }
    this.#moveTo(end)
  }

  /** Steps the wall clock as an operator would, in either direction; no time passes. */
  step(ms: number): void {
    this.#wall += checkNumber(ms, 'ms', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  }

  /** Lets whatever is under way go on until it waits for time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await yieldToEventLoop()
  }

  #moveTo(mono: number): void {
    this.#wall += mono - this.#mono
    this.#mono = mono
  }

  #next(end: number): ManualTimer | undefined {
    let first: ManualTimer | undefined
    for (const timer of this.#timers) {
      if (timer.at > end) continue
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer
    }
    return first
  }
}
