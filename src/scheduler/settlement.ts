/**
 * Writes the ends of runs, many at a time. An end is accepted only under the version at which its holder last wrote the
 * run: whoever lost the run in between is refused, and the run is reported as lost.
 *
 * A store that fails is asked again until it answers, so no result is dropped because of an outage. If the reply to the
 * first try was lost, the second is refused; then the record itself shows whose end it holds.
 */

import { yieldToEventLoop } from '../core/clock.ts'
import { CronwrightError } from '../errors.ts'
import { patchedRecord, type RecordPatch, type RunRecord } from '../jobs/record.ts'
import { storedError } from '../jobs/result.ts'
import { isFinal } from '../jobs/run.ts'
import { handBack, type Outcome, runChange, settle } from '../jobs/transitions.ts'
import type { RunSeries } from '../stores/record-store.ts'
import type { RunEventName } from './events.ts'
import type { Kernel } from './kernel.ts'
import type { RunAtWork } from './run-at-work.ts'
import type { StoreSlot } from './store-slot.ts'

interface Ending {
  readonly run: RunRecord
  readonly patch: RecordPatch<'run'>
  /** Whether a try failed in a way that leaves open what the store did. */
  isInDoubt: boolean
}

interface Pending {
  readonly endings: Ending[]
  flushing: Promise<void> | undefined
}

const BATCH = 1_000
const RETRY_MS = 200
const LARGEST_GATHERING = 20_000
const LONGEST_GATHERING_MS = 50
/** Part of its `keep` by which a series may grow before it is trimmed. */
const TRIM_AFTER = 1 / 10

export class Settlement {
  readonly #kernel: Kernel
  readonly #pending = new Map<StoreSlot, Pending>()
  readonly #waiters = new Map<string, Set<() => void>>()
  #isGivingUp = false

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  settle(work: RunAtWork, outcome: Outcome): void {
    const run = work.reported === work.record.status.progress ? work.record : withProgress(work)
    this.#add(work.slot, run, settle(run, outcome, this.#kernel.clock.now(), Math.random()))
  }

  handBack(work: RunAtWork): void {
    this.#add(work.slot, work.record, handBack(work.record, this.#kernel.clock.now()))
  }

  /** Calls back when a run of this process has ended; the function returned forgets the wish. */
  onEnd(runId: string, callback: () => void): () => void {
    const callbacks = this.#waiters.get(runId) ?? new Set()
    this.#waiters.set(runId, callbacks.add(callback))
    return () => {
      callbacks.delete(callback)
      if (callbacks.size === 0) this.#waiters.delete(runId)
    }
  }

  /** Tells those who wait for a run that it ended. */
  announceEnd(runId: string): void {
    for (const callback of this.#waiters.get(runId) ?? []) callback()
  }

  /** Resolves when everything is written, or after `giveUp`. */
  async drain(): Promise<void> {
    for (const pending of this.#pending.values()) await pending.flushing
  }

  /** Stops asking stores that fail: their runs come back when their leases end. */
  giveUp(): void {
    this.#isGivingUp = true
  }

  /** Counts finished runs towards the next trim of their series. */
  async finished(slot: StoreSlot, runs: readonly RunRecord[]): Promise<void> {
    const full = new Map<string, RunSeries>()
    for (const { jobId, functionRef, spec } of runs) {
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

  #add(slot: StoreSlot, run: RunRecord, patch: RecordPatch<'run'>): void {
    let pending = this.#pending.get(slot)
    if (pending === undefined) {
      pending = { endings: [], flushing: undefined }
      this.#pending.set(slot, pending)
    }
    pending.endings.push({ run, patch, isInDoubt: false })
    pending.flushing ??= this.#flush(slot, pending)
  }

  async #flush(slot: StoreSlot, pending: Pending): Promise<void> {
    await this.#gather(slot, pending)
    while (pending.endings.length > 0 && !this.#isGivingUp) {
      const batch = pending.endings.splice(0, BATCH)
      try {
        await this.#write(slot, batch)
        slot.recovered()
      } catch (error) {
        for (const ending of batch) ending.isInDoubt = true
        pending.endings.unshift(...(await this.#withoutUnstorable(slot, batch, error)))
        await new Promise<void>((resolve) => this.#kernel.clock.setTimer(resolve, RETRY_MS))
      }
    }
    pending.flushing = undefined
  }

  /**
   * Lets endings come together: those of one turn of the event loop, and of a burst, whose handlers are not to wait
   * behind the writing.
   */
  async #gather(slot: StoreSlot, pending: Pending): Promise<void> {
    const started = this.#kernel.clock.monotonic()
    do await yieldToEventLoop()
    while (
      slot.isVisited &&
      pending.endings.length < LARGEST_GATHERING &&
      this.#kernel.clock.monotonic() - started < LONGEST_GATHERING_MS
    )
  }

  async #write(slot: StoreSlot, batch: readonly Ending[]): Promise<void> {
    const results = await slot.store.commit(batch.map(({ run, patch }) => runChange(run, patch)))
    const finished: RunRecord[] = []
    for (const [index, ending] of batch.entries()) {
      const isWritten = results[index]?.applied === true || (ending.isInDoubt && (await this.#isOurs(slot, ending)))
      const run = isWritten ? patchedRecord<'run'>(ending.run, ending.patch) : ending.run
      if (run.lane === 'history') finished.push(run)
      this.#kernel.emitRun(isWritten ? eventOf(run) : 'run:lost', run, slot.alias)
      if (isFinal(run.state) || !isWritten) this.announceEnd(run.id)
    }
    if (finished.length > 0) await this.finished(slot, finished)
  }

  /** Whether the stored record is the one that this ending would have written. */
  async #isOurs(slot: StoreSlot, { run, patch }: Ending): Promise<boolean> {
    const [stored] = await slot.store.get([{ kind: 'run', id: run.id }])
    return (
      stored?.version === run.version + 1 &&
      stored.state === patch.state &&
      stored.status.fence === run.status.fence &&
      stored.status.finishedAt === patch.status?.finishedAt
    )
  }

  /** When a store refuses the values themselves, the runs fail with that error; everything else is tried again. */
  async #withoutUnstorable(slot: StoreSlot, batch: readonly Ending[], error: unknown): Promise<readonly Ending[]> {
    if (!(error instanceof CronwrightError) || error.code !== 'SERIALIZATION') {
      slot.failed(error)
      return batch
    }
    if (batch.length > 1) {
      for (const ending of batch) {
        try {
          await this.#write(slot, [ending])
        } catch (cause) {
          this.#settleAsFailed(slot, ending, cause)
        }
      }
      return []
    }
    for (const ending of batch) this.#settleAsFailed(slot, ending, error)
    return []
  }

  #settleAsFailed(slot: StoreSlot, { run }: Ending, error: unknown): void {
    const outcome: Outcome = { kind: 'failed', error: storedError(error), retryable: false }
    this.#add(slot, run, settle(run, outcome, this.#kernel.clock.now(), 0.5))
  }
}

function withProgress({ record, reported }: RunAtWork): RunRecord {
  return { ...record, status: { ...record.status, progress: reported } }
}

function eventOf(run: RunRecord): RunEventName {
  switch (run.state) {
    case 'completed':
      return 'run:completed'
    case 'cancelled':
      return 'run:cancelled'
    case 'pending':
      return run.status.reason === 'handed-back' ? 'run:submitted' : 'run:retrying'
    default:
      return 'run:failed'
  }
}
