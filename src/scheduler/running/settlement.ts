/**
 * Writes the ends of runs, many at a time. An end is accepted only under the version at which its holder last wrote the
 * run: whoever lost the run in between is refused, and the run is reported as lost.
 *
 * A store that fails is asked again until it answers, so no result is dropped because of an outage. When a write is
 * refused, the record itself shows why: it may hold this very end already (the reply to an earlier try was lost), it may
 * still be held under the same fence (the reply to a renewal was lost), or it belongs to somebody else now.
 */

import { yieldToEventLoop } from '../../core/clock.ts'
import { SerializationError } from '../../errors.ts'
import { type JobRecord, type Lane, patchedRecord, type RecordPatch, type RunRecord } from '../../jobs/record.ts'
import { failedOutcome } from '../../jobs/result.ts'
import { isFinal } from '../../jobs/run.ts'
import { handBack, hasReported, isForgotten, type Outcome, runChange, settle } from '../../jobs/transitions.ts'
import type { RunSeries } from '../../stores/record-store.ts'
import type { RunEventName } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import { isNearlyOver } from './lease-keeper.ts'
import { writeLogs } from './log-writer.ts'
import type { RunAtWork } from './run-at-work.ts'

/** The end of a run. What it means for the record is worked out when it is written, so a burst of ends is cheap. */
interface Ending {
  readonly work: RunAtWork
  /** Null: handed back. */
  readonly outcome: Outcome | null
  /** When it ended, epoch ms. */
  readonly at: number
  /** In [0, 1): the jitter of a retry, drawn once so that a repeated write is the same. */
  readonly random: number
  /** Whether a write of it was begun: it may have reached the store although nothing came back. */
  wasSent: boolean
  /** Whether it is written (or lost) and told; when the rest of a batch fails it is not written again. */
  isOver: boolean
}

/** A run that is over, as it was written. */
export interface EndedRun {
  readonly slot: StoreSlot
  readonly record: RunRecord
}

interface Step {
  readonly ending: Ending
  readonly run: RunRecord
  readonly patch: RecordPatch<'run'>
}

interface Pending {
  readonly endings: Ending[]
  /** Those that are being written. */
  batch: readonly Ending[]
  /** Resolves when that is done, or has failed. */
  writing: Promise<void> | undefined
  flushing: Promise<void> | undefined
}

const BATCH = 500
const RETRY_MS = 200
const LARGEST_GATHERING = 20_000
const LONGEST_GATHERING_MS = 250
/** Part of its `keep` by which a series may grow before it is trimmed. */
const TRIM_AFTER = 1 / 10

export class Settlement {
  readonly #kernel: Kernel
  readonly #onWaiting: (slot: StoreSlot, lane: Lane, due: number) => void
  readonly #pending = new Map<StoreSlot, Pending>()
  readonly #waiters = new Map<string, Set<(ended?: EndedRun) => void>>()
  #isGivingUp = false

  /** @param onWaiting - called when a run waits in its store, to be tried again or to go, with the instant (epoch ms) */
  constructor(kernel: Kernel, onWaiting: (slot: StoreSlot, lane: Lane, due: number) => void) {
    this.#kernel = kernel
    this.#onWaiting = onWaiting
  }

  settle(work: RunAtWork, outcome: Outcome): void {
    this.#add({ work, outcome, at: work.slot.now(), random: Math.random(), wasSent: false, isOver: false })
  }

  handBack(work: RunAtWork): void {
    this.#add({ work, outcome: null, at: work.slot.now(), random: 0, wasSent: false, isOver: false })
  }

  /** Whether a run ended in this process, and its end is not yet written. */
  isSettling(slot: StoreSlot, runId: string): boolean {
    for (const { work } of this.#unwritten(slot)) if (work.id === runId) return true
    return false
  }

  /** Those of these jobs of which a run ended in this process, and its end is not yet written. */
  unwrittenOf(slot: StoreSlot, jobs: readonly JobRecord[]): readonly JobRecord[] {
    if (jobs.length === 0) return []
    const ids = new Set<string | null>()
    for (const { work } of this.#unwritten(slot)) ids.add(work.record.jobId)
    return jobs.filter(({ id }) => ids.has(id))
  }

  /** Job -> runs that are certainly over and count as active in the store: ours still, and nothing of their end was sent. */
  endedUnsent(slot: StoreSlot): ReadonlyMap<string, number> {
    const { clock, settings } = this.#kernel
    const now = clock.monotonic()
    const counts = new Map<string, number>()
    for (const ending of this.#pending.get(slot)?.endings ?? []) {
      if (ending.wasSent || isNearlyOver(ending.work.leaseEndsAt, settings.leaseMs, now)) continue
      const { run, patch } = stepOf(ending)
      if (run.jobId !== null && patch.lane === 'history') counts.set(run.jobId, (counts.get(run.jobId) ?? 0) + 1)
    }
    return counts
  }

  /** Resolves when what is being written is written, or has failed. */
  async writing(slot: StoreSlot): Promise<void> {
    await this.#pending.get(slot)?.writing
  }

  /** Writes again after `giveUp`, first what was left. */
  start(): void {
    this.#isGivingUp = false
    for (const [slot, pending] of this.#pending) {
      if (pending.endings.length > 0) pending.flushing ??= this.#flush(slot, pending)
    }
  }

  /** Whether it was told to give up. */
  get isGivingUp(): boolean {
    return this.#isGivingUp
  }

  /** Calls back when a run of this process has ended, or at `giveUp`; the function returned forgets the wish. */
  onEnd(runId: string, callback: (ended?: EndedRun) => void): () => void {
    const callbacks = this.#waiters.get(runId) ?? new Set()
    this.#waiters.set(runId, callbacks.add(callback))
    return () => {
      callbacks.delete(callback)
      if (callbacks.size === 0) this.#waiters.delete(runId)
    }
  }

  /** Tells those who wait for a run that it ended, and how, if that is known. */
  announceEnd(runId: string, ended?: EndedRun): void {
    for (const callback of this.#waiters.get(runId) ?? []) callback(ended)
  }

  /** Resolves when everything that these stores have to note is written, or after `giveUp`. */
  async drain(slots: readonly StoreSlot[]): Promise<void> {
    for (const slot of slots) await this.#pending.get(slot)?.flushing
  }

  /** Stops asking stores that fail: their runs come back when their leases end. */
  giveUp(): void {
    this.#isGivingUp = true
    for (const runId of this.#waiters.keys()) this.announceEnd(runId)
  }

  /** Counts finished runs towards the next trim of their series. */
  async finished(slot: StoreSlot, runs: readonly RunRecord[]): Promise<void> {
    const full = new Map<string, RunSeries>()
    for (const run of runs) {
      const { jobId, functionRef, spec } = run
      // It is removed already, and says nothing about the history of others that were enqueued of its function.
      if (jobId === null && isForgotten(run)) continue
      const { keep } = spec.policy.history
      const series = jobId ?? `\0${functionRef}`
      const count = (slot.untrimmed.get(series) ?? 0) + 1
      slot.untrimmed.set(series, count)
      if (count >= keep * TRIM_AFTER) full.set(series, { jobId, functionRef, keep })
    }
    if (full.size === 0) return
    for (const series of full.keys()) slot.untrimmed.delete(series)
    await slot.store.trim([...full.values()])
  }

  *#unwritten(slot: StoreSlot): Generator<Ending> {
    const pending = this.#pending.get(slot)
    if (pending === undefined) return
    for (const endings of [pending.endings, pending.batch]) {
      for (const ending of endings) if (isOpen(ending)) yield ending
    }
  }

  #add(ending: Ending): void {
    const { slot } = ending.work
    if (slot.isReleased) return
    let pending = this.#pending.get(slot)
    if (pending === undefined) {
      pending = { endings: [], batch: [], writing: undefined, flushing: undefined }
      this.#pending.set(slot, pending)
    }
    pending.endings.push(ending)
    pending.flushing ??= this.#flush(slot, pending)
  }

  async #flush(slot: StoreSlot, pending: Pending): Promise<void> {
    await this.#gather(slot, pending)
    while (pending.endings.length > 0 && !this.#isGivingUp && !slot.isReleased) {
      const batch = pending.endings.splice(0, BATCH)
      pending.batch = batch
      const written = this.#write(slot, batch)
      pending.writing = written.catch(() => undefined)
      try {
        await written
        slot.recovered()
        pending.endings.unshift(...batch.filter(isOpen))
        if (pending.endings.length > 0) await yieldToEventLoop(this.#kernel.clock)
      } catch (error) {
        pending.endings.unshift(...(await this.#withoutUnstorable(slot, batch.filter(isOpen), error)))
        await new Promise<void>((resolve) => this.#kernel.clock.setTimer(resolve, RETRY_MS))
      }
    }
    pending.batch = []
    pending.flushing = undefined
    if (slot.isReleased) this.#pending.delete(slot)
  }

  /**
   * Lets endings come together: those of one turn of the event loop; and, where the writing would keep this thread, those
   * of a burst, whose handlers are not to wait behind it. What ends while a batch is on its way to a server is the next.
   */
  async #gather(slot: StoreSlot, pending: Pending): Promise<void> {
    const started = this.#kernel.clock.monotonic()
    do await yieldToEventLoop(this.#kernel.clock)
    while (
      slot.isFiring &&
      slot.store.capabilities.embedded === true &&
      pending.endings.length < LARGEST_GATHERING &&
      this.#kernel.clock.monotonic() - started < LONGEST_GATHERING_MS
    )
  }

  async #write(slot: StoreSlot, batch: readonly Ending[]): Promise<void> {
    for (const { work } of batch) if (work.renewal !== undefined) await work.renewal
    // Before the ends, so that who hears of an end finds the log; apart from them, so that it keeps none from being written.
    const logged = batch.flatMap(({ work }) => (work.storedLog === undefined ? [] : [work]))
    if (logged.length > 0) await writeLogs(slot, logged)
    const steps = batch.map(stepOf)
    for (const { ending } of steps) ending.wasSent = true
    const results = await slot.store.commit(steps.map(({ run, patch }) => runChange(run, patch)))
    const finished: RunRecord[] = []
    let goesAt = Number.POSITIVE_INFINITY
    for (const [index, step] of steps.entries()) {
      const fate = results[index]?.applied === true ? 'written' : await this.#refused(slot, step)
      if (fate === 'again') continue
      step.ending.isOver = true
      if (fate === 'written' && step.patch.lane === 'history') {
        finished.push(step.run)
        goesAt = Math.min(goesAt, step.patch.due ?? goesAt)
      }
      this.#tell(slot, step, fate)
      if (fate !== 'written' || step.patch.state !== 'pending') continue
      slot.holdBack(step.run.jobId)
      this.#onWaiting(slot, 'run', step.patch.due ?? step.run.at)
    }
    if (finished.length > 0) this.#onWaiting(slot, 'history', goesAt)
    if (finished.length > 0) await this.finished(slot, finished)
  }

  #tell(slot: StoreSlot, { run, patch }: Step, fate: 'written' | 'lost'): void {
    const event = fate === 'written' ? eventOf(patch) : 'run:lost'
    this.#kernel.emitRun(event, run, slot, fate === 'written' ? patch : undefined)
    if (!this.#waiters.has(run.id)) return
    if (fate === 'lost') this.announceEnd(run.id)
    else if (isFinal(patch.state ?? run.state)) {
      this.announceEnd(run.id, { slot, record: patchedRecord<'run'>(run, patch) })
    }
  }

  /** What a refusal means; see the top of this file. */
  async #refused(slot: StoreSlot, { ending, run, patch }: Step): Promise<'written' | 'again' | 'lost'> {
    const [stored] = await slot.store.get([{ kind: 'run', id: run.id }])
    if (stored === undefined) return patch.lane === 'history' && isForgotten(run) ? 'written' : 'lost'
    if (stored.status.fence !== run.status.fence) return 'lost'
    if (stored.state === patch.state && stored.status.finishedAt === patch.status?.finishedAt) return 'written'
    if (stored.state !== 'running') return 'lost'
    ending.work.record = stored
    return 'again'
  }

  /** When a store refuses the values themselves, the runs fail with that error; everything else is tried again. */
  async #withoutUnstorable(slot: StoreSlot, batch: readonly Ending[], error: unknown): Promise<readonly Ending[]> {
    if (!(error instanceof SerializationError)) {
      slot.failed(error)
      return batch
    }
    const [only] = batch
    if (only !== undefined && batch.length === 1) {
      return [{ ...only, outcome: failedOutcome(error, false) }]
    }
    const left: Ending[] = []
    for (const ending of batch) {
      try {
        await this.#write(slot, [ending])
        if (isOpen(ending)) left.push(ending)
      } catch (cause) {
        if (isOpen(ending)) left.push(...(await this.#withoutUnstorable(slot, [ending], cause)))
      }
    }
    return left
  }
}

function isOpen({ isOver }: Ending): boolean {
  return !isOver
}

/** An ending as the write that makes it. */
function stepOf(ending: Ending): Step {
  const { work, outcome, at, random } = ending
  const run = hasReported(work.record, work.report()) ? work.present : work.record
  return { ending, run, patch: outcome === null ? handBack(run, at) : settle(run, outcome, at, random) }
}

function eventOf({ state, status }: RecordPatch<'run'>): RunEventName {
  switch (state) {
    case 'completed':
      return 'run:completed'
    case 'cancelled':
      return 'run:cancelled'
    case 'pending':
      return status?.reason === 'handed-back' ? 'run:submitted' : 'run:retrying'
    default:
      return 'run:failed'
  }
}
