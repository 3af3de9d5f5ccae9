/** The settings of a job - its policies, its queue, its priority - as people see them: durations in milliseconds. */

import type { AgedState } from './history.ts'
import type { JobPolicy, OnCrash, Overlap, RetryPolicy } from './policy.ts'

/** How a job treats its runs: what an operator may override. */
export interface JobSettings {
  readonly coalesce: boolean
  readonly maxInstances: number
  readonly overlap: Overlap
  /** Fires after which the job is removed; null: no limit. */
  readonly maxRuns: number | null
  /** Milliseconds; null: unlimited. */
  readonly misfireGraceTime: number | null
  readonly queue: string
  readonly priority: number
  /** Milliseconds; null: unlimited. */
  readonly timeout: number | null
  readonly retry: RetryPolicy
  readonly onCrash: OnCrash
  /** Ages in milliseconds. */
  readonly history: {
    readonly keep: number
    readonly maxAge: number
    readonly byState: Readonly<Partial<Record<AgedState, number>>>
    readonly logs: number
  }
}

/** The same settings as a record has them. */
export interface StoredSettings {
  readonly queue: string
  readonly priority: number
  readonly policy: JobPolicy
}

const SAME_AGES: JobSettings['history']['byState'] = Object.freeze({})

export function shownSettings({ queue, priority, policy }: StoredSettings): JobSettings {
  const { keep, maxAgeMs: maxAge, byStateMs, logMaxAgeMs: logs } = policy.history
  return {
    coalesce: policy.coalesce,
    maxInstances: policy.maxInstances,
    overlap: policy.overlap,
    maxRuns: policy.maxRuns,
    misfireGraceTime: policy.misfireGraceMs,
    queue,
    priority,
    timeout: policy.timeoutMs,
    retry: policy.retry,
    onCrash: policy.onCrash,
    history: { keep, maxAge, byState: byStateMs ?? SAME_AGES, logs },
  }
}

/** What {@link shownSettings} took apart, for stores that keep views. */
export function storedSettings(shown: JobSettings): StoredSettings {
  const { keep, maxAge: maxAgeMs, byState, logs: logMaxAgeMs } = shown.history
  const byStateMs = Object.keys(byState).length === 0 ? null : byState
  return {
    queue: shown.queue,
    priority: shown.priority,
    policy: {
      coalesce: shown.coalesce,
      maxInstances: shown.maxInstances,
      overlap: shown.overlap,
      maxRuns: shown.maxRuns,
      misfireGraceMs: shown.misfireGraceTime,
      timeoutMs: shown.timeout,
      retry: shown.retry,
      onCrash: shown.onCrash,
      history: { keep, maxAgeMs, byStateMs, logMaxAgeMs },
    },
  }
}
