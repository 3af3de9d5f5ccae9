/** The figures and the plans as Markdown, for the terminal and for the pages in docs. */

import { existsSync, readFileSync } from 'node:fs'
import { digits, markdownTable } from '../frame/format.mjs'
import { replaceMarked } from '../frame/page.mjs'
import { BENCH } from '../frame/prepare.mjs'
import { OPERATIONS } from './operations.mjs'
import { STORES } from './stores.mjs'

/** The most that a claim may cost beside one on an empty store. */
const MOST = 2

export function renderFigures(results) {
  return results.map(renderStore).join('\n\n')
}

function renderStore({ name, date, machine, node, load, finished, waiting, rounds, fillSeconds, states }) {
  const columns = ['milliseconds', ...states.flatMap((state) => ['empty', `full, ${state.name}`, 'ratio'])]
  const rows = Object.keys(OPERATIONS).map((operation) => row(operation, states, ({ medians }) => medians[operation]))
  rows.push(row('behind 10,000 held back', states, (state) => state.heldBack))
  const worst = Math.max(...states.map(({ medians }) => medians.claim.full / medians.claim.empty))
  return [
    `### ${STORES[name].title}`,
    `${count(finished)} finished runs, ${count(waiting)} records that wait; ${date}, ${machine}, Node ${node}, load ` +
      `average ${load.toFixed(1)} at the start; medians of ${rounds} rounds; filled in ${Math.round(fillSeconds)} s. A ` +
      `claim costs at most ${digits(worst)} times what it costs on an empty store (target: ${MOST}, ` +
      `${worst <= MOST ? 'met' : 'MISSED'}).`,
    markdownTable(columns, rows),
  ].join('\n\n')
}

function count(number) {
  return number.toLocaleString('en-US')
}

function row(title, states, find) {
  const figures = states.map(find)
  const cells = figures.flatMap(({ empty, full }) => [digits(empty), digits(full), `${digits(full / empty)} x`])
  return [title, ...cells]
}

export function renderPlans(results) {
  const parts = results.filter(({ plans }) => plans !== undefined)
  return parts
    .map(({ name, finished, waiting, date, plans }) =>
      [
        `## ${STORES[name].title}`,
        `${count(finished)} finished runs, ${count(waiting)} that wait; ${date}.`,
        plans,
      ].join('\n\n'),
    )
    .join('\n\n')
}

/** Puts the newest figures and plans of every store that was ever measured here into the pages. */
export function writePages() {
  const results = Object.keys(STORES).flatMap(latestResult)
  replaceMarked('scale.md', 'figures', renderFigures(results))
  replaceMarked('query-plans.md', 'plans', renderPlans(results))
  replaceMarked('stores/README.md', 'summary', renderSummary(results))
}

function renderSummary(results) {
  const rows = results.map(({ name, states }) => {
    const { empty, full } = states[0].medians.claim
    const again = states[1]?.medians.claim
    const ratioAgain = again === undefined ? '' : `${digits(again.full / again.empty)} x`
    return [STORES[name].title, `${digits(empty)} ms`, `${digits(full)} ms`, `${digits(full / empty)} x`, ratioAgain]
  })
  return markdownTable(['store', 'empty', 'full', 'ratio', 'ratio with statistics'], rows)
}

function latestResult(name) {
  const file = `${BENCH}/results/scale-${name}.json`
  return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8'))] : []
}
