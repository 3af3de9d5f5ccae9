/**
 * Keeps every job within its `maxInstances`, whatever the number of processes that claim its runs.
 *
 * Claims of two runs are two records, and no store can guard one with the other. So a process claims and then looks: its
 * handler starts only if the runs of the job that are at work, its own claim included, are no more than the limit;
 * otherwise it gives way. Of any runs at work, the one whose process looked last saw all the others, so they are never
 * too many. Runs that are claimed as they fire need no look: their job's version guards their number.
 *
 * When several give way to each other, the first of them by due time may be claimed again at once and the others after
 * a pause that is drawn at random, so that they do not meet for ever.
 */

import { instanceLimit } from '../../jobs/overlap.ts'
import type { RunRecord } from '../../jobs/record.ts'
import { giveWay, runChange } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import type { ExecutorSlot } from '../slots/executor-slot.ts'
import type { StoreSlot } from '../slots/store-slot.ts'

/** A run that this process has claimed, and the executor in which a place was taken for it. */
export interface ClaimedRun {
  readonly run: RunRecord
  readonly executor: ExecutorSlot
}

/** Runs read of a job beyond its limit: those whose lease is over, and those claimed in the same instant. */
const BEYOND_LIMIT = 500

export class InstanceLimit {
  readonly #kernel: Kernel

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Runs at work here of each job that has any, and how many it may have. */
  atWorkHere(slot: StoreSlot): Map<string, { count: number; limit: number }> {
    const jobs = new Map<string, { count: number; limit: number }>()
    for (const { record } of slot.atWork.values()) {
      if (record.jobId === null) continue
      const limit = instanceLimit(record.spec.policy)
      jobs.set(record.jobId, { count: (jobs.get(record.jobId)?.count ?? 0) + 1, limit })
    }
    return jobs
  }

  /**
   * Runs at work in other processes, of those jobs of these runs that may be at their limit with them. A run whose lease
   * is over does not count: nobody is at work on it.
   */
  async atWorkElsewhere(slot: StoreSlot, due: readonly RunRecord[]): Promise<ReadonlyMap<string, number>> {
    const limits = limitsOf(due)
    const counts = new Map<string, number>()
    for (const [jobId, running] of await this.#running(slot, limits)) {
      counts.set(jobId, running.filter(({ status }) => status.worker !== this.#kernel.workerId).length)
    }
    return counts
  }

  /** Looks after claiming: gives way with what is beyond a limit, and returns what may start. */
  async look(slot: StoreSlot, claimed: readonly ClaimedRun[]): Promise<readonly ClaimedRun[]> {
    const running = await this.#running(slot, limitsOf(claimed.map(({ run }) => run)))
    const ids = new Set(claimed.map(({ run }) => run.id))
    // What ended here is over, though the store may learn of it only with the next batch.
    const isAtWork = ({ id, status }: RunRecord): boolean =>
      status.worker !== this.#kernel.workerId || ids.has(id) || slot.atWork.has(id)
    const yielding = new Map<ClaimedRun, number>()
    for (const [jobId, stored] of running) {
      const atWork = stored.filter(isAtWork)
      const mine = claimed.filter(({ run }) => run.jobId === jobId).sort((a, b) => byDue(a.run, b.run))
      const limit = Math.min(...mine.map(({ run }) => instanceLimit(run.spec.policy)))
      const first = new Set(atWork.slice(0, limit).map(({ id }) => id))
      const surplus = Math.max(0, atWork.length - limit)
      for (const claim of mine.slice(Math.max(0, mine.length - surplus))) {
        yielding.set(claim, this.#dueAgain(slot, first.has(claim.run.id)))
      }
    }
    if (yielding.size === 0) return claimed
    await slot.store.commit([...yielding].map(([{ run }, due]) => runChange(run, giveWay(run, due))))
    for (const [{ run, executor }] of yielding) {
      executor.giveBack(run.queue)
      slot.holdBack(run.jobId)
    }
    return claimed.filter((claim) => !yielding.has(claim))
  }

  #dueAgain(slot: StoreSlot, isFirst: boolean): number {
    const now = slot.now()
    return isFirst ? now : now + Math.ceil(Math.random() * this.#kernel.settings.pollMs)
  }

  /** The runs at work, in order of due time, of those jobs that have more active runs than they may have at work. */
  async #running(slot: StoreSlot, limits: ReadonlyMap<string, number>): Promise<Map<string, RunRecord[]>> {
    const running = new Map<string, RunRecord[]>()
    if (limits.size === 0) return running
    const active = await slot.store.countActive([...limits.keys()])
    for (const [jobId, limit] of limits) {
      if ((active.get(jobId) ?? 0) <= limit) continue
      const now = slot.now()
      const page = { kind: 'run', jobId, states: ['running'], limit: limit + BEYOND_LIMIT } as const
      const runs = await slot.store.list(page)
      const isHeld = ({ due }: RunRecord): boolean => (due ?? now) > now || this.#kernel.areLeasesDoubtful
      running.set(jobId, runs.filter(isHeld).sort(byDue))
    }
    return running
  }
}

/** The limits of the jobs of these runs, of those that have one. */
function limitsOf(runs: readonly RunRecord[]): Map<string, number> {
  const limits = new Map<string, number>()
  for (const { jobId, spec } of runs) {
    const limit = instanceLimit(spec.policy)
    if (jobId === null || limit === Number.POSITIVE_INFINITY) continue
    limits.set(jobId, Math.min(limit, limits.get(jobId) ?? limit))
  }
  return limits
}

function byDue(a: RunRecord, b: RunRecord): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1)
}
