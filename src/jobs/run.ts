/** A run: one execution of a job for one due time, or of one enqueued input. */

import type { JobPolicy } from './policy.ts'
import { percentOf } from './progress.ts'
import type { RunRecord } from './record.ts'

/** The states a run is stored in. */
export const RUN_STATES = [
  'pending',
  'running',
  'completed',
  'failed',
  'stopped',
  'cancelled',
  'dead',
  'skipped',
  'unknown',
] as const

export type RunState = (typeof RUN_STATES)[number]

/** States that still take a place of the job's `maxInstances`. */
export const ACTIVE_RUN_STATES: readonly RunState[] = ['pending', 'running']

/** States that a person has to look at: kept until then, whatever the history policy says. */
export const WAITING_FOR_OPERATOR: readonly RunState[] = ['dead', 'unknown']

const ACTIVE = new Set<string>(ACTIVE_RUN_STATES)

/** Whether a run in this state is over. A run in state `unknown` is: only an operator starts it again. */
export function isFinal(state: string): boolean {
  return !ACTIVE.has(state)
}

/**
 * Why a run starts (or waits to start) again: its handler failed, a person asked for it, its process died, or its process
 * shut down. `none` at first.
 */
export type ResumeReason = 'none' | 'retry' | 'manual' | 'crash' | 'shutdown'

export const RESUME_REASONS: readonly ResumeReason[] = ['none', 'retry', 'manual', 'crash', 'shutdown']

/** What made a run: a fire of its job's trigger, `runJob`, or `enqueue`. */
export type RunOrigin = 'schedule' | 'manual' | 'enqueue'

/**
 * The part of a run that stays as it is. Self-contained: a run outlives its job. Where the job's own spec has all of it,
 * a run in memory shares it.
 */
export interface RunSpec {
  readonly input: unknown
  readonly executor: string
  readonly policy: JobPolicy
}

/** An error as it is stored: only text, never a live object. */
export interface StoredError {
  readonly name: string
  readonly message: string
  readonly code?: string | undefined
  readonly stack?: string | undefined
}

/** How far a handler says it is. */
export interface RunProgress {
  readonly done: number
  readonly total: number | null
  readonly message: string | null
}

/** The part of a run that changes with every step. */
export interface RunStatus {
  readonly origin: RunOrigin
  /** How often a handler was started. */
  readonly attempt: number
  /** How often a lease was lost. */
  readonly crashes: number
  /** Version at which the present (or last) owner claimed it: the fencing token handed to the handler. */
  readonly fence: number
  readonly worker: string | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Why it ended as it did, for states that need a reason. */
  readonly reason: string | null
  readonly output: unknown
  readonly error: StoredError | null
  readonly progress: RunProgress | null
  /** What the handler last asked to keep for its next attempt; undefined: nothing. */
  readonly checkpoint: unknown
  /** Counts that the handler keeps, by name. */
  readonly counters: Readonly<Record<string, number>> | null
  /** Why the present (or next) attempt is not the first. */
  readonly resume: ResumeReason
  /** Due times that this run stands for; above 1 only where more were missed at once than are listed one by one. */
  readonly count: number
}

/** A status in which nothing has happened yet. */
export const FRESH_STATUS: RunStatus = Object.freeze({
  origin: 'schedule',
  attempt: 0,
  crashes: 0,
  fence: 0,
  worker: null,
  startedAt: null,
  finishedAt: null,
  reason: null,
  output: undefined,
  error: null,
  progress: null,
  checkpoint: undefined,
  counters: null,
  resume: 'none',
  count: 1,
})

/**
 * Where a run is, more closely than its state: one that is pending may be `scheduled` (due later), `pending` (due now) or
 * `retrying` (a failed attempt is behind it); one that is running may be `stopping` (told to stop in this process).
 */
export type RunPhase = 'scheduled' | 'retrying' | 'stopping' | RunState

/** A run as people see it. */
export interface Run<Input = unknown, Output = unknown> {
  /** `jobId@fireTime` (epoch ms) for a fired run. */
  readonly id: string
  /** Alias of the store that keeps it. */
  readonly store: string
  /** Null for an enqueued run. */
  readonly jobId: string | null
  readonly functionRef: string
  readonly origin: RunOrigin
  readonly queue: string
  readonly priority: number
  readonly state: RunState
  /** Its state as it was when this view was made, more closely. */
  readonly phase: RunPhase
  /** Why it was skipped, cancelled, or lost; null otherwise. */
  readonly reason: string | null
  /** When it should start (or should have started). */
  readonly dueAt: Date
  /** Start of the last attempt. */
  readonly startedAt: Date | null
  /** End of the last attempt; null while it is at work. */
  readonly finishedAt: Date | null
  /** Milliseconds the last attempt took; null while it is at work, and where nothing was started. */
  readonly duration: number | null
  /** When a pending run may start: `dueAt` at first, after its delay for a retry; null in any other state. */
  readonly nextAttemptAt: Date | null
  /** 1 while the first attempt is at work, and after it. */
  readonly attempt: number
  readonly fence: number
  /** Id of the scheduler that has or had it. */
  readonly worker: string | null
  readonly input: Input | undefined
  /** Undefined until the run is completed. */
  readonly output: Output | undefined
  readonly error: StoredError | null
  /** Null until its handler reports any. */
  readonly progress: RunProgress | null
  /**
   * From 0 to 100: 0 before its handler reports any progress, 100 when it is completed; null where the handler reports
   * no total.
   */
  readonly percent: number | null
  /** Why the present (or next) attempt is not the first; `none` where it is. */
  readonly resume: ResumeReason
  /** Counts that its handler keeps, by name. */
  readonly counters: Readonly<Record<string, number>>
  /** Due times this run stands for: above 1 only for a `skipped` run that sums up a long outage. */
  readonly count: number
}

/** Id of the run of a job for one fire time. */
export function runIdOf(jobId: string, fireTime: number): string {
  return `${jobId}@${fireTime}`
}

/** What a view shows beside the record: the time (epoch ms), and whether the run was told to stop. */
export interface RunMoment {
  readonly now: number
  readonly isStopping: boolean
}

/** The view of a run record. */
export function runFromRecord(record: RunRecord, store: string, moment: RunMoment): Run {
  const { spec, status } = record
  const { startedAt, finishedAt, progress } = status
  return {
    id: record.id,
    store,
    jobId: record.jobId,
    functionRef: record.functionRef,
    origin: status.origin,
    queue: record.queue,
    priority: record.priority,
    state: record.state as RunState,
    phase: phaseOf(record, moment),
    reason: status.reason,
    dueAt: new Date(record.at),
    startedAt: startedAt === null ? null : new Date(startedAt),
    finishedAt: finishedAt === null ? null : new Date(finishedAt),
    duration: startedAt === null || finishedAt === null ? null : Math.max(0, finishedAt - startedAt),
    nextAttemptAt: record.state !== 'pending' || record.due === null ? null : new Date(record.due),
    attempt: status.attempt,
    fence: status.fence,
    worker: status.worker,
    input: spec.input,
    output: status.output,
    error: status.error,
    progress: progress === null ? null : { ...progress },
    percent: record.state === 'completed' ? 100 : progress === null ? 0 : percentOf(progress),
    resume: status.resume,
    counters: { ...status.counters },
    count: status.count,
  }
}

function phaseOf({ state, due, status }: RunRecord, { now, isStopping }: RunMoment): RunPhase {
  if (state === 'running') return isStopping ? 'stopping' : 'running'
  if (state !== 'pending') return state as RunState
  if (status.attempt > 0) return 'retrying'
  return due !== null && due > now ? 'scheduled' : 'pending'
}
