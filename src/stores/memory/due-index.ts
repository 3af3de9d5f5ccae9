/**
 * What is due, and when: one heap by due time for each lane, and for runs whose time has come one heap by priority for
 * each queue, so that serving them in order needs no sort.
 */

import { IndexedHeap } from '../../core/heap.ts'
import type { Lane } from '../../jobs/record.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import { type Entry, isDueBefore, isServedBefore } from './entry.ts'

export class DueIndex {
  readonly #waiting: Record<Lane, IndexedHeap<Entry>> = {
    job: new IndexedHeap(isDueBefore),
    run: new IndexedHeap(isDueBefore),
    history: new IndexedHeap(isDueBefore),
  }
  readonly #ready = new Map<string, IndexedHeap<Entry>>()

  /** Puts an entry where its record belongs, or moves it there. */
  put(entry: Entry): void {
    const { due, lane } = entry.record
    const target = due === null ? null : this.#waiting[lane]
    if (entry.heap === target) {
      target?.update(entry)
      return
    }
    this.remove(entry)
    entry.heap = target
    target?.add(entry)
  }

  remove(entry: Entry): void {
    entry.heap?.remove(entry)
    entry.heap = null
  }

  due(query: DueQuery): Entry[] {
    const accepts = filterOf(query)
    const isDue = (entry: Entry): boolean => (entry.record.due ?? Number.POSITIVE_INFINITY) <= query.before
    if (query.lane !== 'run') return this.#waiting[query.lane].first(query.limit, isDue, accepts)
    this.#promote(query.before)
    const inOrder = query.queues ?? [...this.#ready.keys()]
    const found: Entry[] = []
    for (const queue of inOrder) {
      if (found.length >= query.limit) break
      const ready = this.#ready.get(queue)
      if (ready === undefined) continue
      const taken = ready.first(query.limit - found.length, always, (entry) => isDue(entry) && accepts(entry))
      for (const entry of taken) found.push(entry)
    }
    return query.queues === undefined ? found.sort((a, b) => (isDueBefore(a, b) ? -1 : 1)) : found
  }

  nextDue(query: NextDueQuery): number | null {
    const accepts = filterOf(query)
    let next = firstDue(this.#waiting[query.lane], accepts)
    if (query.lane !== 'run') return next
    for (const ready of this.#ready.values()) {
      const due = firstDue(ready, accepts)
      if (due !== null && (next === null || due < next)) next = due
    }
    return next
  }

  /** Moves the runs whose time has come into the heaps of their queues. */
  #promote(now: number): void {
    const waiting = this.#waiting.run
    for (let entry = waiting.top; entry?.record.due != null && entry.record.due <= now; entry = waiting.top) {
      waiting.remove(entry)
      let ready = this.#ready.get(entry.record.queue)
      if (ready === undefined) {
        ready = new IndexedHeap(isServedBefore)
        this.#ready.set(entry.record.queue, ready)
      }
      entry.heap = ready
      ready.add(entry)
    }
  }
}

const always = (): boolean => true

function firstDue(heap: IndexedHeap<Entry>, accepts: (entry: Entry) => boolean): number | null {
  const [entry] = heap.first(1, always, accepts)
  return entry?.record.due ?? null
}

function filterOf(query: NextDueQuery): (entry: Entry) => boolean {
  const functions = new Set(query.withoutFunctions)
  const jobs = new Set(query.withoutJobs)
  const queues = query.queues === undefined ? null : new Set(query.queues)
  if (functions.size === 0 && jobs.size === 0 && queues === null) return always
  return ({ record }) =>
    !functions.has(record.functionRef) &&
    !jobs.has(record.kind === 'run' ? (record.jobId ?? '') : record.id) &&
    (queues === null || queues.has(record.queue))
}
