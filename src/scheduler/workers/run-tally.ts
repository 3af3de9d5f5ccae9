/**
 * Counts what becomes of the runs of one store in this process, by queue. Every step of every run passes here, so one
 * costs an addition: the counters of the queue seen last are at hand.
 */

import { COUNTER_NAMES, type CounterName, NO_COUNTS, type RunCounters } from '../../jobs/counters.ts'
import type { RecordPatch, RunRecord } from '../../jobs/record.ts'
import type { RunEventName } from '../events.ts'

const COUNTER_OF = {
  'run:submitted': 'submitted',
  'run:started': 'started',
  'run:completed': 'completed',
  'run:failed': 'failed',
  'run:retrying': 'retried',
  'run:skipped': 'skipped',
  'run:cancelled': 'cancelled',
  'run:lost': 'lost',
} as const satisfies Readonly<Record<RunEventName, CounterName>>

type Counts = Record<CounterName, number>

export class RunTally {
  readonly #queues = new Map<string, Counts>()
  #lastQueue = ''
  #last: Counts | undefined
  #hasNews = false

  /**
   * Counts an event of a run; `patch` is what changed with it. Whether it is the first since the counters were taken.
   * A run that is handed back is not submitted anew.
   */
  count(event: RunEventName, run: RunRecord, patch: RecordPatch<'run'> | undefined): boolean {
    if (event === 'run:submitted' && patch !== undefined) return false
    const counts = this.#last !== undefined && run.queue === this.#lastQueue ? this.#last : this.#countsOf(run.queue)
    counts[COUNTER_OF[event]] += event === 'run:skipped' ? run.status.count : 1
    if ((patch?.state ?? run.state) === 'dead' && event === 'run:failed') counts.dead += 1
    const isFirst = !this.#hasNews
    this.#hasNews = true
    return isFirst
  }

  /** Queue -> its counters so far. */
  read(): ReadonlyMap<string, RunCounters> {
    return new Map(Array.from(this.#queues, ([queue, counts]) => [queue, { ...counts }]))
  }

  /** {@link read}s them to be told to others. */
  take(): ReadonlyMap<string, RunCounters> {
    this.#hasNews = false
    return this.read()
  }

  /** Takes off what is counted elsewhere now. */
  takeOff(counted: ReadonlyMap<string, RunCounters>): void {
    for (const [queue, counters] of counted) {
      const counts = this.#countsOf(queue)
      for (const name of COUNTER_NAMES) counts[name] -= counters[name]
      if (COUNTER_NAMES.every((name) => counts[name] === 0)) this.#queues.delete(queue)
    }
    this.#last = undefined
  }

  #countsOf(queue: string): Counts {
    let counts = this.#queues.get(queue)
    if (counts === undefined) {
      counts = { ...NO_COUNTS }
      this.#queues.set(queue, counts)
    }
    this.#lastQueue = queue
    this.#last = counts
    return counts
  }
}
