/** What callers hand to the methods of a scheduler: filters and choices. */

import type { Duration } from '../core/duration.ts'
import type { JobOptions } from '../jobs/options.ts'
import type { FunctionLike } from '../jobs/registry.ts'
import type { RunState } from '../jobs/run.ts'
import type { Trigger } from '../triggers/index.ts'

/** Which store a call means; without one, every store is searched. */
export interface StoreChoice {
  readonly store?: string
}

/** Which jobs `getJobs` gives. */
export interface JobFilter extends StoreChoice {
  readonly tag?: string
}

/** Which runs `getRuns` gives: newest first. */
export interface RunFilter extends StoreChoice {
  readonly jobId?: string
  readonly state?: RunState | readonly RunState[]
  readonly queue?: string
  /** @default 100; at most 10,000 */
  readonly limit?: number
  /** Only runs due before this instant. */
  readonly before?: Date | string | number
}

/** How `shutdown` goes about it. */
export interface ShutdownOptions {
  /** Whether runs at work may come to their end. @default true */
  readonly wait?: boolean
  /** How long they may; after that they are told to stop and handed back. @default 30 s */
  readonly timeout?: Duration
}

/** Arguments of one job, for `addJobs`. */
export interface JobDescription<Input = never> {
  readonly fn: FunctionLike<Input>
  readonly trigger?: Trigger | null
  readonly options?: JobOptions<Input>
}
