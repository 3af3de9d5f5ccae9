/** Runs a scenario to its end, and gives its history and what the checks say about it. */

import { createHash } from 'node:crypto'
import { MemoryJobStore } from '../../../src/index.ts'
import type { History, LogEvent, Violation } from '../../checks/history.ts'
import { violationsOf } from '../../checks/index.ts'
import { Timeline } from '../../checks/timeline.ts'
import { dumpJobs, dumpRuns } from '../../workload/dump.ts'
import { longestRun } from '../../workload/plan.ts'
import { Random } from '../../workload/random.ts'
import { Host, type OpenFault, type Parts, SOUND_PARTS, type Stage } from './host.ts'
import { stepFaults, wallSegments } from './machine-clock.ts'
import type { Scenario } from './scenario.ts'
import { Users } from './users.ts'
import { Weather } from './weather.ts'
import { World } from './world.ts'

export interface Simulation {
  readonly history: History
  readonly violations: readonly Violation[]
  /** Events of the virtual world: timers, requests, replies. */
  readonly events: number
  /** Of everything that happened: equal for equal courses. */
  readonly hash: string
}

/** Some fifty times what a scenario needs: whatever takes more spins. */
const MOST_EVENTS = 3_000_000
/** Part of a lease by which the wall clocks of processes differ: on one machine hardly, on several by this at most. */
const SKEW = 0.05
const DRIFT = 0.01

/**
 * The course of a scenario: always the same one for the same scenario and code. Simulations of one Node process come one
 * after another, for each has `Math.random` give what its seed says.
 */
export async function simulate(scenario: Scenario, parts: Parts = SOUND_PARTS): Promise<Simulation> {
  const random = new Random(`simulation ${scenario.seed}`)
  const world = new World(random.stream('world'))
  const original = Math.random
  Math.random = randomWithin(world, random.stream('Math.random'))
  try {
    return await course(scenario, parts, world, random)
  } finally {
    Math.random = original
  }
}

/** Numbers that follow from the event that is happening: what others in this Node process draw between changes nothing. */
function randomWithin(world: World, random: Random): () => number {
  let event = -1
  let stream = random
  return () => {
    if (event !== world.count) stream = random.stream(String(world.count))
    event = world.count
    return stream.next()
  }
}

async function course(scenario: Scenario, parts: Parts, world: World, random: Random): Promise<Simulation> {
  const clock = wallSegments(scenario.faults, random.between(1 - DRIFT, 1 + DRIFT))
  const core = new MemoryJobStore()
  await core.start({ workerId: 'core', now: () => 0, wakeup: () => undefined, reportError: () => undefined }, 'core')
  const log: LogEvent[] = []
  const faults: OpenFault[] = [...stepFaults(clock, scenario.leaseMs, scenario.endAt)]
  for (const { kind, process, from, to } of scenario.faults) {
    if (kind === 'outage' || kind === 'flaky' || kind === 'slow') faults.push({ kind, process, from, to })
  }
  const stage: Stage = {
    scenario,
    world,
    core,
    weather: new Weather(faults, world, 0.25 * scenario.leaseMs),
    timeline: new Timeline(clock),
    random,
    skewMs: SKEW * scenario.leaseMs,
    parts,
    log,
    faults,
  }
  const hosts = scenario.processes.map((name) => new Host(name, stage))
  const users = new Users(stage, hosts)
  scheduleFaults(scenario, world, hosts)
  await world.run(scenario.endAt, MOST_EVENTS)
  const { leaseMs, pollMs, endAt, processes } = scenario
  const history: History = {
    settings: {
      processes,
      leaseMs,
      pollMs,
      skewMs: stage.skewMs,
      longestRunMs: longestRun(leaseMs),
      clock,
      caughtUpTo: null,
      endAt,
    },
    log: [...log, ...users.leftOver()].sort((a, b) => a.at - b.at),
    faults: faults.map((fault) => ({ ...fault, to: Math.min(fault.to, endAt) })),
    runs: await dumpRuns(core),
    jobs: await dumpJobs(core),
  }
  const spins: Violation = { check: 'C9', subject: 'the processes', text: `${world.count} events: something spins` }
  return {
    history,
    violations: world.count >= MOST_EVENTS ? [spins] : violationsOf(history),
    events: world.count,
    hash: createHash('sha256').update(JSON.stringify(history)).digest('hex').slice(0, 16),
  }
}

function scheduleFaults({ faults }: Scenario, world: World, hosts: readonly Host[]): void {
  for (const { kind, process, from, to, graceMs = 0 } of faults) {
    const host = hosts.find(({ name }) => name === process)
    if (host === undefined) continue
    if (kind === 'crash') world.schedule(from, () => host.crash(to - from))
    else if (kind === 'stop') world.schedule(from, () => host.stop(to - from))
    else if (kind === 'shutdown') world.schedule(from, () => host.shutDown(graceMs, to - from))
  }
}
