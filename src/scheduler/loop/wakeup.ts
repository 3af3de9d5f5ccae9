/**
 * The only sleeper: one timer for everything that a scheduler waits for.
 *
 * It never sleeps longer than {@link LONGEST_SLEEP_MS}: so a wait of 25 days needs no timer of 25 days (Node's overflow
 * at 2^31 ms and fire at once), and a stepped clock or a suspended machine is noticed soon, because after each sleep
 * the loop asks again what is due instead of trusting that the time has come.
 */

import type { Clock, TimerHandle } from '../../core/clock.ts'

export const LONGEST_SLEEP_MS = 30_000

export class Wakeup {
  readonly #clock: Clock
  readonly #onWake: () => void
  #timer: TimerHandle | undefined
  #armedFor = Number.POSITIVE_INFINITY

  constructor(clock: Clock, onWake: () => void) {
    this.#clock = clock
    this.#onWake = onWake
  }

  /** Sleeps `delayMs` at most; a sleep that would end sooner anyway is left as it is. */
  arm(delayMs: number): void {
    const delay = Math.min(Math.max(0, Math.ceil(delayMs)), LONGEST_SLEEP_MS)
    const wakesAt = this.#clock.monotonic() + delay
    if (wakesAt >= this.#armedFor) return
    this.#timer?.cancel()
    this.#armedFor = wakesAt
    this.#timer = this.#clock.setTimer(() => {
      this.#forget()
      this.#onWake()
    }, delay)
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#forget()
  }

  #forget(): void {
    this.#timer = undefined
    this.#armedFor = Number.POSITIVE_INFINITY
  }
}
