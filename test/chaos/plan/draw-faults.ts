/** Draws faults from a seed: something every one to three seconds, of every kind that the store knows. */

import type { Random } from '../../workload/random.ts'
import type { Weather } from '../network/weather.ts'
import type { Trick } from '../tricks/trick.ts'
import type { PlannedFault, ProcessFault, ServerFault } from './fault-plan.ts'

export interface PlanOptions {
  readonly processes: readonly string[]
  readonly leaseMs: number
  /** Ms since the beginning, between which things happen. */
  readonly from: number
  readonly until: number
  /** Whether processes reach the store through a network. */
  readonly hasNetwork: boolean
  /** Whether the server can be killed and frozen. */
  readonly hasServer: boolean
  /** What else the store can do to its clients. */
  readonly tricks: readonly Pick<Trick, 'name' | 'ms'>[]
}

const SHORTEST_GAP_MS = 1_000
const LONGEST_GAP_MS = 3_000
/** A server is away for so long now and then; half a minute is a battery of its own. */
const LONGEST_AWAY_MS = 4_000

/** Faults of processes come twice as often as those of the server, which hit them all. */
export function drawFaults(random: Random, options: PlanOptions): PlannedFault[] {
  const faults: PlannedFault[] = []
  let serverIsFreeAt = options.from + LONGEST_GAP_MS
  let at = options.from
  while (at < options.until) {
    const isServers = at >= serverIsFreeAt && random.chance(1 / 3) && (options.hasServer || options.tricks.length > 0)
    const fault = isServers ? serverFault(random, at, options) : processFault(random, at, options)
    if (isServers) serverIsFreeAt = at + 2 * LONGEST_AWAY_MS
    faults.push(fault)
    at += random.between(SHORTEST_GAP_MS, LONGEST_GAP_MS)
  }
  return faults
}

function processFault(random: Random, at: number, options: PlanOptions): ProcessFault {
  const { processes, leaseMs, hasNetwork } = options
  const process = processes[random.whole(0, processes.length - 1)] ?? ''
  const kind = random.pick(
    hasNetwork
      ? ['kill', 'kill', 'freeze', 'freeze', 'shutdown', 'network', 'network', 'network']
      : ['kill', 'kill', 'freeze', 'freeze', 'shutdown'],
  )
  switch (kind) {
    case 'kill':
      return { kind, process, at, awayMs: random.between(100, 3_000) }
    case 'freeze':
      return { kind, process, at, ms: random.pick([0.5, 0.5, 1.5, 1.5, 5]) * leaseMs }
    case 'shutdown':
      return { kind, process, at, graceMs: random.whole(0, 1_000), awayMs: random.between(100, 2_000) }
    default:
      return { kind: 'network', process, at, ms: random.between(500, 2 * leaseMs), weather: weatherOf(random) }
  }
}

const WEATHERS = ['delay', 'throttle', 'split', 'blackhole', 'reset', 'refuse', 'cut-reply', 'cut-reply'] as const

function weatherOf(random: Random): Weather {
  const kind = random.pick(WEATHERS)
  switch (kind) {
    case 'delay':
      return { kind, ms: random.between(20, 250), jitterMs: 20 }
    case 'throttle':
      return { kind, bytesPerSecond: random.pick([20_000, 100_000]) }
    default:
      return { kind }
  }
}

function serverFault(random: Random, at: number, { hasServer, tricks }: PlanOptions): ServerFault {
  const [first, ...others] = tricks
  const isTrick = first !== undefined && (!hasServer || random.chance(0.5))
  if (isTrick) {
    const { name: trick, ms } = random.pick([first, ...others])
    return { kind: 'trick', at, trick, ms }
  }
  return random.chance(0.5)
    ? { kind: 'server-kill', at, awayMs: random.between(100, LONGEST_AWAY_MS) }
    : { kind: 'server-freeze', at, ms: random.between(500, LONGEST_AWAY_MS) }
}
