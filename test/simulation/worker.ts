/**
 * One of the processes of `npm run simulate`: simulates every `step`-th seed of a range and prints a line of JSON for each.
 * With `shrink`, makes the one seed smaller and prints that.
 */

import { parseArgs } from 'node:util'
import { drawScenario } from './world/draw-scenario.ts'
import { partOf, selectionFromText, selectionToText } from './world/selection.ts'
import { shrink } from './world/shrink.ts'
import { type Simulation, simulate } from './world/simulate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    step: { type: 'string', default: '1' },
    only: { type: 'string' },
    shrink: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed)

if (values.shrink) {
  const { selection, simulation, tries } = await shrink(drawScenario(first))
  const { history, violations } = simulation
  print({ only: selectionToText(selection), tries, faults: history.faults, violations, hash: simulation.hash })
} else {
  for (let seed = first; seed < first + Number(values.seeds); seed += Number(values.step)) {
    const whole = drawScenario(seed)
    const scenario = values.only === undefined ? whole : partOf(whole, selectionFromText(values.only, whole))
    print({ seed, ...summaryOf(await simulate(scenario)) })
  }
}

function summaryOf({ history, violations, events, hash }: Simulation): object {
  const { runs, log, faults } = history
  // Fire times and requests, each with a record of its own; sums of many count once.
  const dueTimes = runs.length
  const starts = log.filter(({ ev }) => ev === 'start').length
  return { dueTimes, starts, faults: faults.length, events, hash, violations }
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
