/**
 * Records as this process last saw them, so that a change needs no reading before it: what a patch leaves, and the keys to
 * be moved, are known. Never the ground of a decision: each write is guarded by the revision of what is here.
 */

import type { RecordKey } from '../../jobs/record.ts'
import type { StoredRecord } from './stored-record.ts'

/** About 16 MiB of text. */
const MOST_CHARACTERS = 8 * 2 ** 20
/** What a record takes beside its texts. */
const OVERHEAD = 300

export class RecordCache {
  /** Oldest first. */
  readonly #records = new Map<string, StoredRecord>()
  #characters = 0

  get(key: RecordKey): StoredRecord | undefined {
    return this.#records.get(nameOf(key))
  }

  /** Keeps a record, unless a later state of it is known. */
  put(stored: StoredRecord): void {
    const key = nameOf(stored.record)
    const known = this.#records.get(key)
    if (known !== undefined && known.revision > stored.revision) return
    this.#drop(key, known)
    this.#records.set(key, withoutLongSpec(stored))
    this.#characters += sizeOf(stored)
    for (const [oldest, record] of this.#records) {
      if (this.#characters <= MOST_CHARACTERS) return
      this.#drop(oldest, record)
    }
  }

  remove(of: RecordKey): void {
    const key = nameOf(of)
    this.#drop(key, this.#records.get(key))
  }

  #drop(key: string, known: StoredRecord | undefined): void {
    if (known === undefined) return
    this.#records.delete(key)
    this.#characters -= sizeOf(known)
  }
}

function nameOf({ kind, id }: RecordKey): string {
  return `${kind}/${id}`
}

function withoutLongSpec(stored: StoredRecord): StoredRecord {
  return stored.isApart ? { ...stored, record: { ...stored.record, spec: '' } } : stored
}

function sizeOf({ record, isApart }: StoredRecord): number {
  return OVERHEAD + (record.status?.length ?? 0) + (isApart ? 0 : record.spec.length)
}
