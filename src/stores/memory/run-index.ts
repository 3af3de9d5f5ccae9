/** The runs of each job, in order of arrival: to count those at work and to trim what is over. */

import type { RunRecord } from '../../jobs/record.ts'
import { isFinal } from '../../jobs/run.ts'
import type { RunSeries } from '../record-store.ts'
import type { Entry } from './entry.ts'

interface RunsOfJob {
  readonly entries: Entry[]
  active: number
}

/** What a run belongs to: its job, or its function when it was enqueued without one. */
type Series = Pick<RunRecord, 'jobId' | 'functionRef'>

export class RunIndex {
  readonly #byJob = new Map<string, RunsOfJob>()
  readonly #byFunction = new Map<string, RunsOfJob>()

  add(entry: Entry, run: RunRecord): void {
    let runs = this.#runsOf(run)
    if (runs === undefined) {
      runs = { entries: [], active: 0 }
      if (run.jobId === null) this.#byFunction.set(run.functionRef, runs)
      else this.#byJob.set(run.jobId, runs)
    }
    runs.entries.push(entry)
    if (!isFinal(run.state)) runs.active += 1
  }

  /** Notes a change of state. */
  change(before: RunRecord, after: RunRecord): void {
    const wasFinal = isFinal(before.state)
    if (wasFinal === isFinal(after.state)) return
    const runs = this.#runsOf(after)
    if (runs !== undefined) runs.active += wasFinal ? 1 : -1
  }

  remove(entry: Entry, run: RunRecord): void {
    const runs = this.#runsOf(run)
    if (runs === undefined) return
    const index = runs.entries.indexOf(entry)
    if (index >= 0) runs.entries.splice(index, 1)
    if (!isFinal(run.state)) runs.active -= 1
    if (runs.entries.length > 0) return
    if (run.jobId === null) this.#byFunction.delete(run.functionRef)
    else this.#byJob.delete(run.jobId)
  }

  active(jobId: string): number {
    return this.#byJob.get(jobId)?.active ?? 0
  }

  of(jobId: string): readonly Entry[] {
    return this.#byJob.get(jobId)?.entries ?? []
  }

  /** Finished runs of a series beyond its newest `keep`, oldest first. */
  surplus({ keep, ...series }: RunSeries): readonly Entry[] {
    const runs = this.#runsOf(series)
    if (runs === undefined || runs.entries.length - runs.active <= keep) return []
    const finished = runs.entries.filter(({ record }) => record.lane === 'history')
    finished.sort((a, b) => a.record.at - b.record.at || a.sequence - b.sequence)
    return finished.slice(0, finished.length - keep)
  }

  #runsOf({ jobId, functionRef }: Series): RunsOfJob | undefined {
    return jobId === null ? this.#byFunction.get(functionRef) : this.#byJob.get(jobId)
  }
}
