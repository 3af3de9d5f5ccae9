/** A run while its handler is at work: what the handler sees of it and says, and what its scheduler knows about it. */

import type { Logger } from '../../core/logger.ts'
import { CronwrightError } from '../../errors.ts'
import type { RunContext, RunResume } from '../../jobs/context.ts'
import { addCount, checkCheckpoint, checkCount, checkProgress } from '../../jobs/progress.ts'
import type { RunRecord } from '../../jobs/record.ts'
import { copyValue } from '../../jobs/serializer.ts'
import { type Report, reportedStatus } from '../../jobs/transitions.ts'
import type { ExecutorSlot } from '../slots/executor-slot.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import { RunLog } from './run-log.ts'

/** Why a run was told to stop; decides what its end means. */
export type StopCause = 'cancelled' | 'timeout' | 'lease-lost' | 'shutdown'

/** Who hears what a handler says. */
export interface RunHost {
  readonly logger: Logger
  /** Wall clock, epoch ms. */
  now(): number
  /** There is something to be stored, within a second. */
  said(work: RunAtWork): void
  /** There is progress. */
  progressed(work: RunAtWork): void
  /** Stores a checkpoint now. Rejects when the run is no longer this process's. */
  save(work: RunAtWork, checkpoint: unknown): Promise<void>
}

/** Lateness from which a run counts as catching up. */
const CATCH_UP_MS = 1_000

export class RunAtWork implements RunContext {
  readonly slot: StoreSlot
  readonly executor: ExecutorSlot
  /** The record as last written by this process. */
  record: RunRecord
  /** Monotonic: when its lease is over unless renewed. */
  leaseEndsAt: number
  /** Why its handler was told to stop, if it was. */
  stopCause: StopCause | undefined
  /** Whether its end is known: whatever the handler does afterwards is ignored. */
  hasEnded = false
  /** Whether this process is about to end it as cancelled: that its record says so is no news then. */
  isBeingCancelled = false
  /** Takes back the timer of its timeout. */
  cancelTimeout: (() => void) | undefined
  /** The write that is under way, with which its lease is renewed; it changes `record`. */
  renewal: Promise<void> | undefined
  /** The write of a checkpoint that waits for the one under way. */
  saving: Promise<void> | undefined
  /** The last checkpoint that its handler gave. */
  checkpointGiven: unknown

  readonly #host: RunHost
  readonly #startedAt: number
  #controller: AbortController | undefined
  /** What its handler said last: the stored status itself until it says something. */
  #reported: Report
  /** Counts that changed since they were last put into the report. */
  #counts: Map<string, number> | undefined
  #hasCounted = false
  #log: RunLog | undefined
  #resume: RunResume | undefined
  /** How to refuse the checkpoints that are being stored. */
  #saves: Set<(reason: unknown) => void> | undefined

  constructor(slot: StoreSlot, executor: ExecutorSlot, record: RunRecord, leaseEndsAt: number, host: RunHost) {
    this.slot = slot
    this.executor = executor
    this.record = record
    this.leaseEndsAt = leaseEndsAt
    this.#reported = record.status
    this.#startedAt = record.status.startedAt ?? record.at
    this.#host = host
  }

  get id(): string {
    return this.record.id
  }

  get jobId(): string | null {
    return this.record.jobId
  }

  get functionRef(): string {
    return this.record.functionRef
  }

  get queue(): string {
    return this.record.queue
  }

  get dueAt(): Date {
    return new Date(this.record.at)
  }

  get attempt(): number {
    return this.record.status.attempt
  }

  get fence(): number {
    return this.record.status.fence
  }

  get isCatchUp(): boolean {
    return this.record.status.origin === 'schedule' && this.#startedAt - this.record.at >= CATCH_UP_MS
  }

  /** As it was when the attempt began, also after the first checkpoint of this one. */
  get resume(): RunResume {
    this.#resume ??= resumeOf(this.record)
    return this.#resume
  }

  /** Made on first use: most handlers never look at it. */
  get signal(): AbortSignal {
    return this.#abortController().signal
  }

  get log(): RunLog {
    this.#log ??= new RunLog(
      this,
      this.#host.logger,
      () => this.#host.now(),
      () => this.#host.said(this),
    )
    return this.#log
  }

  /** Its log, if its handler logged anything. */
  get storedLog(): RunLog | undefined {
    return this.#log
  }

  /** A function of its own, so that a handler may take it out of its context; so are those below. */
  get progress(): RunContext['progress'] {
    return (done, total, message) => {
      const progress = checkProgress(done, total, message)
      if (this.hasEnded) return
      const { checkpoint, counters } = this.#reported
      this.#reported = { progress, checkpoint, counters }
      this.#host.progressed(this)
    }
  }

  get count(): RunContext['count'] {
    return (name, by = 1) => {
      const checked = checkCount(name, by)
      if (this.hasEnded) return
      this.#counts ??= new Map(Object.entries(this.#reported.counters ?? {}))
      addCount(this.#counts, checked.name, checked.by)
      this.#hasCounted = true
      this.#host.said(this)
    }
  }

  get checkpoint(): RunContext['checkpoint'] {
    return (value) => {
      const saving = this.#save(value)
      // A handler that does not wait for it must not bring the process down.
      saving.catch(() => undefined)
      return saving
    }
  }

  /** What its handler said last. Its checkpoint is always the one that is stored: it is written by itself. */
  report(): Report {
    if (this.#hasCounted && this.#counts !== undefined) {
      this.#hasCounted = false
      this.#reported = { ...this.#reported, counters: Object.fromEntries(this.#counts) }
    }
    const { progress, checkpoint, counters } = this.#reported
    if (checkpoint === this.record.status.checkpoint) return this.#reported
    this.#reported = { progress, checkpoint: this.record.status.checkpoint, counters }
    return this.#reported
  }

  /** Its record with what its handler said last. */
  get present(): RunRecord {
    return { ...this.record, status: reportedStatus(this.record, this.report()) }
  }

  /** Whether a stored record shows that this process still has the run. */
  isHeldIn(stored: RunRecord | undefined): stored is RunRecord {
    return stored?.state === 'running' && stored.status.fence === this.fence
  }

  /** Tells the handler to stop. Only the first cause counts. */
  stop(cause: StopCause, reason: Error): void {
    if (this.stopCause !== undefined) return
    this.stopCause = cause
    this.#abortController().abort(reason)
  }

  /** From now on, whatever the handler does is ignored. */
  end(): void {
    this.hasEnded = true
    this.cancelTimeout?.()
    if (this.#saves === undefined) return
    // Whoever ends the run says in this same turn why its handler has to stop.
    void Promise.resolve(this.#saves).then((saves) => {
      for (const refuse of saves) refuse(this.endReason())
    })
  }

  /** Why nothing is stored for it any more. */
  endReason(): unknown {
    if (this.signal.aborted) return this.signal.reason
    return new CronwrightError('RUN_STATE', `the run ${this.id} is over: it takes no checkpoint any more`, {
      details: { field: 'checkpoint', rule: 'must be stored while the handler is at work', runId: this.id },
    })
  }

  async #save(value: unknown): Promise<void> {
    const checkpoint = checkCheckpoint(value)
    if (this.hasEnded) throw this.endReason()
    // What it was before this attempt stores another.
    this.#resume ??= resumeOf(this.record)
    this.#saves ??= new Set()
    const saves = this.#saves
    await new Promise<void>((resolve, reject) => {
      saves.add(reject)
      this.#host
        .save(this, checkpoint)
        .then(resolve, reject)
        .finally(() => saves.delete(reject))
    })
  }

  #abortController(): AbortController {
    this.#controller ??= new AbortController()
    return this.#controller
  }
}

/** The attempt that was handed back does not count, so this one has its number. */
function resumeOf({ status: { resume, attempt, checkpoint } }: RunRecord): RunResume {
  const before = resume === 'shutdown' ? attempt : attempt - 1
  return {
    isResuming: resume !== 'none',
    reason: resume,
    previousAttempt: resume === 'none' || before < 1 ? null : before,
    checkpoint: copyValue(checkpoint),
  }
}
