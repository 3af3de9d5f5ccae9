/**
 * `npm run bench`: ours beside the peers, in one run. Each round measures everything once, in turn, each thing in a
 * child process of its own; the tables show medians over the rounds.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { measureInChild } from './frame/child.mjs'
import { describeMachine, describePackages } from './frame/machine.mjs'
import { readOptions, USAGE } from './frame/options.mjs'
import { renderReport, writePage } from './frame/page.mjs'
import { BENCH, prepare } from './frame/prepare.mjs'
import { loadSection, SECTION_NAMES } from './sections/index.mjs'

const options = readOptions(SECTION_NAMES)
if (options.help) {
  console.log(USAGE)
  process.exit()
}
prepare(options)

const startedAt = performance.now()
const machine = { ...describeMachine(), packages: describePackages() }
const failures = []
const results = []
for (const name of options.sections) results.push({ name, samples: await measureSection(name) })
const report = { ...machine, rounds: options.rounds, quick: options.quick, failures, sections: results }
report.minutes = Number(((performance.now() - startedAt) / 60_000).toFixed(1))

mkdirSync(`${BENCH}/results`, { recursive: true })
writeFileSync(`${BENCH}/results/latest.json`, `${JSON.stringify(report, null, 2)}\n`)
const text = await renderReport(report)
console.log(`\n${text}`)
if (options.write) writePage(text)
if (failures.length > 0) process.exitCode = 1

/** All rounds of a section. Every other round goes backwards, so that nothing always follows the same neighbour. */
async function measureSection(name) {
  const section = await loadSection(name)
  const tasks = section.tasks(options)
  const samples = []
  for (let round = 1; round <= options.rounds; round += 1) {
    const inTurn = tasks.filter((task) => round === 1 || task.once !== true)
    for (const task of round % 2 === 1 ? inTurn : inTurn.toReversed()) {
      process.stderr.write(`${name}, round ${round} of ${options.rounds}: ${task.subject} ${task.variant}\n`)
      try {
        const begun = performance.now()
        const values = await measureInChild(name, task)
        const seconds = Number(((performance.now() - begun) / 1_000).toFixed(1))
        samples.push({ subject: task.subject, variant: task.variant, round, seconds, values })
      } catch (error) {
        failures.push(`round ${round}, ${error.message}`)
      }
    }
  }
  return samples
}
