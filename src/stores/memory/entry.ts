/**
 * A record's place in an index in memory: the record as it is now, and where it waits. What the record holds beyond its
 * header is the store's affair: the memory store keeps it all, others keep it on a server.
 */

import type { QueueItem } from '../../core/due-queue.ts'
import type { IndexedHeap } from '../../core/heap.ts'
import type { RecordHeader, StoreRecord } from '../../jobs/record.ts'

export interface Entry<R extends RecordHeader = StoreRecord> extends QueueItem<Entry<R>> {
  record: R
  /** The heap of ready runs that it is in; null while it waits for its due time, or for nothing. */
  ready: IndexedHeap<Entry<R>> | null
  /** Its neighbours in the list of runs that it is in; null for a job. */
  previous: Entry<R> | null
  next: Entry<R> | null
  /** Order of arrival: decides between runs of one priority that are due in the same millisecond. */
  readonly sequence: number
}

/** An entry of a record that waits nowhere yet. */
export function newEntry<R extends RecordHeader>(record: R, sequence: number): Entry<R> {
  return { record, slot: -1, bucket: null, ready: null, previous: null, next: null, sequence }
}

/** What the order of serving looks at. */
export type Served = Pick<Entry<RecordHeader>, 'record' | 'sequence'>

/** Highest priority first, then earliest due, then first come first. */
export function isServedBefore(a: Served, b: Served): boolean {
  const left = a.record
  const right = b.record
  if (left.priority !== right.priority) return left.priority > right.priority
  const leftDue = left.due ?? Number.POSITIVE_INFINITY
  const rightDue = right.due ?? Number.POSITIVE_INFINITY
  return leftDue === rightDue ? a.sequence < b.sequence : leftDue < rightDue
}
