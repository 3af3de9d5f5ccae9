/**
 * The runs of each job, and the enqueued runs of each function: those at work are counted, and what is over is in a list of
 * its own, oldest first, so that trimming it costs a step for each run that goes, however many wait.
 */

import type { RecordHeader, StoreRecord } from '../../jobs/record.ts'
import { isFinal } from '../../jobs/run.ts'
import type { RunSeries } from '../record-store.ts'
import type { Entry, Served } from './entry.ts'
import { EntryList } from './entry-list.ts'

/** What a run belongs to: its job, or its function when it was enqueued without one. */
type Series = Pick<RecordHeader, 'jobId' | 'functionRef'>

class RunsOfSeries<R extends RecordHeader> {
  /** Those that are not over, or wait for an operator, in order of arrival. */
  readonly open = new EntryList<R>()
  /** Those that are over, in the order in which they were due. They end in about this order, too. */
  readonly finished = new EntryList<R>()
  active = 0

  add(entry: Entry<R>, { lane, at }: RecordHeader): void {
    if (lane !== 'history') this.open.append(entry)
    else this.finished.insert(entry, (other) => isOlder(other, at, entry.sequence))
  }

  remove(entry: Entry<R>, { lane }: RecordHeader): void {
    if (lane === 'history') this.finished.remove(entry)
    else this.open.remove(entry)
  }
}

export class RunIndex<R extends RecordHeader = StoreRecord> {
  readonly #byJob = new Map<string, RunsOfSeries<R>>()
  readonly #byFunction = new Map<string, RunsOfSeries<R>>()

  add(entry: Entry<R>, run: RecordHeader): void {
    const runs = this.#runsOf(run) ?? this.#newSeries(run)
    runs.add(entry, run)
    if (!isFinal(run.state)) runs.active += 1
  }

  /** Notes that a run, which its entry has as it was, changes. */
  change(entry: Entry<R>, after: RecordHeader): void {
    const before = entry.record
    if (before.state === after.state && before.lane === after.lane) return
    const runs = this.#runsOf(after)
    if (runs === undefined) return
    runs.active += Number(isFinal(before.state)) - Number(isFinal(after.state))
    if (before.lane === after.lane) return
    runs.remove(entry, before)
    runs.add(entry, after)
  }

  remove(entry: Entry<R>, run: RecordHeader): void {
    const runs = this.#runsOf(run)
    if (runs === undefined) return
    runs.remove(entry, run)
    if (!isFinal(run.state)) runs.active -= 1
    if (runs.open.size + runs.finished.size > 0) return
    if (run.jobId === null) this.#byFunction.delete(run.functionRef)
    else this.#byJob.delete(run.jobId)
  }

  active(jobId: string): number {
    return this.#byJob.get(jobId)?.active ?? 0
  }

  *of(jobId: string): Generator<Entry<R>> {
    const runs = this.#byJob.get(jobId)
    if (runs === undefined) return
    yield* runs.finished
    yield* runs.open
  }

  /** Finished runs of a series beyond its newest `keep`, oldest first. */
  surplus({ keep, ...series }: RunSeries): readonly Entry<R>[] {
    const finished = this.#runsOf(series)?.finished
    const surplus: Entry<R>[] = []
    let left = (finished?.size ?? 0) - keep
    for (const entry of finished ?? []) {
      if (left <= 0) break
      left -= 1
      surplus.push(entry)
    }
    return surplus
  }

  #runsOf({ jobId, functionRef }: Series): RunsOfSeries<R> | undefined {
    return jobId === null ? this.#byFunction.get(functionRef) : this.#byJob.get(jobId)
  }

  #newSeries({ jobId, functionRef }: Series): RunsOfSeries<R> {
    const runs = new RunsOfSeries<R>()
    if (jobId === null) this.#byFunction.set(functionRef, runs)
    else this.#byJob.set(jobId, runs)
    return runs
  }
}

/** First by due time, then by arrival. */
function isOlder({ record, sequence }: Served, at: number, than: number): boolean {
  return record.at < at || (record.at === at && sequence < than)
}
