/**
 * Statuses that many runs have alike: of runs that nothing has happened to, which are read without parsing them; and of runs
 * that were claimed, or ended, together, which are written out once.
 */

import { decodeStatus, encodeStatus } from '../jobs/encoding.ts'
import type { RecordContents, RecordKind } from '../jobs/record.ts'
import type { RunStatus } from '../jobs/run.ts'
import type { Serializer } from '../jobs/serializer.ts'
import { NEW_STATUS } from '../jobs/transitions.ts'

type Status = RecordContents[RecordKind]['status']

export class StatusCache {
  readonly #serializer: Serializer
  #new: ReadonlyMap<string | null, RunStatus> | undefined
  /** The status written last, and its text. */
  #last: { readonly status: Status; readonly text: string | null } = { status: null, text: null }

  constructor(serializer: Serializer) {
    this.#serializer = serializer
  }

  /** @throws CronwrightError (`DESERIALIZATION`) or whatever the serializer throws */
  status<K extends RecordKind>(kind: K, text: string | null): RecordContents[K]['status']
  status(kind: RecordKind, text: string | null): Status {
    // On first use: a serializer that throws is the fault of what it writes, and not of opening a store.
    this.#new ??= new Map(Object.values(NEW_STATUS).map((status) => [encodeStatus(status, this.#serializer), status]))
    const known = kind === 'run' ? this.#new.get(text) : undefined
    return known ?? decodeStatus(kind, text, this.#serializer)
  }

  text(status: Status): string | null {
    if (status !== this.#last.status) this.#last = { status, text: encodeStatus(status, this.#serializer) }
    return this.#last.text
  }
}
