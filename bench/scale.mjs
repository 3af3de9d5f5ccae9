/**
 * `npm run scale`: what a store with a million finished runs and a hundred thousand records that wait costs beside an
 * empty one. Stores can be measured one by one: the pages keep what they have of the others. Raw results are in bench/results.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { describeMachine } from './frame/machine.mjs'
import { BENCH, prepareBuild } from './frame/prepare.mjs'
import { measureStore } from './scale/measure.mjs'
import { readOptions, USAGE } from './scale/options.mjs'
import { renderFigures, renderPlans, writePages } from './scale/report.mjs'
import { STORES } from './scale/stores.mjs'

const options = readOptions(Object.keys(STORES))
if (options.help) {
  console.log(USAGE)
  process.exit()
}
prepareBuild(options)
mkdirSync(`${BENCH}/results`, { recursive: true })

const { finished, waiting, rounds } = options
const results = []
for (const name of options.stores) {
  const tell = (line) => process.stderr.write(`${name}: ${line}\n`)
  const { date, machine, node, load } = describeMachine([], false)
  // One that fails keeps no other from being measured.
  const figures = await measureStore(name, options, tell).catch((error) => ({ reason: error.stack }))
  if (figures.reason !== undefined) {
    tell(`not measured: ${figures.reason}`)
    process.exitCode = 1
    continue
  }
  const result = { name, date, machine, node, load, finished, waiting, rounds, ...figures }
  writeFileSync(`${BENCH}/results/scale-${name}.json`, `${JSON.stringify(result, null, 2)}\n`)
  results.push(result)
  if (options.write) writePages([result])
}
console.log(`\n${renderFigures(results)}`)
if (options.plans) console.log(`\n${renderPlans(results)}`)
