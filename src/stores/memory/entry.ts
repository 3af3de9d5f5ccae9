/** A record's place in the memory store: the record as it is now, and the heap it waits in. */

import type { HeapItem, IndexedHeap } from '../../core/heap.ts'
import type { StoreRecord } from '../../jobs/record.ts'

export interface Entry extends HeapItem {
  record: StoreRecord
  /** The heap that holds it, or null while nothing is due about it. */
  heap: IndexedHeap<Entry> | null
  /** The runs of the same job that arrived before and after; null for a job. */
  previous: Entry | null
  next: Entry | null
  /** Order of arrival: decides between records due in the same millisecond. */
  readonly sequence: number
}

/** Earliest due first, then first come first. */
export function isDueBefore(a: Entry, b: Entry): boolean {
  const left = a.record.due ?? Number.POSITIVE_INFINITY
  const right = b.record.due ?? Number.POSITIVE_INFINITY
  return left === right ? a.sequence < b.sequence : left < right
}

/** Highest priority first, then earliest due. */
export function isServedBefore(a: Entry, b: Entry): boolean {
  const difference = a.record.priority - b.record.priority
  return difference === 0 ? isDueBefore(a, b) : difference > 0
}
