/**
 * Keeps the leases of the runs at work, all of a store in one write, together with their progress.
 *
 * The trust window: a lease counts from *before* the request that took it, on the monotonic clock. A run whose lease
 * could not be renewed is told to stop (its signal aborts) a margin before the lease ends, so it has let go before any
 * other process can take it. A run whose record was changed by somebody else is told to stop at once.
 *
 * A process that was itself stopped for a while (by the operating system, or by a handler that kept the thread) finds
 * its leases over without having had a chance. It asks first: a renewal that is accepted shows that nobody took the run.
 */

import type { TimerHandle } from '../core/clock.ts'
import { CronwrightError } from '../errors.ts'
import { patchedRecord } from '../jobs/record.ts'
import { renew, runChange } from '../jobs/transitions.ts'
import type { Kernel } from './kernel.ts'
import type { RunAtWork } from './run-at-work.ts'
import type { Runner } from './runner.ts'
import type { StoreSlot } from './store-slot.ts'

/** Part of a lease after which it is renewed, and part of it that is kept as margin at its end. */
const RENEW_AFTER = 1 / 3
const MARGIN = 1 / 10
/** Part of a lease between two turns from which this process counts as having been stopped. */
const STOPPED_AFTER = 1 / 3

export class LeaseKeeper {
  readonly #kernel: Kernel
  readonly #runner: () => Runner
  #timer: TimerHandle | undefined
  #turnedAt = 0
  /** Stores that have not yet answered the last renewal. */
  readonly #asked = new Set<StoreSlot>()

  constructor(kernel: Kernel, runner: () => Runner) {
    this.#kernel = kernel
    this.#runner = runner
  }

  /** Starts keeping, if it does not already. It stops by itself when nothing is at work. */
  keep(): void {
    if (this.#timer !== undefined) return
    this.#turnedAt = this.#kernel.clock.monotonic()
    this.#timer = this.#kernel.clock.setTimer(() => this.#turn(), this.#kernel.settings.leaseMs * MARGIN)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #turn(): void {
    this.#timer = undefined
    const atWork = this.#runner().atWork()
    if (atWork.length === 0) return
    const { leaseMs } = this.#kernel.settings
    const now = this.#kernel.clock.monotonic()
    const wasStopped = now - this.#turnedAt >= STOPPED_AFTER * leaseMs
    this.keep()
    const ageing = new Map<StoreSlot, RunAtWork[]>()
    for (const work of atWork) {
      if (now >= work.leaseEndsAt - 2 * MARGIN * leaseMs && !wasStopped) this.#lose(work)
      else if (now >= work.leaseEndsAt - (1 - RENEW_AFTER) * leaseMs) push(ageing, work)
    }
    for (const [slot, works] of ageing) {
      if (this.#asked.has(slot)) continue
      this.#asked.add(slot)
      void this.renew(slot, works).finally(() => this.#asked.delete(slot))
    }
  }

  /** Renews the leases of runs of one store. Never rejects: a store that fails is asked again at the next turn. */
  async renew(slot: StoreSlot, works: readonly RunAtWork[]): Promise<void> {
    const renewal = this.#renew(slot, works)
    for (const work of works) work.renewal = renewal
    await renewal
    for (const work of works) work.renewal = undefined
  }

  async #renew(slot: StoreSlot, works: readonly RunAtWork[]): Promise<void> {
    const { leaseMs } = this.#kernel.settings
    const askedAt = this.#kernel.clock.monotonic()
    const until = this.#kernel.clock.now() + leaseMs
    const steps = works.map((work) => ({ work, run: work.record, patch: renew(work.record, until, work.reported) }))
    try {
      const results = await slot.store.commit(steps.map(({ run, patch }) => runChange(run, patch)))
      for (const [index, { work, run, patch }] of steps.entries()) {
        if (results[index]?.applied === true) {
          work.record = patchedRecord<'run'>(run, patch)
          work.leaseEndsAt = askedAt + leaseMs
        } else if (!(await this.#isStillHeld(slot, work))) this.#lose(work)
      }
    } catch (error) {
      slot.failed(error)
    }
  }

  /** A refused renewal may be the echo of an earlier one whose reply was lost: then the record still shows our fence. */
  async #isStillHeld(slot: StoreSlot, work: RunAtWork): Promise<boolean> {
    const [stored] = await slot.store.get([{ kind: 'run', id: work.id }])
    if (stored?.state !== 'running' || stored.status.fence !== work.fence) return false
    work.record = stored
    return true
  }

  #lose(work: RunAtWork): void {
    if (work.hasEnded) return
    const error = new CronwrightError('LEASE_LOST', `the run ${work.id} is no longer held by this process`, {
      details: { runId: work.id, fence: work.fence },
    })
    this.#runner().abandon(work, 'lease-lost', error)
    this.#kernel.emitRun('run:lost', work.record, work.slot)
  }
}

function push(map: Map<StoreSlot, RunAtWork[]>, work: RunAtWork): void {
  const works = map.get(work.slot)
  if (works === undefined) map.set(work.slot, [work])
  else works.push(work)
}
