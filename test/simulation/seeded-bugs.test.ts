/** The simulation has teeth: each of seven bugs, put in from outside, is found within 200 seeds. */

import { afterAll, expect, it } from 'vitest'
import { SEEDED_BUGS } from '../workload/seeded-bugs.ts'
import { partsWith } from './parts-with.ts'
import { drawScenario } from './world/draw-scenario.ts'
import { simulate } from './world/simulate.ts'

const MOST_SEEDS = 200
const found: string[] = []

it.each(Object.entries(SEEDED_BUGS))('finds %s', async (name, bug) => {
  const { checks } = bug
  let failed: string[] = []
  for (let seed = 1; seed <= MOST_SEEDS && failed.length === 0; seed += 1) {
    const { violations } = await simulate(drawScenario(seed), partsWith(bug))
    failed = [...new Set(violations.map(({ check }) => check))].filter((check) => checks.includes(check))
    if (failed.length > 0) found.push(`seed ${seed}: ${name} (${failed.join(', ')})`)
  }
  expect(failed).not.toEqual([])
})

afterAll(() => {
  console.log(found.join('\n'))
})
