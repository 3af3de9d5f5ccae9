/**
 * One wait for the end of a run: over when this process ends the run, after a while (another process may have ended it),
 * or when the caller's signal aborts. Leaves nothing behind once it is forgotten.
 */

import type { TimerHandle } from '../../core/clock.ts'
import type { Kernel } from '../kernel.ts'
import type { EndedRun, Settlement } from '../running/settlement.ts'

export class EndNotice {
  /** Resolves when there is reason to look at the run. */
  readonly over: Promise<void>
  /** The run as this process ended it, if it did. */
  ended: EndedRun | undefined

  /** Lets the wait be over. */
  wake: () => void = () => undefined

  readonly #signal: AbortSignal | undefined
  readonly #timer: TimerHandle
  readonly #stopListening: () => void

  constructor(kernel: Kernel, settlement: Settlement, runId: string, signal: AbortSignal | undefined) {
    this.over = new Promise((resolve) => {
      this.wake = resolve
    })
    this.#stopListening = settlement.onEnd(runId, (ended) => {
      this.ended ??= ended
      this.wake()
    })
    this.#timer = kernel.clock.setTimer(this.wake, kernel.settings.pollMs)
    this.#signal = signal
    signal?.addEventListener('abort', this.wake, { once: true })
  }

  forget(): void {
    this.#stopListening()
    this.#timer.cancel()
    this.#signal?.removeEventListener('abort', this.wake)
  }
}
