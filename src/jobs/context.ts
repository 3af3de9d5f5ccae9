/** What a handler learns about its run. */

import type { Logger } from '../core/logger.ts'

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
  /** Aborts when the run is cancelled, times out, loses its lease, or the scheduler shuts down. */
  readonly signal: AbortSignal
  /** Logs with the run's id and job. */
  readonly log: Logger
  /**
   * Says how far the handler is. Stored with the next lease renewal, at most once a second.
   *
   * @throws InvalidArgumentError for a negative or non-finite number
   */
  progress(done: number, total?: number, message?: string): void
}
