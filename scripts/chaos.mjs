/**
 * `npm run chaos -- --store redis --seed 1`: four real processes on a real store, with faults of processes, network and
 * server drawn from the seed, judged by the checks of the simulation. All stores in turn when none is named; `--seeds 5` runs
 * so many from `--seed` on. Writes a page for each course into `chaos-report/`, prints a table, and with `--write` puts it
 * into docs/promises.md. Fails when a promise is broken. `--short` takes less than three minutes for all stores, three at a time, and
 * judges nothing that is a matter of the machine's speed.
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
/** Seconds of faults, of quiet after them, the lease in ms, and how many stores at a time. */
const WHOLE = { seconds: '60', quiet: '15', lease: '2000', together: 1 }
const SHORT = { seconds: '8', quiet: '11', lease: '3000', together: 3 }

const { values } = parseArgs({
  options: {
    store: { type: 'string', multiple: true, default: STORES },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    quiet: { type: 'string' },
    short: { type: 'boolean', default: false },
    lease: { type: 'string' },
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
const form = values.short ? SHORT : WHOLE
const { seconds = form.seconds, quiet = form.quiet, lease = form.lease, poll } = values
const times = { seconds, quiet, lease, poll }
const rows = []
const waiting = [...values.store]
await Promise.all(Array.from({ length: form.together }, takeStores))
console.log(`\n${markdownTable(COLUMNS, rows)}`)
if (values.write) writeRows(PAGE, 'chaos', COLUMNS, rows)

/** One store after the other, until none waits. */
async function takeStores() {
  for (let store = waiting.shift(); store !== undefined; store = waiting.shift()) await takeSeeds(store)
}

async function takeSeeds(store) {
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

/** One course, in a process of its own. */
async function run(store, seed) {
  const options = ['--store', store, '--seed', seed, '--page', join(REPORTS, `${store}-${seed}.html`)]
  for (const [name, value] of Object.entries(times)) options.push(`--${name}`, value)
  if (values.short) options.push('--short')
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

function tell(store, seed, { found, failures, due, waiting, lost, faults, starts, lateness, takeover, unhandled }) {
  console.log(
    `${store}: ${due} due times (${waiting} wait, ${lost} lost), ${starts} starts, ${faults} faults; lateness p99 ${digits(lateness.p99)} ms; ` +
      `${takeover.count} takeovers, p99 ${digits(takeover.p99)} ms; chaos-report/${store}-${seed}.html`,
  )
  for (const failure of failures.slice(0, SHOWN_VIOLATIONS)) console.log(`  not done: ${failure}`)
  for (const { check, subject, text } of found.slice(0, SHOWN_VIOLATIONS)) console.log(`  ${check} ${subject}: ${text}`)
  if (found.length > 0) failed(`${store}, seed ${seed}: ${found.length} violations`)
  if (unhandled > 0) failed(`${store}, seed ${seed}: ${unhandled} processes died of what nobody had caught`)
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
