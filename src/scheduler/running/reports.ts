/**
 * Hears what handlers say about their runs - progress, counts, log lines, checkpoints - and sees that it is stored: once
 * a second at most, all runs of a store in one write, with a renewal of their leases. A checkpoint is stored at once.
 */

import type { TimerHandle } from '../../core/clock.ts'
import type { Logger } from '../../core/logger.ts'
import { percentOf } from '../../jobs/progress.ts'
import { hasReported } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import { writeLogs } from './log-writer.ts'
import type { RunAtWork, RunHost } from './run-at-work.ts'

/** How long what is said waits for more. */
const GATHERING_MS = 1_000

export class Reports implements RunHost {
  readonly #kernel: Kernel
  readonly #leases: LeaseKeeper
  readonly #unwritten = new Set<RunAtWork>()
  /** Stores that have not yet answered the last write. */
  readonly #asked = new Set<StoreSlot>()
  #timer: TimerHandle | undefined

  constructor(kernel: Kernel, leases: LeaseKeeper) {
    this.#kernel = kernel
    this.#leases = leases
  }

  get logger(): Logger {
    return this.#kernel.logger
  }

  now(): number {
    return this.#kernel.clock.now()
  }

  said(work: RunAtWork): void {
    this.#unwritten.add(work)
    this.#timer ??= this.#kernel.clock.setTimer(() => this.#turn(), GATHERING_MS)
  }

  progressed(work: RunAtWork): void {
    this.said(work)
    const { events, followers } = this.#kernel
    const { id: runId, jobId, slot } = work
    const { progress } = work.report()
    if (progress !== null && events.has('run:progress')) {
      events.emit('run:progress', { runId, jobId, store: slot.alias, progress, percent: percentOf(progress) })
    }
    if (followers.areThere) followers.tell(slot, work.present)
  }

  save(work: RunAtWork, checkpoint: unknown): Promise<void> {
    return this.#leases.save(work, checkpoint)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#unwritten.clear()
  }

  #turn(): void {
    this.#timer = undefined
    const byStore = new Map<StoreSlot, RunAtWork[]>()
    const works = [...this.#unwritten]
    this.#unwritten.clear()
    for (const work of works) {
      if (work.hasEnded) continue
      if (this.#asked.has(work.slot)) this.said(work)
      else {
        const said = byStore.get(work.slot)
        if (said === undefined) byStore.set(work.slot, [work])
        else said.push(work)
      }
    }
    for (const [slot, said] of byStore) void this.#write(slot, said)
  }

  async #write(slot: StoreSlot, works: readonly RunAtWork[]): Promise<void> {
    this.#asked.add(slot)
    const reporting = works.filter((work) => work.renewal === undefined && hasReported(work.record, work.report()))
    if (reporting.length > 0) await this.#leases.renew(slot, reporting)
    await writeLogs(slot, works)
    this.#asked.delete(slot)
    for (const work of works) if (!work.hasEnded && isUnwritten(work)) this.said(work)
  }
}

function isUnwritten(work: RunAtWork): boolean {
  return hasReported(work.record, work.report()) || work.storedLog?.hasLines === true
}
