/** A job: what should happen and when. */

import type { Trigger } from '../triggers/index.ts'
import { type JobSettings, shownSettings, storedSettings } from './job-settings.ts'
import { type JobOverrides, overridden, type StoredOverride } from './override.ts'
import type { JobPolicy } from './policy.ts'
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
  /** Its outcome is in `policy`, and in the record's `queue` and `priority`. */
  readonly override: StoredOverride | null
}

/** The part of a job record that changes as it fires. Null where nothing has to be counted. */
export interface JobStatus {
  /** Runs made so far, for `maxRuns`. */
  readonly fires: number
}

/** States of a job record: `waiting` for its due time, `paused`, or `idle` (no fire time: runs only by `runJob`). */
export type JobState = 'waiting' | 'paused' | 'idle'

/** A job as people see it. */
export interface Job extends JobSettings {
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
  /** Runs made so far; counted only where there is a `maxRuns`. */
  readonly fires: number
  /** What an operator laid over the settings that code declares, as it was given; null: nothing. */
  readonly overrides: JobOverrides | null
  /** The settings that code declares, where there are overrides; null: those of the job itself. */
  readonly declared: JobSettings | null
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The view of a job record. */
export function jobFromRecord(record: JobRecord, store: string): Job {
  const { spec, queue, priority } = record
  const { policy, override } = spec
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
    fires: record.status?.fires ?? 0,
    ...shownSettings({ queue, priority, policy }),
    overrides: override === null ? null : override.changes,
    declared: override === null ? null : shownSettings(override.declared),
    tags: spec.tags,
    metadata: spec.metadata,
  }
}

/** The record of a job view: what {@link jobFromRecord} took apart, for stores that keep views. */
export function recordFromJob(job: Job, version: number): JobRecord {
  const state: JobState = job.paused ? 'paused' : job.nextRunTime === null ? 'idle' : 'waiting'
  const declared = job.overrides === null ? job : (job.declared ?? job)
  const { settings, override } = overridden(storedSettings(declared), job.overrides)
  const { queue, priority, policy } = settings
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
    queue,
    priority,
    spec: {
      name: job.name,
      trigger: job.trigger,
      input: job.input,
      executor: job.executor,
      policy,
      tags: job.tags,
      metadata: job.metadata,
      override,
    },
    status: policy.maxRuns === null ? null : { fires: job.fires },
  }
}
