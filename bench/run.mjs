/**
 * `npm run bench`: ours beside the peers, in one run. Each round measures everything once, in turn, each thing in a
 * child process of its own; the tables show medians over the rounds.
 */

import { measureInChild } from './frame/child.mjs'
import { describeMachine } from './frame/machine.mjs'
import { readOptions, USAGE } from './frame/options.mjs'
import { renderReport, writePage } from './frame/page.mjs'
import { prepare } from './frame/prepare.mjs'
import { keepResults } from './frame/results.mjs'
import { Servers } from './frame/servers.mjs'
import { loadSection } from './sections/index.mjs'

const options = readOptions()
if (options.help) {
  console.log(USAGE)
  process.exit()
}
prepare(options)

const servers = new Servers()
const results = {}
try {
  for (const name of options.sections) results[name] = await measureSection(name)
} finally {
  await servers.stop()
}
const all = keepResults(results, options)
console.log(`\n${await renderReport(results)}`)
if (options.write) writePage(await renderReport(all))
if (Object.values(results).some(({ failures }) => failures.length > 0)) process.exitCode = 1

/** Whether `--match` allows a task. */
function isWanted({ subject, variant }) {
  const { match } = options
  return match.length === 0 || match.some((text) => `${subject}: ${variant}`.includes(text))
}

/** All rounds of a section. Every other round goes backwards, so that nothing always follows the same neighbour. */
async function measureSection(name) {
  const section = await loadSection(name)
  const tasks = section.tasks(options).filter(isWanted)
  const needed = tasks.flatMap(({ server }) => server ?? [])
  await servers.provide(needed)
  const needsNewer = tasks.some(({ node }) => node !== undefined)
  const machine = describeMachine(section.packages, needsNewer)
  const startedAt = performance.now()
  const samples = []
  const failures = []
  const possible = tasks.filter(({ server }) => server === undefined || servers.isThere(server))
  for (let round = 1; round <= options.rounds; round += 1) {
    const inTurn = possible.filter((task) => round === 1 || task.once !== true)
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
  const minutes = Number(((performance.now() - startedAt) / 60_000).toFixed(1))
  const { rounds, quick, full } = options
  return { ...machine, servers: servers.describe(needed), rounds, quick, full, minutes, failures, samples }
}
