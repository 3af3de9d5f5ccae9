/**
 * Draws clocks that are wrong. Where the server judges the time they may be wrong by an hour, and be set by a day while jobs
 * fire; where the processes do, by a twentieth of a lease.
 */

import type { ClockPlan } from '../../fleet/member-clock.ts'
import { trueTime } from '../../fleet/true-time.ts'
import type { Random } from '../../workload/random.ts'

const HOUR = 3_600_000
const STEPS = [-24 * HOUR, -HOUR, -5_000, 0, 5_000, HOUR, 24 * HOUR] as const
/** Part of a lease. */
const SKEW = 0.05
const DRIFT = 0.01

export interface ClockOptions {
  readonly processes: readonly string[]
  readonly leaseMs: number
  readonly serverJudges: boolean
  /** Ms from now, up to which clocks are set. */
  readonly untilMs: number
}

/** By how much they are wrong at most, where it matters. */
export function skewOf({ leaseMs, serverJudges }: Pick<ClockOptions, 'leaseMs' | 'serverJudges'>): number {
  return serverJudges ? 1 : SKEW * leaseMs
}

export function drawClocks(random: Random, options: ClockOptions): ReadonlyMap<string, ClockPlan> {
  return new Map(options.processes.map((name) => [name, drawClock(random.stream(name), options)]))
}

function drawClock(random: Random, options: ClockOptions): ClockPlan {
  const rate = random.between(1 - DRIFT, 1 + DRIFT)
  const from = trueTime()
  if (!options.serverJudges) {
    const most = skewOf(options) - 1
    return { rate, offsets: [{ from: 0, ms: random.whole(-most, most) }] }
  }
  const times = [0, random.between(0, options.untilMs), random.between(0, options.untilMs)].sort((a, b) => a - b)
  return { rate, offsets: times.map((at) => ({ from: at === 0 ? 0 : from + at, ms: random.pick(STEPS) })) }
}
