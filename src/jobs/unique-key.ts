/** A key that keeps a second run like the first from being enqueued. */

import type { StoredFields } from './fields.ts'
import type { RunRecord } from './record.ts'
import { isFinal } from './run.ts'

export interface UniqueKeyNote {
  /** The run that has the key. */
  readonly runId: string
  /** Epoch ms until which the key is taken even when that run is over. */
  readonly until: number
}

/**
 * Whether a key is taken.
 *
 * @param run - the run that has it, as it is now; undefined if it is not stored any more
 * @param now - epoch ms
 */
export function isKeyTaken(note: UniqueKeyNote, run: RunRecord | undefined, now: number): boolean {
  return now < note.until || (run !== undefined && !isFinal(run.state))
}

/** @throws CronwrightError (`DESERIALIZATION`) */
export function uniqueKeyNote(fields: StoredFields): UniqueKeyNote {
  return { runId: fields.text('runId'), until: fields.number('until') }
}
