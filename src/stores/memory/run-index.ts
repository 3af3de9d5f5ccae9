/**
 * The runs of each job, in order of arrival: to count those at work and to trim what is over. The runs of a job form a
 * list through their entries, so that adding and removing one is O(1) and costs no array for each job.
 */

import type { RecordHeader, StoreRecord } from '../../jobs/record.ts'
import { isFinal } from '../../jobs/run.ts'
import type { RunSeries } from '../record-store.ts'
import type { Entry } from './entry.ts'

/** What a run belongs to: its job, or its function when it was enqueued without one. */
type Series = Pick<RecordHeader, 'jobId' | 'functionRef'>

interface RunsOfSeries<R extends RecordHeader> {
  first: Entry<R> | null
  last: Entry<R> | null
  size: number
  active: number
}

export class RunIndex<R extends RecordHeader = StoreRecord> {
  readonly #byJob = new Map<string, RunsOfSeries<R>>()
  readonly #byFunction = new Map<string, RunsOfSeries<R>>()

  add(entry: Entry<R>, run: RecordHeader): void {
    const runs = this.#runsOf(run) ?? this.#newSeries(run)
    entry.previous = runs.last
    if (runs.last === null) runs.first = entry
    else runs.last.next = entry
    runs.last = entry
    runs.size += 1
    if (!isFinal(run.state)) runs.active += 1
  }

  /** Notes a change of state. */
  change(before: RecordHeader, after: RecordHeader): void {
    const wasFinal = isFinal(before.state)
    if (wasFinal === isFinal(after.state)) return
    const runs = this.#runsOf(after)
    if (runs !== undefined) runs.active += wasFinal ? 1 : -1
  }

  remove(entry: Entry<R>, run: RecordHeader): void {
    const runs = this.#runsOf(run)
    if (runs === undefined) return
    if (entry.previous === null) runs.first = entry.next
    else entry.previous.next = entry.next
    if (entry.next === null) runs.last = entry.previous
    else entry.next.previous = entry.previous
    entry.previous = null
    entry.next = null
    runs.size -= 1
    if (!isFinal(run.state)) runs.active -= 1
    if (runs.size > 0) return
    if (run.jobId === null) this.#byFunction.delete(run.functionRef)
    else this.#byJob.delete(run.jobId)
  }

  active(jobId: string): number {
    return this.#byJob.get(jobId)?.active ?? 0
  }

  *of(jobId: string): Generator<Entry<R>> {
    for (let entry = this.#byJob.get(jobId)?.first ?? null; entry !== null; entry = entry.next) yield entry
  }

  /** Finished runs of a series beyond its newest `keep`, oldest first. */
  surplus({ keep, ...series }: RunSeries): readonly Entry<R>[] {
    const runs = this.#runsOf(series)
    if (runs === undefined || runs.size - runs.active <= keep) return []
    const finished: Entry<R>[] = []
    for (let entry = runs.first; entry !== null; entry = entry.next) {
      if (entry.record.lane === 'history') finished.push(entry)
    }
    finished.sort((a, b) => a.record.at - b.record.at)
    return finished.slice(0, Math.max(0, finished.length - keep))
  }

  #runsOf({ jobId, functionRef }: Series): RunsOfSeries<R> | undefined {
    return jobId === null ? this.#byFunction.get(functionRef) : this.#byJob.get(jobId)
  }

  #newSeries({ jobId, functionRef }: Series): RunsOfSeries<R> {
    const runs: RunsOfSeries<R> = { first: null, last: null, size: 0, active: 0 }
    if (jobId === null) this.#byFunction.set(functionRef, runs)
    else this.#byJob.set(jobId, runs)
    return runs
  }
}
