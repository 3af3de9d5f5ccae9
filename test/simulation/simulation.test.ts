/**
 * Every promise holds in simulated lives of three to five processes with faults: a share of what `npm run simulate` does.
 * `SIMULATION_SEEDS` says how many seeds, from 1 on; each has about 1,000 due times.
 */

import { expect, it } from 'vitest'
import { drawScenario } from './world/draw-scenario.ts'
import { partOf, selectionFromText, selectionToText, wholeOf } from './world/selection.ts'
import { simulate } from './world/simulate.ts'

const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 30)
const LONGEST_MS = 600_000

it(
  `${SEEDS} seeds keep every promise`,
  async () => {
    let dueTimes = 0
    const failures: string[] = []
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { history, violations } = await simulate(drawScenario(seed))
      dueTimes += history.runs.length
      const [violation] = violations
      if (violation !== undefined)
        failures.push(`SEED=${seed} ${violation.check} ${violation.subject}: ${violation.text}`)
    }
    expect(failures).toEqual([])
    expect(dueTimes).toBeGreaterThanOrEqual(1_000 * SEEDS)
  },
  LONGEST_MS,
)

it('a seed gives the same course again, event by event', async () => {
  const once = await simulate(drawScenario(7))
  const again = await simulate(drawScenario(7))
  expect([again.hash, again.events]).toEqual([once.hash, once.events])
  expect((await simulate(drawScenario(8))).hash).not.toBe(once.hash)
})

it('a part of a scenario is written as text, and read again', () => {
  const scenario = drawScenario(1)
  const whole = wholeOf(scenario)
  expect(partOf(scenario, whole)).toEqual(scenario)
  const part = { ...whole, faults: [0, 2], edits: [], until: 20_000 }
  expect(selectionFromText(selectionToText(part), scenario)).toEqual(part)
  expect(partOf(scenario, part)).toMatchObject({
    faults: [scenario.faults[0], scenario.faults[2]],
    edits: [],
    endAt: 20_000,
  })
})
