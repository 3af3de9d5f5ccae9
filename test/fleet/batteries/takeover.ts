/** Several processes, of which one after the other is killed at work: how soon its runs go on elsewhere. */

import { setTimeout as sleep } from 'node:timers/promises'
import { takeovers } from '../../checks/c08-takeover.ts'
import { Facts } from '../../checks/facts.ts'
import { longestRun } from '../../workload/plan.ts'
import { Fleet } from '../fleet.ts'
import { freshUrl } from '../fresh-url.ts'
import { type Quantiles, quantilesOf, type Summary, summaryOf } from '../summary.ts'

export interface TakeoverOptions {
  /** Of a place for stores. */
  readonly place: string
  readonly processes: number
  /** Enqueued before each kill: they take up to 2.2 leases. */
  readonly runs: number
  /** How often a process is killed, under each lease. */
  readonly kills: number
}

interface Lease {
  readonly leaseMs: number
  readonly pollMs: number
}

export interface Takeovers extends Pick<Summary, 'violations' | 'errors' | 'lost' | 'early' | 'unhandled'> {
  /** Under each of {@link LEASES}. */
  readonly leases: readonly TakenOver[]
}

interface TakenOver extends Lease {
  /** Runs that were at work in a process when it was killed. */
  readonly count: number
  /** From the death until they were started elsewhere, ms. */
  readonly takeover: Quantiles
  /** The most that it may be: a lease, a poll, and what the machine takes. */
  readonly boundMs: number
}

/** A short one, and a scheduler's default. */
const LEASES: readonly Lease[] = [
  { leaseMs: 2_000, pollMs: 250 },
  { leaseMs: 15_000, pollMs: 1_000 },
]
/** By then all that was enqueued is at work. */
const STARTED_MS = 500
/** A supervisor starts a process again so soon. */
const AWAY_MS = 200
/** Beyond what the checks need to tell one death from the next. */
const APART_MS = 500

export async function takeover({ place, ...options }: TakeoverOptions): Promise<Takeovers> {
  const leases: TakenOver[] = []
  const summaries: Summary[] = []
  for (const lease of LEASES) {
    const { summary, ...taken } = await underLease(freshUrl(place), lease, options)
    leases.push({ ...lease, ...taken })
    summaries.push(summary)
  }
  const sum = (count: (summary: Summary) => number): number => summaries.reduce((all, one) => all + count(one), 0)
  return {
    leases,
    violations: summaries.flatMap(({ violations }) => violations),
    errors: summaries.flatMap(({ errors }) => errors),
    lost: sum(({ lost }) => lost),
    early: sum(({ early }) => early),
    unhandled: sum(({ unhandled }) => unhandled),
  }
}

async function underLease(
  url: string,
  { leaseMs, pollMs }: Lease,
  { processes, runs, kills }: Omit<TakeoverOptions, 'place'>,
): Promise<Omit<TakenOver, keyof Lease> & { readonly summary: Summary }> {
  await using fleet = new Fleet({ url, processes, leaseMs, pollMs, longestRunMs: longestRun(leaseMs) })
  await fleet.start()
  for (let kill = 0; kill < kills; kill += 1) {
    await fleet.enqueue(runs, 'slow')
    await sleep(STARTED_MS)
    const member = fleet.members[kill % processes]
    await member?.kill()
    await sleep(AWAY_MS)
    await member?.start()
    await sleep(leaseMs + 2 * pollMs + APART_MS)
  }
  const course = await fleet.course()
  await fleet.shutDown(0)
  const facts = new Facts(course.history)
  const taken = takeovers(facts).map(({ ms }) => ms)
  return {
    count: taken.length,
    takeover: quantilesOf(taken),
    boundMs: leaseMs + facts.boundMs,
    summary: summaryOf(course),
  }
}
