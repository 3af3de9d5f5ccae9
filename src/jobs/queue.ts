/** A queue is a name on runs; its note keeps what concerns it as a whole. */

import { NO_COUNTS, type RunCounters, storedCounters } from './counters.ts'
import type { StoredFields } from './fields.ts'

export interface QueueNote {
  /** While paused, no process takes runs of the queue. */
  readonly isPaused: boolean
  /** What workers that are gone did. */
  readonly counters: RunCounters
  /** Notes of such workers that are in `counters` and perhaps not yet removed: what they say is not to be counted again. */
  readonly folded: readonly string[]
}

/** A queue that nothing is known about yet. */
export const NEW_QUEUE: QueueNote = Object.freeze({ isPaused: false, counters: NO_COUNTS, folded: Object.freeze([]) })

/** @throws CronwrightError (`DESERIALIZATION`) */
export function queueNote(fields: StoredFields): QueueNote {
  return {
    isPaused: fields.boolean('isPaused'),
    counters: storedCounters(fields.nested('counters')),
    folded: fields.texts('folded'),
  }
}
