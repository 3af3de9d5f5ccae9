/** What a handler learns about its run, and what it can say. */

import type { ResumeReason } from './run.ts'

/** Logs one line: a text, or fields (an object, an error) and a text. */
export interface LogMethod {
  (message: string): void
  (fields: object, message?: string): void
}

/** What a handler logs with: pino-shaped. */
export interface RunLogger {
  readonly trace: LogMethod
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  readonly fatal: LogMethod
}

/** What went before this attempt. */
export interface RunResume {
  /** Whether anything did: the run was retried, or its process died or shut down. */
  readonly isResuming: boolean
  /** Why: `retry` after a failure, `manual` by `retryRun`, `crash` of its process, `shutdown` of its scheduler. */
  readonly reason: ResumeReason
  /** The number of the attempt before; null where there was none, or the attempts are counted anew (`manual`). */
  readonly previousAttempt: number | null
  /** What {@link RunContext.checkpoint} last stored for this run; undefined: nothing. A copy. */
  readonly checkpoint: unknown
}

/** The second argument of every handler. */
export interface RunContext {
  /** Id of the run: stable over attempts, so it serves as an idempotency key. */
  readonly id: string
  /** Null for an enqueued run. */
  readonly jobId: string | null
  readonly functionRef: string
  readonly queue: string
  /** When the run should have started. */
  readonly dueAt: Date
  /** 1 for the first attempt. */
  readonly attempt: number
  /** Fencing token: larger for every later owner of this run. Pass it to whatever you write to. */
  readonly fence: number
  /** Whether the run makes up for a fire time that was missed (it started a second or more after its due time). */
  readonly isCatchUp: boolean
  /** What went before this attempt, with the last checkpoint. */
  readonly resume: RunResume
  /** Aborts when the run is cancelled, times out, loses its lease, or the scheduler shuts down. */
  readonly signal: AbortSignal
  /**
   * Logs to the scheduler's logger with the run's id and job, and keeps the line with the run, for `getRunLog`: the last
   * 1,000 lines or 64 KiB, secrets masked, written once a second and at the run's end. Never throws for what is logged.
   */
  readonly log: RunLogger
  /**
   * Says how far the handler is. Listeners in this process hear it at once; it is stored within a second, and at the
   * run's end.
   *
   * @throws InvalidArgumentError for a negative or non-finite number
   */
  progress(done: number, total?: number, message?: string): void
  /**
   * Adds to a counter of the run, which `Run.counters` shows: stored like progress. At most 100 names.
   *
   * @param by - @default 1
   * @throws InvalidArgumentError for a name that is empty or too long, or a number that is not finite
   */
  count(name: string, by?: number): void
  /**
   * Keeps a value for the attempt that goes on should this one not come to its end; `resume.checkpoint` gives it there.
   * Only the last one is kept. Resolves when it is stored, also after an outage of the store; of calls at once the last
   * one wins. `undefined` removes it.
   *
   * @throws SerializationError for what is no data, or has more than 1 MiB when encoded; nothing is stored then
   * @throws CronwrightError (`LEASE_LOST`, `RUN_CANCELLED`, ...) when the run is no longer this process's; `signal` has
   * aborted then
   */
  checkpoint(value: unknown): Promise<void>
}
