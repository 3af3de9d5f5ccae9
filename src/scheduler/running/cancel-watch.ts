/**
 * Looks whether the runs at work here are still ours, in stores that other processes change: all of a store in one
 * question, a little more often than every poll interval. So a run that was cancelled (or taken over) elsewhere is told
 * to stop within one poll, and not only when its lease is to be renewed.
 */

import type { TimerHandle } from '../../core/clock.ts'
import type { Kernel } from '../kernel.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { RunAtWork } from './run-at-work.ts'
import type { Runner } from './runner.ts'

/** Part of the poll interval after which the store is asked: leaves time for its answer. */
const ASK_AFTER = 3 / 4

export class CancelWatch {
  readonly #kernel: Kernel
  readonly #runner: () => Runner
  #timer: TimerHandle | undefined
  /** Stores that have not yet answered. */
  readonly #asked = new Set<StoreSlot>()

  constructor(kernel: Kernel, runner: () => Runner) {
    this.#kernel = kernel
    this.#runner = runner
  }

  /** Watches what is at work in a store, if there is any need. It stops by itself when nothing is. */
  keep({ isShared }: StoreSlot): void {
    if (this.#timer !== undefined || !isShared) return
    this.#timer = this.#kernel.clock.setTimer(() => this.#turn(), this.#kernel.settings.pollMs * ASK_AFTER)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #turn(): void {
    this.#timer = undefined
    for (const slot of this.#kernel.stores.values()) {
      if (slot.atWork.size === 0) continue
      this.keep(slot)
      if (slot.isShared && !this.#asked.has(slot)) void this.#look(slot, [...slot.atWork.values()])
    }
  }

  async #look(slot: StoreSlot, works: readonly RunAtWork[]): Promise<void> {
    this.#asked.add(slot)
    try {
      const stored = await slot.store.get(works.map(({ id }) => ({ kind: 'run', id }) as const))
      for (const [index, work] of works.entries()) {
        if (!work.isHeldIn(stored[index])) this.#runner().lose(work, stored[index])
      }
    } catch {
      // A store that fails is reported by what visits it and renews its leases.
    } finally {
      this.#asked.delete(slot)
    }
  }
}
