/**
 * Makes a failing scenario smaller: leaves out faults, requests, edits and jobs, large pieces first, and ends it earlier,
 * as long as a check that failed still fails.
 */

import { type Parts, SOUND_PARTS } from './host.ts'
import type { Scenario } from './scenario.ts'
import { type Part, partOf, type Selection, wholeOf } from './selection.ts'
import { type Simulation, simulate } from './simulate.ts'

/** The smallest that was found, and what it ends in. */
export interface Shrunk {
  readonly selection: Selection
  readonly simulation: Simulation
  /** Simulations that it took. */
  readonly tries: number
}

const ORDER: readonly Part[] = ['faults', 'requests', 'edits', 'jobs']
const SHORTER = [0.5, 0.75, 0.9, 0.97] as const

export async function shrink(scenario: Scenario, mostTries = 250, parts: Parts = SOUND_PARTS): Promise<Shrunk> {
  let best: Shrunk = { selection: wholeOf(scenario), simulation: await simulate(scenario, parts), tries: 1 }
  const wanted = new Set(best.simulation.violations.map(({ check }) => check))
  let tries = 1
  const isSmaller = async (selection: Selection): Promise<boolean> => {
    if (tries >= mostTries) return false
    tries += 1
    const simulation = await simulate(partOf(scenario, selection), parts)
    if (!simulation.violations.some(({ check }) => wanted.has(check))) return false
    best = { selection, simulation, tries }
    return true
  }
  for (let hasShrunk = true; hasShrunk && tries < mostTries; ) {
    hasShrunk = false
    for (const part of ORDER) {
      const count = best.selection[part].length
      for (let size = Math.max(1, Math.ceil(count / 2)); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
        for (let start = 0; start < best.selection[part].length; ) {
          const left = best.selection[part].filter((_, index) => index < start || index >= start + size)
          if (await isSmaller({ ...best.selection, [part]: left })) hasShrunk = true
          else start += size
        }
      }
    }
    for (const share of SHORTER) {
      const until = Math.ceil(best.selection.until * share)
      if (await isSmaller({ ...best.selection, until })) hasShrunk = true
    }
  }
  return { ...best, tries }
}
