/**
 * Jobs in a zone whose clock is changed while they fire. All processes, and the server, have been given a wall clock that
 * comes to the change soon: see scripts/fleet/faked-time.mjs.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Attempt } from '../../checks/attempts.ts'
import { dueTimes } from '../../checks/due-times.ts'
import { Facts } from '../../checks/facts.ts'
import type { JobPlan } from '../../workload/plan.ts'
import { CLOCK_CHANGES } from '../daylight-saving/clock-changes.ts'
import { Fleet } from '../fleet.ts'
import { type Summary, summaryOf } from '../summary.ts'
import { LONGEST_RUN_MS } from './steady-load.ts'

export interface DaylightSavingOptions {
  readonly url: string
  readonly processes: number
  /** When the clock is changed: one of {@link CLOCK_CHANGES}. */
  readonly change: string
}

export interface DaylightSaving extends Summary {
  /** Fire times that were written down for the time that was lived through. */
  readonly expected: number
  /** Fire times, as `job@instant: how often it was started`, that were not started once, or are not written down. */
  readonly wrong: readonly string[]
}

const TIMES = { leaseMs: 15_000, pollMs: 1_000, longestRunMs: LONGEST_RUN_MS }
/** The jobs have to be there so long before the change, and fire so long after it. */
const SIDE_MS = 10_000
const CATCH_UP_MS = 30_000

/** @throws Error when the wall clock is not right before the change */
export async function daylightSaving({ url, processes, change }: DaylightSavingOptions): Promise<DaylightSaving> {
  const jobs = CLOCK_CHANGES[change]
  if (jobs === undefined) throw new Error(`there is no clock change ${change}`)
  await using fleet = new Fleet({ url, processes, ...TIMES })
  await fleet.start()
  await fleet.addJobs(jobs)
  const from = Date.now()
  const untilChange = Date.parse(change) - from
  if (untilChange < SIDE_MS || untilChange > 6 * SIDE_MS)
    throw new Error(`the clock change is ${untilChange} ms away when the jobs are there: it should be 10 to 60 s`)
  await sleep(untilChange + SIDE_MS)
  await fleet.catchUp(CATCH_UP_MS)
  const course = await fleet.course()
  await fleet.shutDown(1_000)
  const { attemptsOfJob } = new Facts(course.history)
  const to = Date.parse(change) + SIDE_MS
  const expected = jobs.flatMap(({ id, schedule }) => dueTimes(schedule, from, to).map((at) => `${id}@${at}`))
  const wrong = jobs.flatMap((job) => wrongOf(job, attemptsOfJob.get(job.id) ?? [], from, to))
  return { ...summaryOf(course), expected: expected.length, wrong }
}

function wrongOf({ id, schedule }: JobPlan, attempts: readonly Attempt[], from: number, to: number): string[] {
  const starts = new Map(dueTimes(schedule, from, to).map((at) => [at, 0]))
  for (const { dueAt } of attempts) if (dueAt >= from && dueAt <= to) starts.set(dueAt, (starts.get(dueAt) ?? 0) + 1)
  const listed = new Set(dueTimes(schedule, from, to))
  return [...starts]
    .filter(([at, count]) => count !== 1 || !listed.has(at))
    .map(([at, count]) => `${id}@${new Date(at).toISOString()}: ${count} starts`)
}
