/** Which record stands for a fire time: its own, or a skip that sums up many. */

import type { RunDump } from './history.ts'

export class Coverage {
  readonly #own = new Map<number, RunDump>()
  /** Sums, each with the due time of the last skip that was listed with it: they stand for what lies between. */
  readonly #sums: { readonly after: number; readonly run: RunDump }[] = []

  /** @param runs - of one job, by due time */
  constructor(runs: readonly RunDump[]) {
    const lastListed = new Map<string, number>()
    for (const run of runs) {
      if (run.id !== `${run.jobId}@${run.at}`) continue
      this.#own.set(run.at, run)
      const decision = `${run.reason} ${run.finishedAt}`
      if (run.count > 1) this.#sums.push({ after: lastListed.get(decision) ?? run.at, run })
      else if (run.state === 'skipped') lastListed.set(decision, run.at)
    }
  }

  of(at: number): RunDump | undefined {
    return this.#own.get(at) ?? this.#sums.find(({ after, run }) => at > after && at <= run.at)?.run
  }

  get sums(): readonly { readonly after: number; readonly run: RunDump }[] {
    return this.#sums
  }
}

const OPEN = new Set(['pending', 'running'])

/** Whether a run is over. */
export function isOver({ state }: RunDump): boolean {
  return !OPEN.has(state)
}
