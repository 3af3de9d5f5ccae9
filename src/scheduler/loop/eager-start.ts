/**
 * Runs that are added here and may start here at once are added as claimed: one write lies between the call that adds a run
 * and the call of its handler, where adding and claiming would be two. (Temporal calls that an eager start.)
 *
 * Only while nothing else is known to wait in the store: a run that came before, or is more urgent, is not passed over.
 */

import { SerializationError } from '../../errors.ts'
import type { RunRecord } from '../../jobs/record.ts'
import { addedAsClaimed } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import { isNearlyOver } from '../running/lease-keeper.ts'
import type { Runner } from '../running/runner.ts'
import type { ExecutorSlot } from '../slots/executor-slot.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { Loop } from './loop.ts'
import type { UncertainClaims } from './uncertain-claims.ts'

/** A run on its way into its store. */
interface Arrival {
  /** As its author is told of it: waiting. */
  readonly run: RunRecord
  /** As it is added. */
  readonly record: RunRecord
  /** Where it is claimed: the executor in which a place was taken for it. */
  readonly executor: ExecutorSlot | undefined
  /** Monotonic: when its lease began, at the latest. */
  readonly askedAt: number
}

/** Adds records, and gives what the store has now for each: that record, another that stands for it, or nothing. */
type Write = (records: readonly RunRecord[]) => Promise<readonly (RunRecord | undefined)[]>

export class EagerStart {
  readonly #kernel: Kernel
  readonly #loop: Loop
  readonly #runner: Runner
  readonly #uncertain: UncertainClaims
  readonly #learning = new Map<StoreSlot, Promise<void>>()

  constructor(kernel: Kernel, loop: Loop, runner: Runner, uncertain: UncertainClaims) {
    this.#kernel = kernel
    this.#loop = loop
    this.#runner = runner
    this.#uncertain = uncertain
  }

  /** Learns what has to be known before a run may start, where that is old. Never rejects: it waits its turn then. */
  async prepare(slot: StoreSlot): Promise<void> {
    if (!this.#isIdle(slot) || this.#arePausesKnown(slot)) return
    // Of calls at once, one asks for all.
    const learning = this.#learning.get(slot) ?? this.#learn(slot)
    this.#learning.set(slot, learning)
    await learning
  }

  async #learn(slot: StoreSlot): Promise<void> {
    try {
      await this.#kernel.queues.readPauses(slot, this.#kernel.clock.monotonic())
    } catch (error) {
      slot.failed(error)
    } finally {
      this.#learning.delete(slot)
    }
  }

  /**
   * Adds runs, of which those that may start here at once are claimed with it. Gives what `write` gave, with each run that was
   * added as it was given.
   */
  async add(slot: StoreSlot, runs: readonly RunRecord[], write: Write): Promise<readonly (RunRecord | undefined)[]> {
    const arrivals = this.#claim(slot, runs)
    const adding = this.#write(slot, arrivals, write)
    if (!arrivals.some(({ executor }) => executor !== undefined)) return adding
    slot.arriving.add(adding)
    try {
      return await adding
    } finally {
      slot.arriving.delete(adding)
    }
  }

  async #write(
    slot: StoreSlot,
    arrivals: readonly Arrival[],
    write: Write,
  ): Promise<readonly (RunRecord | undefined)[]> {
    let stored: readonly (RunRecord | undefined)[]
    try {
      stored = await write(arrivals.map(({ record }) => record))
    } catch (error) {
      this.#failed(slot, arrivals, error)
      throw error
    }
    return arrivals.map((arrival, index) => {
      const isAdded = stored[index] === arrival.record
      this.#answered(slot, arrival, isAdded)
      return isAdded ? arrival.run : stored[index]
    })
  }

  #claim(slot: StoreSlot, runs: readonly RunRecord[]): readonly Arrival[] {
    const now = slot.now()
    const askedAt = this.#kernel.clock.monotonic()
    const lease = { worker: this.#kernel.workerId, now, until: now + this.#kernel.settings.leaseMs }
    const isIdle = this.#isIdle(slot)
    return runs.map((run) => {
      const executor = isIdle && run.at <= now ? this.#takePlace(slot, run) : undefined
      return { run, record: executor === undefined ? run : addedAsClaimed(run, lease), executor, askedAt }
    })
  }

  /** The store answered: it has the run, or has another with that id. */
  #answered(slot: StoreSlot, { run, record, executor, askedAt }: Arrival, isAdded: boolean): void {
    if (isAdded) {
      this.#kernel.emitRun('run:submitted', run, slot)
      this.#loop.expect(slot, 'run', record.due)
    }
    if (executor === undefined) return
    const leaseEndsAt = askedAt + this.#kernel.settings.leaseMs
    if (!isAdded) executor.giveBack(run.queue)
    else if (isNearlyOver(leaseEndsAt, this.#kernel.settings.leaseMs, this.#kernel.clock.monotonic())) {
      executor.giveBack(run.queue)
      this.#remember(slot, record, leaseEndsAt, () => undefined)
    } else this.#runner.startNext(slot, executor, record, leaseEndsAt)
  }

  /** The store failed before it answered: it may have these runs, and they are looked for at the next visit. */
  #failed(slot: StoreSlot, arrivals: readonly Arrival[], error: unknown): void {
    for (const { run, record, executor, askedAt } of arrivals) {
      if (executor === undefined) continue
      executor.giveBack(run.queue)
      // Nothing was sent.
      if (error instanceof SerializationError) continue
      const leaseEndsAt = askedAt + this.#kernel.settings.leaseMs
      this.#remember(slot, record, leaseEndsAt, () => this.#kernel.emitRun('run:submitted', run, slot))
    }
  }

  /** Whether runs are executed here, and none is known to wait. */
  #isIdle(slot: StoreSlot): boolean {
    const { roles } = this.#kernel.settings
    if (!roles.execute || !this.#loop.isRunning || slot.isFailing || slot.isStarved) return false
    return !slot.agenda.isDue('run', slot.now())
  }

  #arePausesKnown(slot: StoreSlot): boolean {
    const { queues, clock, settings } = this.#kernel
    return queues.arePausesKnown(slot, clock.monotonic(), settings.pollMs)
  }

  /** Takes a place for a run where there is one, and where its queue is known to be open. */
  #takePlace(slot: StoreSlot, run: RunRecord): ExecutorSlot | undefined {
    const { queue, functionRef } = run
    const { queues, functions } = this.#kernel
    if (!this.#arePausesKnown(slot) || !queues.isOpen(slot, queue)) return undefined
    if (slot.crowdedFunctions.has(functionRef) || functions.lookup(functionRef) === undefined) return undefined
    return this.#kernel.takePlace(run)
  }

  /** The run may be claimed, or come to be: it is looked for at the next visit. */
  #remember(slot: StoreSlot, run: RunRecord, until: number, tell: () => void): void {
    this.#uncertain.remember(slot, { run, until, tell })
    this.#loop.look(slot)
  }
}
