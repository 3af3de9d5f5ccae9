/**
 * Items by due time: a heap of distinct due times, each with the bucket of the items due then. Most jobs fire on whole
 * seconds or minutes, so thousands share a due time and adding one of them is a push, not a climb through a heap.
 *
 * One such queue serves all waiting jobs, so that one timer does. Adding, moving and taking out are O(log d) for d
 * distinct due times; items of one due time have no order among them.
 */

import { type HeapItem, IndexedHeap } from './heap.ts'

/** The items due at one instant. */
export interface Bucket<T> extends HeapItem {
  readonly due: number
  readonly items: T[]
}

/** What an item carries so that the queue can find it. Owned by the queue. */
export interface QueueItem<T> extends HeapItem {
  /** The bucket it is in; null while in no queue. */
  bucket: Bucket<T> | null
}

export class DueQueue<T extends QueueItem<T>> {
  readonly #buckets = new Map<number, Bucket<T>>()
  readonly #order = new IndexedHeap<Bucket<T>>((a, b) => a.due < b.due)

  add(item: T, due: number): void {
    let bucket = this.#buckets.get(due)
    if (bucket === undefined) {
      bucket = { due, items: [], slot: -1 }
      this.#buckets.set(due, bucket)
      this.#order.add(bucket)
    }
    item.slot = bucket.items.length
    item.bucket = bucket
    bucket.items.push(item)
  }

  /** Takes out an item of this queue. */
  remove(item: T): void {
    const { bucket } = item
    if (bucket === null) return
    const last = bucket.items.pop()
    if (last !== undefined && last !== item) {
      bucket.items[item.slot] = last
      last.slot = item.slot
    }
    item.slot = -1
    item.bucket = null
    if (bucket.items.length > 0) return
    this.#buckets.delete(bucket.due)
    this.#order.remove(bucket)
  }

  /** The earliest items due up to and including `until`, at most `limit`, of those that `accepts`. Changes nothing. */
  due(until: number, limit: number, accepts: (item: T) => boolean): T[] {
    const found: T[] = []
    for (const bucket of this.#order.inOrder()) {
      if (bucket.due > until) break
      for (const item of bucket.items) {
        if (found.length >= limit) return found
        if (accepts(item)) found.push(item)
      }
    }
    return found
  }

  /** The earliest due time of an item that `accepts`; null if there is none. */
  earliest(accepts: (item: T) => boolean): number | null {
    for (const bucket of this.#order.inOrder()) {
      if (bucket.items.some(accepts)) return bucket.due
    }
    return null
  }

  /** The earliest due time; null when empty. */
  get next(): number | null {
    return this.#order.top?.due ?? null
  }
}
