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

/** Replaces what stands between the two markers of the page. */
export function writePage(text) {
  const page = readFileSync(PAGE, 'utf8')
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${PAGE}: the markers of the figures are missing`)
  writeFileSync(PAGE, `${page.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${page.slice(end)}`)
}
