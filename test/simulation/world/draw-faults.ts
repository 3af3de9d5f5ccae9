/** Draws the faults of a simulation. */

import type { Random } from '../../workload/random.ts'
import type { FaultPlan } from './scenario.ts'

const HOUR = 3_600_000

/** By how much wall clocks are set, both ways. */
const STEPS = [5_000, 5_000, 20_000, HOUR, HOUR, 24 * HOUR] as const

const KINDS = [
  'crash',
  'crash',
  'crash',
  'stop',
  'stop',
  'stop',
  'shutdown',
  'outage',
  'partition',
  'flaky',
  'flaky',
  'slow',
  'clock-step',
] as const

export function drawFaults(random: Random, processes: readonly string[], leaseMs: number, until: number): FaultPlan[] {
  const faults: FaultPlan[] = []
  const longestGap = random.pick([4_000, 8_000, 16_000])
  let clockIsFreeAt = 0
  for (let from = random.between(2_000, 6_000); from < until; from += random.between(1_000, longestGap)) {
    const process = processes[random.whole(0, processes.length - 1)] ?? null
    const one = (kind: FaultPlan['kind'], shortest: number, longest: number, on = process): FaultPlan => ({
      kind,
      process: on,
      from,
      to: Math.min(from + random.between(shortest, longest), until),
    })
    switch (random.pick(KINDS)) {
      case 'crash':
        faults.push(one('crash', 200, 6_000))
        break
      case 'stop':
        faults.push(one('stop', 0.5 * leaseMs, random.chance(0.3) ? 5 * leaseMs : 1.5 * leaseMs))
        break
      case 'shutdown':
        faults.push({ ...one('shutdown', 200, 3_000), graceMs: random.whole(0, 3_000) })
        break
      case 'outage':
        faults.push(one('outage', 300, 4_000, null))
        break
      case 'partition':
        faults.push(one('outage', 500, 2.5 * leaseMs))
        break
      case 'flaky':
        faults.push(one('flaky', 1_000, 5_000, random.chance(0.5) ? process : null))
        break
      case 'slow':
        faults.push(one('slow', 1_000, 4_000, random.chance(0.5) ? process : null))
        break
      case 'clock-step': {
        const by = random.pick(STEPS)
        if (from < clockIsFreeAt || until - from < 5_000) break
        clockIsFreeAt = from + 15_000
        faults.push(...clockStep(random, from, by, until))
      }
    }
  }
  return faults
}

/** Forward and so it stays, or backward and mended some seconds later: otherwise no job would be due for an hour. */
function clockStep(random: Random, from: number, by: number, until: number): FaultPlan[] {
  const step = { kind: 'clock-step', process: null, to: from } as const
  if (random.chance(0.5)) return [{ ...step, from, by }]
  const mended = Math.min(from + random.between(1_000, 12_000), until)
  return [
    { ...step, from, by: -by },
    { ...step, from: mended, to: mended, by },
  ]
}
