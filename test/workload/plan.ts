/** A job of a workload: when it is due, what it does, and what its policies allow. Plain data. */

import type { Schedule } from '../checks/due-times.ts'
import type { LoggedPolicy } from '../checks/history.ts'

/** What the handler of a job does. */
export type Behaviour = 'short' | 'slow' | 'throws' | 'blocks' | 'poison'

export interface JobPlan {
  readonly id: string
  readonly schedule: Schedule
  readonly behaviour: Behaviour
  readonly policy: LoggedPolicy
}

/** The longest that a handler stays at work, and that a run waits for its next attempt or behind others of its job. */
export function longestRun(leaseMs: number): number {
  return 2.2 * leaseMs + 5_000
}
