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

export async function renderReport(report) {
  const parts = [
    `${report.date}, ${report.machine}, Node ${report.node}; load average ${report.load.toFixed(1)} at the start; medians ` +
      `of ${report.rounds} round(s), ${report.minutes} minutes${report.quick ? '; --quick: small sizes, the figures mean little' : ''}.`,
    `Versions: ${report.packages.join(', ')}.`,
  ]
  const targets = []
  for (const { name, samples } of report.sections) {
    const section = await loadSection(name)
    const find = medianFinder(samples)
    const { columns, rows } = section.table(find, samples)
    parts.push(`### ${section.title}`, section.about, markdownTable(columns, rows))
    targets.push(...section.targets(find))
  }
  const rows = targets.map(({ what, target, value, met }) => [
    what,
    target,
    value,
    report.quick ? 'not judged' : RESULTS.get(met),
  ])
  parts.push('### Targets', markdownTable(['', 'target', 'measured', 'result'], rows))
  if (report.failures.length > 0) parts.push('### Not measured', report.failures.map((line) => `- ${line}`).join('\n'))
  return parts.join('\n\n')
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
 * @param {string} text
 */
export function replaceMarked(page, name, text) {
  const path = `${ROOT}/docs/${page}`
  const before = readFileSync(path, 'utf8')
  const begin = before.indexOf('-->', before.indexOf(`<!-- ${name}: `)) + '-->'.length
  const end = before.indexOf(`<!-- end of ${name} -->`)
  if (!before.includes(`<!-- ${name}: `) || end < begin) throw new Error(`${path}: the markers of ${name} are missing`)
  writeFileSync(path, `${before.slice(0, begin)}\n\n${text}\n\n${before.slice(end)}`)
}
