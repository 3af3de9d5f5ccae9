/** A record's place in the memory store: the record as it is now, and where it waits. */

import type { QueueItem } from '../../core/due-queue.ts'
import type { IndexedHeap } from '../../core/heap.ts'
import type { StoreRecord } from '../../jobs/record.ts'

export interface Entry extends QueueItem<Entry> {
  record: StoreRecord
  /** The heap of ready runs that it is in; null while it waits for its due time, or for nothing. */
  ready: IndexedHeap<Entry> | null
  /** The runs of the same job that arrived before and after; null for a job. */
  previous: Entry | null
  next: Entry | null
  /** Order of arrival: decides between runs of one priority that are due in the same millisecond. */
  readonly sequence: number
}

/** An entry of a record that waits nowhere yet. */
export function newEntry(record: StoreRecord, sequence: number): Entry {
  return { record, slot: -1, bucket: null, ready: null, previous: null, next: null, sequence }
}

/** Highest priority first, then earliest due, then first come first. */
export function isServedBefore(a: Entry, b: Entry): boolean {
  const left = a.record
  const right = b.record
  if (left.priority !== right.priority) return left.priority > right.priority
  const leftDue = left.due ?? Number.POSITIVE_INFINITY
  const rightDue = right.due ?? Number.POSITIVE_INFINITY
  return leftDue === rightDue ? a.sequence < b.sequence : leftDue < rightDue
}
