/** Runs that are enqueued at once, and jobs that fire all the time, in several processes with a scheduler's defaults. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { JobPlan } from '../../workload/plan.ts'
import { Random } from '../../workload/random.ts'
import { DiskProbe } from '../disk-probe.ts'
import { Fleet } from '../fleet.ts'
import { type Quantiles, type Summary, summaryOf } from '../summary.ts'

export interface SteadyLoadOptions {
  readonly url: string
  readonly processes: number
  /** Enqueued when all processes are up; the jobs come when all of them are over. */
  readonly runs: number
  readonly jobs: number
  /** For which the jobs fire. */
  readonly seconds: number
}

/** How long the handlers of {@link spreadJobs} wait at most, with time to spare. */
export const LONGEST_RUN_MS = 1_000
const CATCH_UP_MS = 60_000

/** What came of it, and what the disk took meanwhile for writes of its own. */
export interface SteadyLoadResult extends Summary {
  readonly disk: Quantiles
}

export async function steadyLoad({
  url,
  processes,
  runs,
  jobs,
  seconds,
}: SteadyLoadOptions): Promise<SteadyLoadResult> {
  const times = { leaseMs: 15_000, pollMs: 1_000, longestRunMs: LONGEST_RUN_MS }
  await using fleet = new Fleet({ url, processes, ...times })
  await fleet.start()
  if (runs > 0) {
    await fleet.enqueue(runs, 'short')
    await fleet.catchUp(CATCH_UP_MS)
  }
  await startJobs(fleet, jobs)
  const disk = new DiskProbe()
  await sleep(1_000 * seconds)
  const written = await disk.end()
  await fleet.catchUp(CATCH_UP_MS)
  const course = await fleet.course()
  await fleet.shutDown(1_000)
  return { ...summaryOf(course), disk: written }
}

/** The first fire time is so long after the jobs are described: by then all of them are added. */
const LEAD_MS = 2_000

/** Adds {@link spreadJobs}; resolves when they begin to fire. */
export async function startJobs(fleet: Fleet, count: number): Promise<void> {
  const begin = Date.now() + LEAD_MS
  await fleet.addJobs(spreadJobs(count, begin))
  await sleep(begin - Date.now())
}

/**
 * A tenth each with periods of one to ten seconds, each in a phase of its own: 29 fire times a second for 100 jobs. Their
 * handlers wait up to a quarter of a second.
 */
function spreadJobs(count: number, begin: number): JobPlan[] {
  const random = new Random('phases')
  const policy = { coalesce: false, maxInstances: 100, misfireGrace: null, attempts: 1 }
  return Array.from({ length: count }, (_, index) => {
    const ms = 1_000 * (1 + (index % 10))
    const from = begin + random.whole(0, ms - 1)
    return { id: `job-${index + 1}`, behaviour: 'short', schedule: { kind: 'every', ms, from }, policy }
  })
}
