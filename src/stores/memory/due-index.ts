/**
 * What is due, and when: one queue by due time for each lane, and for runs whose time has come one heap by priority for
 * each queue, so that serving them in order needs no sort.
 */

import { DueQueue } from '../../core/due-queue.ts'
import { IndexedHeap } from '../../core/heap.ts'
import type { Lane, RecordHeader, StoreRecord } from '../../jobs/record.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import { type Entry, isServedBefore, type Served } from './entry.ts'

type Filter = (entry: Served) => boolean

export class DueIndex<R extends RecordHeader = StoreRecord> {
  readonly #waiting: Record<Lane, DueQueue<Entry<R>>> = {
    job: new DueQueue(),
    run: new DueQueue(),
    history: new DueQueue(),
  }
  readonly #ready = new Map<string, IndexedHeap<Entry<R>>>()

  /** Puts an entry where its record belongs, `before` being the lane in which it waited until now. */
  put(entry: Entry<R>, before: Lane): void {
    this.remove(entry, before)
    const { due, lane } = entry.record
    if (due !== null) this.#waiting[lane].add(entry, due)
  }

  remove(entry: Entry<R>, lane: Lane): void {
    if (entry.ready === null) this.#waiting[lane].remove(entry)
    else entry.ready.remove(entry)
    entry.ready = null
  }

  due(query: DueQuery): Entry<R>[] {
    const accepts = filterOf(query)
    const { lane, before, skip = 0 } = query
    const limit = query.limit + skip
    if (lane !== 'run') return this.#waiting[lane].due(before, limit, accepts).slice(skip)
    this.#promote(before)
    // A clock that went back makes what was ready wait again.
    const isDue: Filter = (entry) => (entry.record.due ?? before) <= before && accepts(entry)
    if (query.queues === undefined) return this.#readyByDue(limit, isDue).slice(skip)
    const found: Entry<R>[] = []
    for (const queue of query.queues) {
      for (const entry of this.#ready.get(queue)?.inOrder() ?? []) {
        if (found.length >= limit) return found.slice(skip)
        if (isDue(entry)) found.push(entry)
      }
    }
    return found.slice(skip)
  }

  /** Whatever their queue and priority. The scheduler always names its queues; this serves those who look on. */
  #readyByDue(limit: number, isDue: Filter): Entry<R>[] {
    const found = [...this.#ready.values()].flatMap((ready) => [...ready.inOrder()].filter(isDue))
    return found.sort(byDue).slice(0, limit)
  }

  nextDue(query: NextDueQuery): number | null {
    const accepts = filterOf(query)
    const waiting = this.#waiting[query.lane]
    let next = accepts === everything ? waiting.next : waiting.earliest(accepts)
    if (query.lane !== 'run') return next
    for (const ready of this.#ready.values()) {
      // Any of them: what is ready is due.
      const due = ready.find(accepts)?.record.due ?? null
      if (due !== null && (next === null || due < next)) next = due
    }
    return next
  }

  /** Moves the runs whose time has come into the heaps of their queues. */
  #promote(now: number): void {
    const waiting = this.#waiting.run
    if (waiting.next === null || waiting.next > now) return
    for (const entry of waiting.due(now, Number.POSITIVE_INFINITY, everything)) {
      waiting.remove(entry)
      const { queue } = entry.record
      const ready = this.#ready.get(queue) ?? new IndexedHeap<Entry<R>>(isServedBefore)
      this.#ready.set(queue, ready)
      entry.ready = ready
      ready.add(entry)
    }
  }
}

const everything: Filter = () => true

function byDue(a: Served, b: Served): number {
  return (a.record.due ?? 0) - (b.record.due ?? 0) || a.sequence - b.sequence
}

function filterOf(query: NextDueQuery): Filter {
  const { withoutFunctions = [], withoutJobs = [], queues, lane } = query
  if (withoutFunctions.length === 0 && withoutJobs.length === 0 && queues === undefined) return everything
  const functions = new Set(withoutFunctions)
  const jobs = new Set(withoutJobs)
  const isServed = queues === undefined ? everything : queueFilter(queues)
  return (entry) => {
    const { record } = entry
    if (functions.has(record.functionRef)) return false
    if (jobs.size > 0 && jobs.has(lane === 'job' ? record.id : (record.jobId ?? ''))) return false
    return isServed(entry)
  }
}

function queueFilter(queues: readonly string[]): Filter {
  return ({ record }) => queues.includes(record.queue)
}
