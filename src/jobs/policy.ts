/** What should happen around the runs of a job: the policies that a job has and that each of its runs takes along. */

import type { RunState } from './run.ts'

/** What to do with a run whose process died: run it again, give it up, or wait for an operator. */
export type OnCrash = 'retry' | 'abandon' | 'unknown'

/**
 * What to do when a job fires while as many of its runs as `maxInstances` allows are pending or at work: leave the new
 * one out, let it wait, let it take the place of the oldest, or run it all the same.
 */
export type Overlap = 'skip' | 'queue' | 'replace' | 'allow'

export const OVERLAPS: readonly Overlap[] = ['skip', 'queue', 'replace', 'allow']

/** How many finished runs are kept, and how long; see `history.ts`. */
export interface HistoryPolicy {
  /** Newest finished runs kept of each job. 0 keeps none. @default 100 */
  readonly keep: number
  /** Milliseconds after its end at which a run is removed. @default 30 days */
  readonly maxAgeMs: number
  /** Milliseconds for runs that ended in these states, instead of `maxAgeMs`; null: none differs. @default null */
  readonly byStateMs: Readonly<Partial<Record<RunState, number>>> | null
  /** Milliseconds after which the log of a run is removed. @default 7 days */
  readonly logMaxAgeMs: number
}

/** Which failed runs are tried again, and when; see `retry.ts`. */
export interface RetryPolicy {
  /** Attempts in all, the first one included. 1 means no retry. */
  readonly attempts: number
  /** Delay before the second attempt. */
  readonly baseMs: number
  /** By which each further delay is multiplied. */
  readonly factor: number
  /** Which is added to each further delay. */
  readonly stepMs: number
  /** The delays one by one, the last for all that follow, instead of the formula; null: by the formula. */
  readonly delaysMs: readonly number[] | null
  /** The longest delay. */
  readonly capMs: number
  /** Part of the delay by which it varies at random, both ways: 0.2 is plus or minus 20 %. */
  readonly jitter: number
  /** Names or codes of the only errors that are tried again; null: all are. */
  readonly only: readonly string[] | null
  /** Names or codes of errors that are not tried again. */
  readonly never: readonly string[]
}

/** The policies of a job, resolved: every default filled in. Shared between jobs that have the same. */
export interface JobPolicy {
  readonly coalesce: boolean
  readonly maxInstances: number
  readonly overlap: Overlap
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

const NO_ERRORS: readonly string[] = Object.freeze([])

/** What a policy has that asks for retries and says nothing else. */
export const DEFAULT_RETRY: RetryPolicy = Object.freeze({
  attempts: 3,
  baseMs: 1_000,
  factor: 2,
  stepMs: 0,
  delaysMs: null,
  capMs: 3_600_000,
  jitter: 0,
  only: null,
  never: NO_ERRORS,
})

export const NO_RETRY: RetryPolicy = Object.freeze({ ...DEFAULT_RETRY, attempts: 1, baseMs: 0, factor: 1, capMs: 0 })

/** The defaults of {@link HistoryPolicy}. */
export const DEFAULT_HISTORY: HistoryPolicy = Object.freeze({
  keep: 100,
  maxAgeMs: 30 * 86_400_000,
  byStateMs: null,
  logMaxAgeMs: 7 * 86_400_000,
})

/** The defaults of a job's policies. */
export const DEFAULT_POLICY: JobPolicy = Object.freeze({
  coalesce: true,
  maxInstances: 1,
  overlap: 'skip',
  maxRuns: null,
  misfireGraceMs: null,
  timeoutMs: null,
  retry: NO_RETRY,
  onCrash: 'retry',
  history: DEFAULT_HISTORY,
})
