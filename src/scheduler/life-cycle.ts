/**
 * How a scheduler starts and stops. Every step has a deadline, so that neither a store that never answers nor a handler
 * that never ends holds it up.
 *
 * It stops in this order: runs at work may end, what is left is told to stop and handed back, every result is written,
 * and everything is closed.
 */

import { parseDuration } from '../core/duration.ts'
import { checkBoolean, checkFields } from '../core/validate.ts'
import { CronwrightError } from '../errors.ts'
import type { Kernel } from './kernel.ts'
import type { Loop } from './loop/loop.ts'
import type { LeaseKeeper } from './running/lease-keeper.ts'
import type { Runner } from './running/runner.ts'
import type { Settlement } from './running/settlement.ts'
import type { StoreSlot } from './slots/store-slot.ts'
import { within } from './within.ts'
import type { Workers } from './workers/workers.ts'

/** How long a start waits for a store to open. */
const OPENING_MS = 5_000
/** How long a handler that was told to stop may take before its run is handed back over its head. */
const GRACE_MS = 500
/** How long the store may take to note the last results. */
const WRITING_MS = 5_000
/** How long a visit of a store, or an executor, may take to end. */
const ENDING_MS = 2_000

const DEFAULT_WAIT_MS = 30_000

/** How long runs at work may take to end, as the options say. @throws InvalidArgumentError */
export function waitOf(options: unknown): number {
  const { wait = true, timeout = DEFAULT_WAIT_MS } = checkFields(options, 'options', ['wait', 'timeout'])
  const waitMs = parseDuration(timeout, 'options.timeout')
  return checkBoolean(wait, 'options.wait') ? waitMs : 0
}

export class LifeCycle {
  readonly #kernel: Kernel
  readonly #loop: Loop
  readonly #runner: Runner
  readonly #settlement: Settlement
  readonly #leases: LeaseKeeper
  readonly #workers: Workers

  constructor(
    kernel: Kernel,
    loop: Loop,
    runner: Runner,
    settlement: Settlement,
    leases: LeaseKeeper,
    workers: Workers,
  ) {
    this.#kernel = kernel
    this.#loop = loop
    this.#runner = runner
    this.#settlement = settlement
    this.#leases = leases
    this.#workers = workers
  }

  /** Starts the executors and opens the stores. Rejects with what an executor threw; a store is tried again later. */
  async open(): Promise<void> {
    await Promise.all([...this.#kernel.executors.values()].map((slot) => slot.start()))
    this.#settlement.start()
    await Promise.all([...this.#kernel.stores.values()].map((slot) => this.#openStore(slot)))
  }

  /** Fires jobs and starts runs from now on. */
  goOn(): void {
    this.#runner.open()
    this.#loop.start()
  }

  /** Fires no more jobs and starts no more runs; those at work go on. */
  hold(): void {
    this.#loop.stop()
    this.#runner.close()
  }

  /** Ends everything that {@link hold} left. `waitMs` is how long runs at work may take to end. Never rejects. */
  async close(waitMs: number): Promise<void> {
    const { clock, executors, stores } = this.#kernel
    this.#workers.stopping()
    await within(clock, ENDING_MS, this.#loop.underWay([...stores.values()]))
    await within(clock, ENDING_MS, this.#loop.settleClaims([...stores.values()]))
    if (waitMs > 0) await within(clock, waitMs, this.#runner.idle())
    const reason = new CronwrightError('SHUTDOWN', 'the scheduler is shutting down')
    for (const work of this.#runner.atWork()) work.stop('shutdown', reason)
    await within(clock, GRACE_MS, this.#runner.idle())
    for (const work of this.#runner.atWork()) this.#runner.handBack(work)
    this.#leases.stop()
    this.#workers.stop()
    const isWritten = await within(clock, WRITING_MS, this.#settlement.drain([...stores.values()]))
    this.#settlement.giveUp()
    const ending = [...executors.values()].map((slot) => slot.shutdown())
    // A store that did not take the last results in time is not waited for once more.
    const leaving = isWritten ? [...stores.values()].map((slot) => this.#workers.leave(slot)) : []
    await within(clock, ENDING_MS, Promise.allSettled([...ending, ...leaving]))
    await Promise.all([...stores.values()].map((slot) => slot.close()))
  }

  /** Lets go of one store: its runs at work are told to stop and handed back. Never rejects. */
  async release(slot: StoreSlot): Promise<void> {
    const { clock, stores } = this.#kernel
    stores.delete(slot.alias)
    await within(clock, ENDING_MS, this.#loop.underWay([slot]))
    const reason = new CronwrightError('SHUTDOWN', `the job store ${JSON.stringify(slot.alias)} is removed`)
    for (const work of [...slot.atWork.values()]) {
      work.stop('shutdown', reason)
      this.#runner.handBack(work)
    }
    const isWritten = await within(clock, WRITING_MS, this.#settlement.drain([slot]))
    if (isWritten) await within(clock, ENDING_MS, this.#workers.leave(slot))
    slot.isReleased = true
    await slot.close()
  }

  async #openStore(slot: StoreSlot): Promise<void> {
    try {
      if (await within(this.#kernel.clock, OPENING_MS, slot.ready())) return
      throw new CronwrightError('STORE_ERROR', `the job store did not open within ${OPENING_MS} ms`, {
        details: { store: slot.alias },
      })
    } catch (error) {
      slot.failed(error)
    }
  }
}
