/** The figures and the plans as Markdown, for the terminal and for the pages in docs. */

import { digits, markdownTable } from '../frame/format.mjs'
import { replaceMarked, withSections } from '../frame/page.mjs'
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
  return results.flatMap(plansOf).join('\n\n')
}

function plansOf({ name, finished, waiting, date, plans }) {
  if (plans === undefined) return []
  const about = `${count(finished)} finished runs, ${count(waiting)} that wait; ${date}.`
  return [[`## ${STORES[name].title}`, about, plans].join('\n\n')]
}

/** Puts figures and plans into the pages; those of stores that were not measured stay as they are. */
export function writePages(results) {
  const titles = Object.values(STORES).map(({ title }) => title)
  const sectionsBy = (render) =>
    new Map(results.flatMap((one) => render(one).map((text) => [STORES[one.name].title, text])))
  const figures = sectionsBy((one) => [renderStore(one)])
  const plans = sectionsBy(plansOf)
  replaceMarked('scale.md', 'figures', (before) => withSections(before, '### ', figures, titles))
  replaceMarked('query-plans.md', 'plans', (before) => withSections(before, '## ', plans, titles))
  replaceMarked('stores/README.md', 'summary', (before) => renderSummary(before, results))
}

const SUMMARY = ['store', 'empty', 'full', 'ratio', 'ratio with statistics']

function renderSummary(before, results) {
  const known = before.split('\n').flatMap((line) => (line.startsWith('|') ? [cellsOf(line)] : []))
  const rows = new Map([...known, ...results.map(summaryOf)].map((cells) => [cells[0], cells]))
  return markdownTable(
    SUMMARY,
    Object.values(STORES).flatMap(({ title }) => (rows.has(title) ? [rows.get(title)] : [])),
  )
}

function cellsOf(line) {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
}

function summaryOf({ name, states }) {
  const { empty, full } = states[0].medians.claim
  const again = states[1]?.medians.claim
  const ratioAgain = again === undefined ? '' : `${digits(again.full / again.empty)} x`
  return [STORES[name].title, `${digits(empty)} ms`, `${digits(full)} ms`, `${digits(full / empty)} x`, ratioAgain]
}
