/** Which record stands for a fire time: its own, or a skip that sums up many. */

import { lastDueTimes, type Schedule } from './due-times.ts'
import type { RunDump } from './history.ts'

/** A record that sums up skipped fire times, and the fire times that it says to stand for. */
export interface Sum {
  readonly run: RunDump
  /** Undefined where no schedule that the job had makes sense of its count. */
  readonly first: number | undefined
}

export class Coverage {
  readonly sums: readonly Sum[]
  readonly #own = new Map<number, RunDump>()

  /**
   * @param runs - of one job
   * @param schedules - that the job had
   */
  constructor(runs: readonly RunDump[], schedules: readonly Schedule[]) {
    for (const run of runs) if (run.id === `${run.jobId}@${run.at}`) this.#own.set(run.at, run)
    const summing = [...this.#own.values()].filter(({ count }) => count > 1)
    this.sums = summing.map((run) => ({ run, first: this.#firstOf(run, schedules) }))
  }

  of(at: number): RunDump | undefined {
    const summing = this.sums.find(({ first, run }) => first !== undefined && at >= first && at <= run.at)
    return this.#own.get(at) ?? summing?.run
  }

  /**
   * The first fire time of a sum: after those that its decision lists one by one, and right after one that has a record of
   * its own. (That may be of an earlier decision, where a clock was set back: what was there already is not listed again.)
   */
  #firstOf(sum: RunDump, schedules: readonly Schedule[]): number | undefined {
    const listed = [...this.#own.values()].filter((run) => isListedWith(sum, run))
    const lastListed = Math.max(Number.NEGATIVE_INFINITY, ...listed.map(({ at }) => at))
    if (sum.count >= COUNT_LIMIT) return listed.length === 0 ? undefined : lastListed + 1
    for (const schedule of schedules) {
      const [before, first] = lastDueTimes(schedule, sum.at, sum.count + 1)
      if (first === undefined || before === undefined) continue
      if (this.#own.has(before) && lastListed < first) return first
    }
    return undefined
  }
}

/** Where the scheduler stops counting the fire times of a crontab; what it says then is a lower bound. */
const COUNT_LIMIT = 10_000

/** Whether a decision lists a fire time by itself, and sums up later ones. */
function isListedWith(sum: RunDump, { state, reason, finishedAt, count }: RunDump): boolean {
  return state === 'skipped' && reason === sum.reason && finishedAt === sum.finishedAt && count === 1
}

const OPEN = new Set(['pending', 'running'])

/** Whether a run is over. */
export function isOver({ state }: RunDump): boolean {
  return !OPEN.has(state)
}
