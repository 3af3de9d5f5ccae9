/** A run while its handler is at work: what the handler sees of it, and what its scheduler knows about it. */

import type { Logger } from '../core/logger.ts'
import type { RunContext } from '../jobs/context.ts'
import { checkProgress } from '../jobs/progress.ts'
import type { RunRecord } from '../jobs/record.ts'
import type { Report } from '../jobs/transitions.ts'
import type { ExecutorSlot } from './executor-slot.ts'
import type { StoreSlot } from './store-slot.ts'

/** Why a run was told to stop; decides what its end means. */
export type StopCause = 'cancelled' | 'timeout' | 'lease-lost' | 'shutdown'

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
  /** Takes back the timer of its timeout. */
  cancelTimeout: (() => void) | undefined
  /** What its handler said last: the stored status itself until it says something. */
  reported: Report
  /** The renewal of its lease that is under way; it changes `record`. */
  renewal: Promise<void> | undefined

  readonly #logger: Logger
  readonly #startedAt: number
  #controller: AbortController | undefined
  #log: Logger | undefined

  constructor(slot: StoreSlot, executor: ExecutorSlot, record: RunRecord, leaseEndsAt: number, logger: Logger) {
    this.slot = slot
    this.executor = executor
    this.record = record
    this.leaseEndsAt = leaseEndsAt
    this.reported = record.status
    this.#startedAt = record.status.startedAt ?? record.at
    this.#logger = logger
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

  /** Made on first use: most handlers never look at it. */
  get signal(): AbortSignal {
    return this.#abortController().signal
  }

  get log(): Logger {
    this.#log ??= childLogger(this.#logger, { runId: this.id, jobId: this.jobId })
    return this.#log
  }

  /** A function of its own, so that a handler may take it out of its context. */
  get progress(): RunContext['progress'] {
    return (done, total, message) => {
      const { checkpoint, counters } = this.reported
      this.reported = { progress: checkProgress(done, total, message), checkpoint, counters }
    }
  }

  /** Tells the handler to stop. Only the first cause counts. */
  stop(cause: StopCause, reason: Error): void {
    if (this.stopCause !== undefined) return
    this.stopCause = cause
    this.#abortController().abort(reason)
  }

  #abortController(): AbortController {
    this.#controller ??= new AbortController()
    return this.#controller
  }
}

function childLogger(logger: Logger, bound: Readonly<Record<string, unknown>>): Logger {
  return {
    debug: (fields, message) => logger.debug({ ...bound, ...fields }, message),
    info: (fields, message) => logger.info({ ...bound, ...fields }, message),
    warn: (fields, message) => logger.warn({ ...bound, ...fields }, message),
    error: (fields, message) => logger.error({ ...bound, ...fields }, message),
  }
}
