/** A scenario that fails is made smaller for as long as it fails, and the smaller one can be run again. */

import { expect, it } from 'vitest'
import { SEEDED_BUGS } from '../workload/seeded-bugs.ts'
import { partsWith } from './parts-with.ts'
import { drawScenario } from './world/draw-scenario.ts'
import { partOf } from './world/selection.ts'
import { shrink } from './world/shrink.ts'
import { simulate } from './world/simulate.ts'

it('of a timer that overflows it leaves the one job that is far away', async () => {
  const bug = SEEDED_BUGS['a timer of more than 2^31 ms that fires at once']
  const parts = bug === undefined ? undefined : partsWith(bug)
  const scenario = drawScenario(1)
  const { selection, simulation } = await shrink(scenario, 120, parts)
  expect(selection.jobs.map((index) => scenario.jobs[index]?.id)).toEqual(['far'])
  expect([selection.faults, selection.edits, selection.requests]).toEqual([[], [], []])
  expect(selection.until).toBeLessThan(scenario.endAt / 10)
  expect(simulation.violations.map(({ check }) => check)).toContain('C2')
  expect((await simulate(partOf(scenario, selection), parts)).hash).toBe(simulation.hash)
})
