/** One page for one course: verdict, figures, time line, lateness, what was done and what went wrong. No scripts. */

import type { Facts } from '../../checks/facts.ts'
import type { Violation } from '../../checks/history.ts'
import { histogram } from './histogram.ts'
import { lanes } from './lanes.ts'
import { element, escaped, table } from './markup.ts'

export interface Report {
  readonly title: string
  /** The command that does it again. */
  readonly command: string
  readonly facts: Facts
  readonly violations: readonly Violation[]
  /** Name -> value. */
  readonly figures: Readonly<Record<string, string | number>>
  /** How late scheduled runs were started first, ms. */
  readonly lateness: readonly number[]
  /** What the processes said of stores that failed. */
  readonly errors: readonly string[]
}

const SHOWN_ERRORS = 200

const STYLE = `
body { font: 13px/1.4 system-ui, sans-serif; margin: 24px; color: #222; }
table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: 2px 8px; text-align: left; }
.verdict { font-size: 20px; } .verdict.good { color: #18794e; } .verdict.bad { color: #c4161c; }
svg { display: block; } .grid { stroke: #eee; } .tick { font-size: 9px; fill: #777; } .name { font-size: 10px; }
.due { stroke-width: 1; } .due.good { stroke: #30a46c; } .due.skipped { stroke: #aaa; } .due.bad { stroke: #c4161c; stroke-width: 3; }
.attempt { opacity: 0.85; } .attempt.bad { stroke: #c4161c; stroke-width: 2; } .bar { fill: #5b8def; }
.p0 { fill: #5b8def; } .p1 { fill: #e5933f; } .p2 { fill: #8e6bd8; } .p3 { fill: #2aa198; }
.p4 { fill: #d6568f; } .p5 { fill: #7a8b2f; } .p6 { fill: #9a6a4a; } .p7 { fill: #5f6b7a; }
.fault { fill: #e5484d; opacity: 0.35; } .fault.slow, .fault.block { fill: #f5d90a; } .fault.outage { fill: #111; opacity: 0.25; }
.fault.stop { fill: #0091ff; } .fault.shutdown { fill: #8a8a8a; } .fault.flaky { fill: #f76808; }
`

export function pageOf({ title, command, facts, violations, figures, lateness, errors }: Report): string {
  const suspects = new Set(violations.map(({ subject }) => subject))
  const isGood = violations.length === 0
  const verdict = isGood ? 'every promise was kept' : `${violations.length} violations`
  const from = Math.min(...facts.history.log.map(({ at }) => at))
  const seconds = (at: number): string => ((at - from) / 1_000).toFixed(2)
  const faults = facts.history.faults.map(({ kind, process, from: begun, to }) => [
    kind,
    process ?? 'all',
    seconds(begun),
    seconds(to),
  ])
  const parts = [
    element('h1', {}, escaped(title)),
    element('p', { class: `verdict ${isGood ? 'good' : 'bad'}` }, escaped(verdict)),
    element('p', {}, `Again: ${element('code', {}, escaped(command))}`),
    table(['figure', 'value'], Object.entries(figures)),
    heading('Violations', violations.length),
    table(
      ['check', 'subject', 'what is wrong'],
      violations.map(({ check, subject, text }) => [check, subject, text]),
    ),
    element('h2', {}, 'Time line'),
    element(
      'p',
      {},
      'Lanes: processes with their faults, then jobs: due times (green: has its record; grey: skipped; red: suspect) and attempts in the colour of their process. Rest the pointer on anything.',
    ),
    lanes(facts, suspects),
    element('h2', {}, 'Lateness of first attempts, ms'),
    histogram(lateness),
    heading('Faults', faults.length),
    table(['kind', 'of', 'from, s', 'to, s'], faults),
    heading('What processes said', errors.length),
    element('pre', {}, escaped(errors.slice(0, SHOWN_ERRORS).join('\n'))),
  ]
  const head = `<meta charset="utf-8"><title>${escaped(title)}</title>${element('style', {}, STYLE)}`
  return `<!doctype html>${element('html', { lang: 'en' }, `${element('head', {}, head)}${element('body', {}, parts.join('\n'))}`)}\n`
}

function heading(text: string, count: number): string {
  return element('h2', {}, escaped(`${text}: ${count}`))
}
