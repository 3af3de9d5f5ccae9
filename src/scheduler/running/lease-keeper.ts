/**
 * Keeps the leases of the runs at work, all of a store in one write, together with what their handlers said.
 *
 * The trust window: a lease counts from *before* the request that took it, on the monotonic clock. A run whose lease
 * could not be renewed is told to stop (its signal aborts) a margin before the lease ends, so it has let go before any
 * other process can take it. A run whose record was changed by somebody else is told to stop at once.
 *
 * A process that was itself stopped for a while (by the operating system, or by a handler that kept the thread) finds
 * its leases over without having had a chance. It asks first: a renewal that is accepted shows that nobody took the run.
 *
 * A run has one write under way at most (`RunAtWork.renewal`): a second one under the same version would be refused.
 */

import type { TimerHandle } from '../../core/clock.ts'
import { SerializationError } from '../../errors.ts'
import { patchedRecord } from '../../jobs/record.ts'
import { type Report, renew, runChange } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import { CancelWatch } from './cancel-watch.ts'
import { Reports } from './reports.ts'
import type { RunAtWork } from './run-at-work.ts'
import type { Runner } from './runner.ts'

/** Part of a lease after which it is renewed, and part of it that is kept as margin at its end. */
const RENEW_AFTER = 1 / 3
const MARGIN = 1 / 10
/** Part of a lease between two turns from which this process counts as having been stopped. */
const STOPPED_AFTER = 1 / 3
/** Pause before a checkpoint is written again that a store did not take. */
const RETRY_MS = 200

/** Whether so little is left of a lease that its holder has to let go, and no handler may start under it. All monotonic. */
export function isNearlyOver(leaseEndsAt: number, leaseMs: number, now: number): boolean {
  return now >= leaseEndsAt - 2 * MARGIN * leaseMs
}

export class LeaseKeeper {
  /** What handlers say goes here. */
  readonly reports: Reports

  readonly #kernel: Kernel
  readonly #runner: () => Runner
  readonly #watch: CancelWatch
  #timer: TimerHandle | undefined
  #turnedAt = 0
  /** Stores that have not yet answered the last renewal. */
  readonly #asked = new Set<StoreSlot>()

  constructor(kernel: Kernel, runner: () => Runner) {
    this.#kernel = kernel
    this.#runner = runner
    this.#watch = new CancelWatch(kernel, runner)
    this.reports = new Reports(kernel, this)
  }

  /** Starts keeping what is at work in a store, if it does not already. It stops by itself when nothing is. */
  keep(slot: StoreSlot): void {
    if (this.#timer === undefined) this.#arm()
    this.#watch.keep(slot)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#watch.stop()
    this.reports.stop()
  }

  #arm(): void {
    this.#turnedAt = this.#kernel.clock.monotonic()
    this.#timer = this.#kernel.clock.setTimer(() => this.#turn(), this.#kernel.settings.leaseMs * MARGIN)
  }

  #turn(): void {
    this.#timer = undefined
    const atWork = this.#runner().atWork()
    if (atWork.length === 0) return
    const { leaseMs } = this.#kernel.settings
    const now = this.#kernel.clock.monotonic()
    const wasStopped = now - this.#turnedAt >= STOPPED_AFTER * leaseMs
    this.#arm()
    const ageing = new Map<StoreSlot, RunAtWork[]>()
    for (const work of atWork) {
      if (isNearlyOver(work.leaseEndsAt, leaseMs, now) && !wasStopped) this.#runner().lose(work)
      else if (work.renewal === undefined && now >= work.leaseEndsAt - (1 - RENEW_AFTER) * leaseMs) push(ageing, work)
    }
    for (const [slot, works] of ageing) {
      if (this.#asked.has(slot)) continue
      this.#asked.add(slot)
      void this.renew(slot, works).finally(() => this.#asked.delete(slot))
    }
  }

  /**
   * Renews the leases of runs of one store, and stores what their handlers said; of those with a write under way it waits
   * for that one. Never rejects: a store that fails is asked again at the next turn.
   */
  async renew(slot: StoreSlot, works: readonly RunAtWork[]): Promise<void> {
    const free = works.filter(({ renewal }) => renewal === undefined)
    const underWay = works.map(({ renewal }) => renewal)
    try {
      const stored = free.length > 0 ? await this.#write(slot, free) : []
      // Refused, and held still: an earlier renewal was stored without our knowing. This time the version is right.
      const again = free.filter((work, index) => stored[index] !== true && !work.hasEnded && work.renewal === undefined)
      if (again.length > 0) await this.#write(slot, again)
    } catch (error) {
      noteFailure(slot, error)
    }
    await Promise.all(underWay)
  }

  /**
   * Stores a checkpoint and renews the lease with it. Those given while a write is under way come together in the next,
   * which has the last of them. A store that fails is asked until it answers or the run ends.
   */
  save(work: RunAtWork, checkpoint: unknown): Promise<void> {
    work.checkpointGiven = checkpoint
    work.saving ??= this.#save(work)
    return work.saving
  }

  async #save(work: RunAtWork): Promise<void> {
    for (;;) {
      do await work.renewal
      while (work.renewal !== undefined)
      if (work.hasEnded) throw work.endReason()
      work.saving = undefined
      const report = { ...work.report(), checkpoint: work.checkpointGiven }
      try {
        const [isStored] = await this.#write(work.slot, [work], report)
        if (isStored === true) return
      } catch (error) {
        if (error instanceof SerializationError) throw error
        noteFailure(work.slot, error)
      }
      await new Promise<void>((resolve) => this.#kernel.clock.setTimer(resolve, RETRY_MS))
    }
  }

  /** One write for these runs, which have none under way. Whether each was stored. Rejects when the store fails. */
  #write(slot: StoreSlot, works: readonly RunAtWork[], report?: Report): Promise<readonly boolean[]> {
    const writing = this.#commit(slot, works, report)
    const over = (): void => {
      for (const work of works) work.renewal = undefined
    }
    const renewal = writing.then(over, over)
    for (const work of works) work.renewal = renewal
    return writing
  }

  async #commit(slot: StoreSlot, works: readonly RunAtWork[], report?: Report): Promise<readonly boolean[]> {
    const { leaseMs } = this.#kernel.settings
    const askedAt = this.#kernel.clock.monotonic()
    const until = slot.now() + leaseMs
    const steps = works.map((work) => {
      const run = work.record
      return { work, run, patch: renew(run, until, report ?? work.report()) }
    })
    const results = await slot.store.commit(steps.map(({ run, patch }) => runChange(run, patch)))
    const stored: boolean[] = []
    for (const [index, { work, run, patch }] of steps.entries()) {
      const isStored = results[index]?.applied === true
      stored.push(isStored)
      if (isStored) {
        work.record = patchedRecord<'run'>(run, patch)
        work.leaseEndsAt = askedAt + leaseMs
      } else await this.#refused(slot, work)
    }
    return stored
  }

  /** A refused renewal may be the echo of an earlier one whose reply was lost: then the record still shows our fence. */
  async #refused(slot: StoreSlot, work: RunAtWork): Promise<void> {
    const [stored] = await slot.store.get([{ kind: 'run', id: work.id }])
    if (work.isHeldIn(stored)) work.record = stored
    else this.#runner().lose(work, stored)
  }
}

/** An outage that is known is left to the loop: noting it again would put off its next look at the store. */
function noteFailure(slot: StoreSlot, error: unknown): void {
  if (!slot.isFailing) slot.failed(error)
}

function push(map: Map<StoreSlot, RunAtWork[]>, work: RunAtWork): void {
  const works = map.get(work.slot)
  if (works === undefined) map.set(work.slot, [work])
  else works.push(work)
}
