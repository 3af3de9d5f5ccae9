/** What should happen around the runs of a job: the policies that a job has and that each of its runs takes along. */

/** What to do with a run whose process died: run it again, give it up, or wait for an operator. */
export type OnCrash = 'retry' | 'abandon' | 'unknown'

/** How many finished runs are kept, and how long. */
export interface HistoryPolicy {
  /** Newest finished runs kept of each job. 0 keeps none. @default 100 */
  readonly keep: number
  /** Milliseconds after its end at which a run is removed. @default 30 days */
  readonly maxAgeMs: number
}

/** When a failed run is tried again: `delay(n) = min(baseMs * factor^(n-1), capMs)`, varied by `jitter`. */
export interface RetryPolicy {
  /** Attempts in all, the first one included. 1 means no retry. */
  readonly attempts: number
  readonly baseMs: number
  readonly factor: number
  readonly capMs: number
  /** Part of the delay by which it varies at random, both ways: 0.2 is plus or minus 20 %. */
  readonly jitter: number
}

/** The policies of a job, resolved: every default filled in. Shared between jobs that have the same. */
export interface JobPolicy {
  readonly coalesce: boolean
  readonly maxInstances: number
  /** Fires after which the job is over; null: no limit. */
  readonly maxRuns: number | null
  /** Milliseconds by which a fire time may be late and still run; null: any. */
  readonly misfireGraceMs: number | null
  /** Milliseconds a run may take; null: any. */
  readonly timeoutMs: number | null
  readonly retry: RetryPolicy
  readonly onCrash: OnCrash
  readonly history: HistoryPolicy
}

/** Lost leases after which a run is dead (design, promise 10). */
export const MAX_CRASHES = 3

export const NO_RETRY: RetryPolicy = Object.freeze({ attempts: 1, baseMs: 0, factor: 1, capMs: 0, jitter: 0 })

/** The defaults of {@link HistoryPolicy}. */
export const DEFAULT_HISTORY: HistoryPolicy = Object.freeze({ keep: 100, maxAgeMs: 30 * 86_400_000 })

/** The defaults of a job's policies. */
export const DEFAULT_POLICY: JobPolicy = Object.freeze({
  coalesce: true,
  maxInstances: 1,
  maxRuns: null,
  misfireGraceMs: null,
  timeoutMs: null,
  retry: NO_RETRY,
  onCrash: 'retry',
  history: DEFAULT_HISTORY,
})
