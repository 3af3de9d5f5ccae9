/**
 * All records of a kind, by pages. Stores list newest first; written oldest first they keep their order among others that
 * are due at the same instant. So the first walk, down the list, notes where each page begins, and the second walks up.
 */

import type { RecordKind, StoreRecord } from '../../jobs/record.ts'
import type { ListQuery, RecordStore } from '../record-store.ts'

/** Records in memory at a time: few, because an input may be large. */
const PAGE = 250

/** What is walked through. */
export type PageQuery<K extends RecordKind> = Pick<ListQuery<K>, 'kind' | 'states'>

export class RecordPages<K extends RecordKind> {
  readonly #store: RecordStore
  readonly #query: PageQuery<K>
  readonly #beginnings: ListQuery['before'][] = []

  constructor(store: RecordStore, query: PageQuery<K>) {
    this.#store = store
    this.#query = query
  }

  /** Every record, newest first. */
  async *down(): AsyncGenerator<readonly StoreRecord<K>[], void, undefined> {
    this.#beginnings.length = 0
    let before: ListQuery['before']
    for (;;) {
      const page = await this.#page(before)
      const last = page.at(-1)
      if (last === undefined) return
      this.#beginnings.push(before)
      yield page
      if (page.length < PAGE) return
      before = { at: last.at, id: last.id }
    }
  }

  /** The same records, oldest first. Only after {@link down} came to its end. */
  async *up(): AsyncGenerator<readonly StoreRecord<K>[], void, undefined> {
    for (const before of this.#beginnings.toReversed()) yield (await this.#page(before)).toReversed()
  }

  #page(before: ListQuery['before']): Promise<readonly StoreRecord<K>[]> {
    return this.#store.list<K>({ ...this.#query, before, limit: PAGE })
  }
}
