/** The report as Markdown, for the terminal and for docs/benchmarks.md. */

import { readFileSync, writeFileSync } from 'node:fs'
import { loadSection } from '../sections/index.mjs'
import { markdownTable } from './format.mjs'
import { ROOT } from './prepare.mjs'
import { medianFinder } from './statistics.mjs'

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

/** Puts the report into docs/benchmarks.md. */
export function writePage(text) {
  replaceMarked('benchmarks.md', 'figures', text)
}

/**
 * Replaces what stands between two markers of a page in docs: `<!-- name: ... -->` and `<!-- end of name -->`.
 *
 * @param {string} page
 * @param {string} name
 * @param {string | ((before: string) => string)} text - or what makes it of what stands there
 */
export function replaceMarked(page, name, text) {
  const path = `${ROOT}/docs/${page}`
  const before = readFileSync(path, 'utf8')
  const begin = before.indexOf('-->', before.indexOf(`<!-- ${name}: `)) + '-->'.length
  const end = before.indexOf(`<!-- end of ${name} -->`)
  if (!before.includes(`<!-- ${name}: `) || end < begin) throw new Error(`${path}: the markers of ${name} are missing`)
  const after = typeof text === 'string' ? text : text(before.slice(begin, end))
  writeFileSync(path, `${before.slice(0, begin)}\n\n${after}\n\n${before.slice(end)}`)
}

/**
 * Sections of a text, each from its heading on, with some of them replaced.
 *
 * @param {string} text
 * @param {string} heading - what headings begin with, as `## `
 * @param {ReadonlyMap<string, string>} sections - title -> the section, with its heading
 * @param {readonly string[]} order - titles of all that may be there
 */
export function withSections(text, heading, sections, order) {
  const found = text.split(`\n${heading}`).slice(1)
  const known = new Map(found.map((section) => [section.split('\n', 1)[0], `${heading}${section.trim()}`]))
  return order.flatMap((title) => sections.get(title) ?? known.get(title) ?? []).join('\n\n')
}
