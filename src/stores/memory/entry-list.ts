/** A list through its entries: adding one and taking one out is O(1), and costs no array. An entry is in one list at most. */

import type { RecordHeader } from '../../jobs/record.ts'
import type { Entry } from './entry.ts'

export class EntryList<R extends RecordHeader> {
  #first: Entry<R> | null = null
  #last: Entry<R> | null = null
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds an entry at the end. */
  append(entry: Entry<R>): void {
    this.#insert(entry, this.#last)
  }

  /** Adds an entry behind the last of those that come before it: a step for each of those that come after. */
  insert(entry: Entry<R>, comesBefore: (other: Entry<R>) => boolean): void {
    let previous = this.#last
    while (previous !== null && !comesBefore(previous)) previous = previous.previous
    this.#insert(entry, previous)
  }

  /** Takes out an entry of this list. */
  remove(entry: Entry<R>): void {
    if (entry.previous === null) this.#first = entry.next
    else entry.previous.next = entry.next
    if (entry.next === null) this.#last = entry.previous
    else entry.next.previous = entry.previous
    entry.previous = null
    entry.next = null
    this.#size -= 1
  }

  *[Symbol.iterator](): Generator<Entry<R>, void> {
    for (let entry = this.#first; entry !== null; entry = entry.next) yield entry
  }

  #insert(entry: Entry<R>, previous: Entry<R> | null): void {
    const next = previous === null ? this.#first : previous.next
    entry.previous = previous
    entry.next = next
    if (previous === null) this.#first = entry
    else previous.next = entry
    if (next === null) this.#last = entry
    else next.previous = entry
    this.#size += 1
  }
}
