/** The report as Markdown, for the terminal and for docs/benchmarks.md. */

import { readFileSync, writeFileSync } from 'node:fs'
import { loadSection } from '../sections/index.mjs'
import { markdownTable } from './format.mjs'
import { ROOT } from './prepare.mjs'
import { medianFinder } from './statistics.mjs'

const PAGE = `${ROOT}/docs/benchmarks.md`
const BEGIN = '<!-- figures: written by `npm run bench -- --write` -->'
const END = '<!-- end of figures -->'

const RESULTS = new Map([
  [true, 'met'],
  [false, 'MISSED'],
  [undefined, 'not measured'],
])

/** @param {Record<string, object>} results - section -> what was measured */
export async function renderReport(results) {
  const parts = []
  const targets = []
  for (const [name, result] of Object.entries(results)) {
    const section = await loadSection(name)
    const find = medianFinder(result.samples)
    const { columns, rows } = section.table(find, result.samples)
    parts.push(`### ${section.title}`, section.about, markdownTable(columns, rows), provenance(result))
    if (result.failures.length > 0) parts.push('Not measured:', result.failures.map((line) => `- ${line}`).join('\n'))
    for (const { what, target, value, met } of section.targets(find)) {
      targets.push([what, target, value, result.quick ? 'not judged' : RESULTS.get(met)])
    }
  }
  parts.push('### Targets', markdownTable(['', 'target', 'measured', 'result'], targets))
  return parts.join('\n\n')
}

/** When, where and on what. */
function provenance({ date, machine, node, load, rounds, quick, minutes, servers, packages }) {
  const size = quick ? '; --quick: small sizes, the figures mean little' : ''
  return [
    `${date}, ${machine}, Node ${node}; load average ${load.toFixed(1)} at the start; medians of ${rounds} round(s), ` +
      `${minutes} minutes${size}.`,
    ...(servers.length === 0 ? [] : [`Servers on the same machine: ${servers.join('; ')}.`]),
    `Versions: ${packages.join(', ')}.`,
  ].join(' ')
}

/** Replaces what stands between the two markers of the page. */
export function writePage(text) {
  const page = readFileSync(PAGE, 'utf8')
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${PAGE}: the markers of the figures are missing`)
  writeFileSync(PAGE, `${page.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${page.slice(end)}`)
}
