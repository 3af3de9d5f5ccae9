/** A queue is a name on runs; its note keeps what concerns it as a whole. */

import { type RunCounters, storedCounters } from './counters.ts'
import type { StoredFields } from './fields.ts'

export interface QueueNote {
  /** While paused, no process takes runs of the queue. */
  readonly isPaused: boolean
  /** What workers that are gone did. */
  readonly counters: RunCounters
}

/** @throws CronwrightError (`DESERIALIZATION`) */
export function queueNote(fields: StoredFields): QueueNote {
  return { isPaused: fields.boolean('isPaused'), counters: storedCounters(fields.nested('counters')) }
}
