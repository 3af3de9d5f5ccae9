/** A job: what should happen and when. */

import type { Trigger } from '../triggers/index.ts'
import type { JobPolicy, OnCrash, RetryPolicy } from './policy.ts'
import type { JobRecord } from './record.ts'

/** The part of a job record that only people change. */
export interface JobSpec {
  readonly name: string
  readonly trigger: Trigger
  readonly input: unknown
  readonly executor: string
  readonly policy: JobPolicy
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The part of a job record that changes as it fires. Null where nothing has to be counted. */
export interface JobStatus {
  /** Runs made so far, for `maxRuns`. */
  readonly fires: number
}

/** States of a job record: `waiting` for its due time, `paused`, or `idle` (no fire time: runs only by `runJob`). */
export type JobState = 'waiting' | 'paused' | 'idle'

/** A job as people see it. */
export interface Job {
  readonly id: string
  /** For people; default: the function's name. */
  readonly name: string
  /** Name of the registered function. */
  readonly functionRef: string
  readonly trigger: Trigger
  readonly input: unknown
  /** Alias of the store that keeps it. */
  readonly store: string
  /** Alias of the executor that runs it. */
  readonly executor: string
  /** Null while paused, and for a job without any more fire time. */
  readonly nextRunTime: Date | null
  readonly paused: boolean
  readonly createdAt: Date
  readonly coalesce: boolean
  readonly maxInstances: number
  /** Fires after which the job is removed; null: no limit. */
  readonly maxRuns: number | null
  /** Runs made so far; counted only where there is a `maxRuns`. */
  readonly fires: number
  /** Milliseconds; null: unlimited. */
  readonly misfireGraceTime: number | null
  readonly queue: string
  readonly priority: number
  /** Milliseconds; null: unlimited. */
  readonly timeout: number | null
  readonly retry: RetryPolicy
  readonly onCrash: OnCrash
  /** `maxAge` in milliseconds. */
  readonly history: { readonly keep: number; readonly maxAge: number }
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The view of a job record. */
export function jobFromRecord(record: JobRecord, store: string): Job {
  const { spec } = record
  const { policy } = spec
  return {
    id: record.id,
    name: spec.name,
    functionRef: record.functionRef,
    trigger: spec.trigger,
    input: spec.input,
    store,
    executor: spec.executor,
    nextRunTime: record.due === null ? null : new Date(record.due),
    paused: record.state === 'paused',
    createdAt: new Date(record.at),
    coalesce: policy.coalesce,
    maxInstances: policy.maxInstances,
    maxRuns: policy.maxRuns,
    fires: record.status?.fires ?? 0,
    misfireGraceTime: policy.misfireGraceMs,
    queue: record.queue,
    priority: record.priority,
    timeout: policy.timeoutMs,
    retry: policy.retry,
    onCrash: policy.onCrash,
    history: { keep: policy.history.keep, maxAge: policy.history.maxAgeMs },
    tags: spec.tags,
    metadata: spec.metadata,
  }
}

/** The record of a job view: what {@link jobFromRecord} took apart, for stores that keep views. */
export function recordFromJob(job: Job, version: number): JobRecord {
  const state: JobState = job.paused ? 'paused' : job.nextRunTime === null ? 'idle' : 'waiting'
  return {
    kind: 'job',
    id: job.id,
    version,
    lane: 'job',
    due: job.nextRunTime === null ? null : job.nextRunTime.getTime(),
    state,
    at: job.createdAt.getTime(),
    jobId: null,
    functionRef: job.functionRef,
    queue: job.queue,
    priority: job.priority,
    spec: {
      name: job.name,
      trigger: job.trigger,
      input: job.input,
      executor: job.executor,
      policy: {
        coalesce: job.coalesce,
        maxInstances: job.maxInstances,
        maxRuns: job.maxRuns,
        misfireGraceMs: job.misfireGraceTime,
        timeoutMs: job.timeout,
        retry: job.retry,
        onCrash: job.onCrash,
        history: { keep: job.history.keep, maxAgeMs: job.history.maxAge },
      },
      tags: job.tags,
      metadata: job.metadata,
    },
    status: job.maxRuns === null ? null : { fires: job.fires },
  }
}
