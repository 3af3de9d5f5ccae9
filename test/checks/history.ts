/**
 * What a run of several processes leaves behind, and all that the checks look at: the log that the processes wrote, the
 * faults that hit them, and the store as it was at the end. Plain data, so a simulation and real processes can give it.
 *
 * All `at`, `from` and `to` are true time: milliseconds on one timeline that all processes share (on one machine, the
 * monotonic clock). `wall` is what a process's wall clock said, epoch ms; due times are wall time.
 */

import type { Schedule } from './due-times.ts'

interface Logged {
  readonly at: number
  readonly wall: number
  /** Name of the process; the same after a restart. */
  readonly process: string
}

interface AboutRun extends Logged {
  readonly runId: string
  /** Null for an enqueued run. */
  readonly jobId: string | null
  readonly fence: number
}

/** A handler was called. */
export interface StartEvent extends AboutRun {
  readonly ev: 'start'
  readonly dueAt: number
  readonly attempt: number
}

/** A handler ended by itself. */
export interface EndEvent extends AboutRun {
  readonly ev: 'end'
  readonly outcome: 'returned' | 'threw'
}

/** A handler's signal aborted: from here on its process says that it no longer holds the run. */
export interface StopEvent extends AboutRun {
  readonly ev: 'stop'
  readonly cause: string
}

/** The store accepted a step that ended the run or let it wait again. */
export interface SettledEvent extends AboutRun {
  readonly ev: 'settled'
  readonly state: string
  /** Epoch ms; null where the run waits again. */
  readonly finishedAt: number | null
}

/** A process found out that a run is no longer its own. */
export interface RefusedEvent extends AboutRun {
  readonly ev: 'refused'
}

/** A fire time was noted as not run. */
export interface SkipEvent extends Logged {
  readonly ev: 'skip'
  readonly runId: string
  readonly jobId: string
  readonly dueAt: number
  readonly count: number
  readonly reason: string
}

/** The policies of a job that decide what may become of a fire time. */
export interface LoggedPolicy {
  readonly coalesce: boolean
  readonly maxInstances: number
  /** Ms; null: any. */
  readonly misfireGrace: number | null
  /** Attempts in all. */
  readonly attempts: number
}

/** A user changed a job; between `askedAt` and `at` it may have been in force or not. */
export interface EditEvent extends Logged {
  readonly ev: 'edit'
  readonly op: 'ensure' | 'add' | 'modify' | 'pause' | 'resume' | 'reschedule' | 'remove'
  readonly jobId: string
  readonly askedAt: number
  /** As it is after the change. */
  readonly schedule: Schedule
  readonly policy: LoggedPolicy
  /** What the call gave as the job's next fire time. */
  readonly nextRun: number | null
}

interface Requested extends Logged {
  readonly runId: string
  readonly askedAt: number
  readonly dueAt: number
  readonly attempts: number
}

/** A user enqueued a run. */
export interface EnqueuedEvent extends Requested {
  readonly ev: 'enqueued'
}

/** A user cancelled it, or found it over. */
export interface CancelledEvent extends Requested {
  readonly ev: 'cancelled'
}

/** `shutdown()` resolved. */
export interface ShutdownEvent extends Logged {
  readonly ev: 'shutdown'
  readonly askedAt: number
}

export type LogEvent =
  | StartEvent
  | EndEvent
  | StopEvent
  | SettledEvent
  | RefusedEvent
  | SkipEvent
  | EditEvent
  | EnqueuedEvent
  | CancelledEvent
  | ShutdownEvent

/**
 * Something that was done to the processes: `crash` (gone until `to`), `shutdown` (told to end, away until `to`), `stop`
 * and `block` (no turn of the event loop), `outage` (the store refuses), `flaky` (requests and replies get lost), `slow`
 * (answers come late), `clock-step` (the wall clock was set; until `to` it shows what it showed before).
 */
export interface Fault {
  readonly kind: 'crash' | 'shutdown' | 'stop' | 'block' | 'outage' | 'flaky' | 'slow' | 'clock-step'
  /** Null: all of them. */
  readonly process: string | null
  readonly from: number
  readonly to: number
}

/** A run record at the end. */
export interface RunDump {
  readonly id: string
  readonly jobId: string | null
  readonly at: number
  readonly state: string
  /** Epoch ms; null: nothing more happens to it. */
  readonly due: number | null
  readonly attempt: number
  readonly crashes: number
  readonly fence: number
  readonly reason: string | null
  readonly finishedAt: number | null
  readonly count: number
}

/** A job record at the end. */
export interface JobDump {
  readonly id: string
  readonly state: string
  readonly due: number | null
}

/** From true time `from` on, the machine's wall clock shows `wall + (t - from) * rate`. */
export interface WallSegment {
  readonly from: number
  readonly wall: number
  readonly rate: number
}

export interface Settings {
  readonly processes: readonly string[]
  readonly leaseMs: number
  readonly pollMs: number
  /** The most that a process's wall clock differs from the machine's. */
  readonly skewMs: number
  /** The longest that a handler is at work, and that a failed run waits. */
  readonly longestRunMs: number
  /** By how much a process may take the clock of the store's server to be behind: never ahead. @default 0 */
  readonly lagMs?: number | undefined
  /** What a poll and a takeover may take beyond what the scheduler plans. @default 500 */
  readonly slackMs?: number | undefined
  readonly clock: readonly WallSegment[]
  /**
   * Wall time up to which everything that was due was waited for: whatever the faults were, it is over by the end. Null:
   * nobody waited.
   */
  readonly caughtUpTo: number | null
  /** When the store was dumped. */
  readonly endAt: number
}

export interface History {
  readonly settings: Settings
  readonly log: readonly LogEvent[]
  readonly faults: readonly Fault[]
  readonly runs: readonly RunDump[]
  readonly jobs: readonly JobDump[]
}

/** A promise that was broken. */
export interface Violation {
  /** `C1` to `C12`. */
  readonly check: string
  /** The job or run. */
  readonly subject: string
  readonly text: string
}
