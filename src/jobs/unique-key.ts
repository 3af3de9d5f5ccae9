/** A key that keeps a second run like the first from being enqueued. */

import type { StoredFields } from './fields.ts'

export interface UniqueKeyNote {
  /** The run that has the key. */
  readonly runId: string
  /** Epoch ms until which the key is taken even when that run is over. */
  readonly until: number
}

/** @throws CronwrightError (`DESERIALIZATION`) */
export function uniqueKeyNote(fields: StoredFields): UniqueKeyNote {
  return { runId: fields.text('runId'), until: fields.number('until') }
}
