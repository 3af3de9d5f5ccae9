/**
 * `npm run chaos -- --store redis --seed 1`: four real processes on a real store, with faults of processes, network and
 * server drawn from the seed, judged by the checks of the simulation. All stores in turn when none is named; `--seeds 5` runs
 * so many from `--seed` on. Writes a page for each course into `chaos-report/`, prints a table, and with `--write` puts it
 * into docs/promises.md. Fails when a promise is broken.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { digits, markdownTable } from '../bench/frame/format.mjs'
import { resultOf } from './child-result.mjs'
import { writeRows } from './marked-table.mjs'
import { findServer, SERVERS } from './servers/index.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const PAGE = `${root}docs/promises.md`
const REPORTS = `${root}chaos-report`
const STORES = ['sqlite', ...Object.keys(SERVERS)]
const SHOWN_VIOLATIONS = 10

const { values } = parseArgs({
  options: {
    store: { type: 'string', multiple: true, default: STORES },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    /** For how long faults come, and of quiet after them. */
    seconds: { type: 'string', default: '60' },
    quiet: { type: 'string', default: '15' },
    lease: { type: 'string', default: '2000' },
    poll: { type: 'string', default: '250' },
    write: { type: 'boolean', default: false },
  },
})
const unknown = values.store.filter((name) => !STORES.includes(name))
if (unknown.length > 0) {
  console.error(`no such store: ${unknown.join(', ')}; there are ${STORES.join(', ')}`)
  process.exit(2)
}

const COLUMNS = [
  'store',
  'day',
  'seeds',
  'faults',
  'due times',
  'lost',
  'second results',
  'early',
  'overlaps',
  'violations',
  'lateness p99 ms',
  'takeovers',
  'takeover p99 ms',
  'stalls',
  'load',
]

mkdirSync(REPORTS, { recursive: true })
const rows = []
for (const store of values.store) {
  const before = loadavg()[0]
  const courses = []
  for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.seeds); seed += 1) {
    console.log(`${store}, seed ${seed} ...`)
    const course = await run(store, String(seed))
    if (course === undefined) continue
    tell(store, seed, course)
    courses.push(course)
  }
  if (courses.length > 0) rows.push(rowOf(store, courses, before))
}
console.log(`\n${markdownTable(COLUMNS, rows)}`)
if (values.write) writeRows(PAGE, 'chaos', COLUMNS, rows)

/** One course, in a process of its own. */
async function run(store, seed) {
  const options = ['--store', store, '--seed', seed, '--page', join(REPORTS, `${store}-${seed}.html`)]
  for (const name of ['seconds', 'quiet', 'lease', 'poll']) options.push(`--${name}`, values[name])
  if (store === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'cronwright-chaos-'))
    try {
      return await course([...options, '--url', `sqlite:${folder}`])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const { server, obstacle } = await findServer(store)
  if (server === undefined) return failed(`${store}: not run: ${obstacle}`)
  return course([...options, '--server', server])
}

function course(options) {
  return resultOf('test/chaos/main.ts', options).catch(({ message }) => failed(message))
}

function tell(store, seed, { found, failures, due, faults, starts, lateness, takeover }) {
  console.log(
    `  ${due} due times, ${starts} starts, ${faults} faults; lateness p99 ${digits(lateness.p99)} ms; ` +
      `${takeover.count} takeovers, p99 ${digits(takeover.p99)} ms; chaos-report/${store}-${seed}.html`,
  )
  for (const failure of failures.slice(0, SHOWN_VIOLATIONS)) console.log(`  not done: ${failure}`)
  for (const { check, subject, text } of found.slice(0, SHOWN_VIOLATIONS)) console.log(`  ${check} ${subject}: ${text}`)
  if (found.length > 0) failed(`${store}, seed ${seed}: ${found.length} violations`)
}

function rowOf(store, courses, load) {
  const sum = (key) => String(courses.reduce((total, course) => total + course[key], 0))
  const worst = (of) => digits(Math.max(...courses.map(of)))
  return [
    store,
    new Date().toISOString().slice(0, 10),
    `${values.seed} to ${Number(values.seed) + courses.length - 1}`,
    ...['faults', 'due', 'lost', 'doubled', 'early', 'overlaps', 'violations'].map(sum),
    worst(({ lateness }) => lateness.p99),
    String(courses.reduce((total, { takeover }) => total + takeover.count, 0)),
    worst(({ takeover }) => takeover.p99),
    sum('stalls'),
    load.toFixed(1),
  ]
}

function failed(reason) {
  console.error(reason)
  process.exitCode = 1
  return undefined
}
