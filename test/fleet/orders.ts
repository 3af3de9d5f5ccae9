/** What a fleet and its processes say to each other. */

import type { Writer } from './event-log.ts'
import type { ClockPlan } from './member-clock.ts'

/** What a process is started with. */
export interface MemberSettings extends Writer {
  /** Of the store. */
  readonly url: string
  readonly leaseMs: number
  readonly pollMs: number
  /** Decides how long each run takes. */
  readonly seed: string
  /** Name of a bug that its store is to have. */
  readonly bug?: string | undefined
  /** @default the machine's clock */
  readonly clock?: ClockPlan | undefined
  /** Path of the event log. */
  readonly log: string
}

/** Shut down, with so much time for the runs at work, and end. */
export interface Order {
  readonly order: 'shutdown'
  readonly graceMs: number
}

/** The scheduler of the process has started. */
export interface Report {
  readonly report: 'ready'
}
