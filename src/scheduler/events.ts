/** What a scheduler tells its listeners. */

import { Emitter } from '../core/emitter.ts'
import type { Run, RunProgress } from '../jobs/run.ts'

/** About a job. */
export interface JobEvent {
  readonly jobId: string
  /** Alias of the store. */
  readonly store: string
}

/** About a run, as it is after what happened. */
export interface RunEvent {
  readonly runId: string
  readonly jobId: string | null
  readonly store: string
  readonly run: Run
}

/** A handler reported progress. */
export interface ProgressEvent {
  readonly runId: string
  readonly jobId: string | null
  readonly store: string
  readonly progress: RunProgress
  /** From 0 to 100; null where the handler gives no total. */
  readonly percent: number | null
}

/** About an executor or a store. */
export interface AliasEvent {
  readonly alias: string
}

/** A store failed; one event for each outage, not for each try. */
export interface StoreErrorEvent extends AliasEvent {
  readonly error: unknown
}

/** Event -> payload. */
export interface SchedulerEvents {
  'scheduler:started': object
  'scheduler:paused': object
  'scheduler:resumed': object
  'scheduler:shutdown': object
  'store:added': AliasEvent
  'store:removed': AliasEvent
  'store:error': StoreErrorEvent
  'executor:added': AliasEvent
  'executor:removed': AliasEvent
  'job:added': JobEvent
  'job:modified': JobEvent
  'job:removed': JobEvent
  'job:all-removed': { readonly store: string }
  'run:submitted': RunEvent
  'run:started': RunEvent
  'run:progress': ProgressEvent
  'run:completed': RunEvent
  'run:failed': RunEvent
  'run:retrying': RunEvent
  'run:skipped': RunEvent
  'run:cancelled': RunEvent
  'run:lost': RunEvent
}

/** Names of the events about steps of runs. */
export type RunEventName = Exclude<Extract<keyof SchedulerEvents, `run:${string}`>, 'run:progress'>

export const EVENT_NAMES = [
  'scheduler:started',
  'scheduler:paused',
  'scheduler:resumed',
  'scheduler:shutdown',
  'store:added',
  'store:removed',
  'store:error',
  'executor:added',
  'executor:removed',
  'job:added',
  'job:modified',
  'job:removed',
  'job:all-removed',
  'run:submitted',
  'run:started',
  'run:progress',
  'run:completed',
  'run:failed',
  'run:retrying',
  'run:skipped',
  'run:cancelled',
  'run:lost',
] as const satisfies readonly (keyof SchedulerEvents)[]

export type SchedulerEmitter = Emitter<SchedulerEvents>

/** The emitter of one scheduler. */
export function schedulerEmitter(onListenerError: (error: unknown, event: string) => void): SchedulerEmitter {
  return new Emitter<SchedulerEvents>(EVENT_NAMES, onListenerError)
}
