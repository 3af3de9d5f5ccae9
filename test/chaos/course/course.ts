/** One course of chaos on one store: a fleet at work, faults and edits as drawn from a seed, a time of quiet, a verdict. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Course, Fleet, processNames } from '../../fleet/fleet.ts'
import type { ServerProcess } from '../../integration/stores/own-server.ts'
import { drawEdits } from '../../workload/draw-edits.ts'
import { longestRun } from '../../workload/plan.ts'
import { Random } from '../../workload/random.ts'
import { Network } from '../network/network.ts'
import { drawClocks, skewOf } from '../plan/draw-clocks.ts'
import { drawFaults } from '../plan/draw-faults.ts'
import type { PlannedFault } from '../plan/fault-plan.ts'
import { tricksOf } from '../tricks/index.ts'
import { makeEdits } from './editing.ts'
import { drawJobs } from './jobs.ts'
import { Nemesis } from './nemesis.ts'

export interface CourseOptions {
  /** Name of the store, as its URL begins. */
  readonly store: string
  readonly url: string
  /** The server, where it may be killed. */
  readonly server: ServerProcess | undefined
  readonly seed: string
  readonly processes: number
  /** For how long faults come. */
  readonly faultMs: number
  /** Of quiet after the last fault. */
  readonly quietMs: number
  readonly leaseMs: number
  readonly pollMs: number
  /** What the machine may take beyond that. @default 500 */
  readonly slackMs?: number | undefined
  /** Of the short jobs, for a machine that is busy. @default 1 */
  readonly share?: number | undefined
  /** Faults beside those that are drawn, in order. */
  readonly also?: readonly PlannedFault[]
  /** Name of a bug that the checks should find. */
  readonly bug?: string | undefined
}

export interface ChaosCourse extends Course {
  readonly planned: readonly PlannedFault[]
  /** What could not be done to the victims. */
  readonly failures: readonly string[]
}

/** Stores whose due times and leases are judged by the server's clock. */
const SERVERS_WITH_CLOCK = new Set(['postgres', 'mysql', 'redis', 'mongodb'])
/** What an answer of the server takes, on a machine that is busy. */
const LAG_MS = 500
const FIRST_FAULT_MS = 3_000
const CATCH_UP_MS = 60_000
const GRACE_MS = 2_000
const SLOW_RUNS = 20

export async function chaosCourse(options: CourseOptions): Promise<ChaosCourse> {
  const { store, url, server, processes, faultMs, quietMs, leaseMs, pollMs } = options
  const random = new Random(`chaos ${options.seed}`)
  const names = processNames(processes)
  const network = store === 'sqlite' ? undefined : await Network.between(url, names)
  const tricks = tricksOf(store)
  const until = FIRST_FAULT_MS + faultMs
  const drawn = drawFaults(random.stream('faults'), {
    processes: names,
    leaseMs,
    from: FIRST_FAULT_MS,
    until,
    hasNetwork: network !== undefined,
    hasServer: server !== undefined,
    tricks,
  })
  const planned = [...drawn, ...(options.also ?? [])].sort((a, b) => a.at - b.at)
  const start = Date.now()
  const jobs = drawJobs(random.stream('jobs'), start, options.share)
  const edits = drawEdits(random.stream('edits'), jobs, until, start)
  const times = { leaseMs, pollMs, longestRunMs: longestRun(leaseMs) }
  const serverJudges = SERVERS_WITH_CLOCK.has(store)
  const clocks = drawClocks(random.stream('clocks'), { processes: names, leaseMs, serverJudges, untilMs: until })
  try {
    await using fleet = new Fleet({
      url,
      processes,
      ...times,
      seed: options.seed,
      bug: options.bug,
      lagMs: serverJudges ? (options.slackMs ?? LAG_MS) : 0,
      slackMs: options.slackMs,
      clocks,
      skewMs: skewOf({ leaseMs, serverJudges }),
      urlOf: (name) => network?.urlOf(name) ?? url,
    })
    await fleet.start()
    const nemesis = new Nemesis({ fleet, network, server, tricks, url })
    await fleet.addJobs(jobs.filter(({ isEnsured }) => isEnsured))
    await fleet.enqueue(SLOW_RUNS, 'slow')
    await fleet.enqueue(1, 'poison')
    await Promise.all([nemesis.carryOut(planned), makeEdits(fleet, jobs, edits)])
    await nemesis.over()
    await sleep(quietMs)
    await fleet.catchUp(CATCH_UP_MS)
    const course = await fleet.course()
    await fleet.shutDown(GRACE_MS)
    return { ...course, planned, failures: nemesis.failures }
  } finally {
    await network?.close()
  }
}
