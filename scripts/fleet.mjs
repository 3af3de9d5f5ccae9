/**
 * `npm run fleet -- --store postgres --seconds 60 --jobs 500 --processes 4`: real processes on a real store, each in turn
 * when none is named, and on clusters whose leader is killed. Prints what became of every due time, and with `--write`
 * puts it into docs/promises.md. Fails when a promise is broken; the aim for lateness is only reported.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { digits, markdownTable } from '../bench/frame/format.mjs'
import { resultOf } from './child-result.mjs'
import { writeRows } from './marked-table.mjs'
import { provideServers, SERVERS } from './servers/index.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const PAGE = `${root}docs/promises.md`
const CLUSTERS = ['etcd-cluster', 'zookeeper-cluster']
const STORES = ['sqlite', ...Object.keys(SERVERS), ...CLUSTERS]
const SHOWN_VIOLATIONS = 20
/** Most ms that one in a hundred fire times may be late on a store behind a network. */
const AIM_MS = 150

const { values } = parseArgs({
  options: {
    store: { type: 'string', multiple: true, default: STORES },
    seconds: { type: 'string', default: '60' },
    jobs: { type: 'string', default: '500' },
    processes: { type: 'string', default: '4' },
    write: { type: 'boolean', default: false },
  },
})
const unknown = values.store.filter((name) => !STORES.includes(name))
if (unknown.length > 0) {
  console.error(`no such store: ${unknown.join(', ')}; there are ${STORES.join(', ')}`)
  process.exit(2)
}

const FATES = ['due', 'once', 'more', 'skipped', 'lost', 'early', 'violations']
const TABLES = {
  load: {
    marker: 'fleet: steady load',
    columns: [
      'store',
      'day',
      'jobs',
      'processes',
      's',
      ...FATES,
      'p50 ms',
      'p99',
      'max',
      `p99 <= ${AIM_MS}`,
      'stalls',
      'load',
    ],
    rows: [],
  },
  loss: {
    marker: 'fleet: leader killed',
    columns: [
      'store',
      'day',
      'jobs',
      'processes',
      's',
      ...FATES,
      'election ms',
      'recovery ms',
      'bound',
      'stalls',
      'load',
    ],
    rows: [],
  },
}

for (const name of values.store) {
  console.log(`${name} ...`)
  const before = loadavg()[0]
  const result = CLUSTERS.includes(name)
    ? await battery(['--cluster', name.replace('-cluster', '')])
    : await onStore(name)
  if (result === undefined) continue
  report(name, result, before)
}
for (const { marker, columns, rows } of Object.values(TABLES)) {
  if (rows.length === 0) continue
  console.log(`\n${markdownTable(columns, rows)}`)
  if (values.write) writeRows(PAGE, marker, columns, rows)
}

/** The battery on a store that is started for it. */
async function onStore(name) {
  if (name === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'cronwright-fleet-'))
    try {
      return await battery(['--url', `sqlite:${folder}`])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const [{ url, source, stop }] = await provideServers([name])
  if (url === undefined) return failed(`${name}: not run: ${source}`)
  try {
    return await battery(['--url', url])
  } finally {
    await stop()
  }
}

/** Runs it in a process of its own; the last line is what came of it. */
function battery(options) {
  const { seconds, jobs, processes } = values
  const load = ['--seconds', seconds, '--jobs', jobs, '--processes', processes]
  return resultOf('test/fleet/main.ts', [...options, ...load]).catch(({ message }) => failed(message))
}

function report(name, result, load) {
  const { violations, errors, starts, lateness, electionMs, recoveryMs, recoveryBoundMs } = result
  for (const { check, subject, text } of violations.slice(0, SHOWN_VIOLATIONS))
    console.log(`  ${check} ${subject}: ${text}`)
  for (const error of errors.slice(0, SHOWN_VIOLATIONS)) console.log(`  told: ${error}`)
  console.log(
    `  starts: ${Object.entries(starts)
      .map(([process, count]) => `${process} ${count}`)
      .join(', ')}`,
  )
  const isBroken = violations.length + result.lost + result.more + result.early > 0
  if (isBroken) failed(`${name}: a promise is broken`)
  const fates = FATES.map((fate) => String(fate === 'violations' ? violations.length : result[fate]))
  const about = [name, new Date().toISOString().slice(0, 10), values.jobs, values.processes, values.seconds, ...fates]
  const ends = [String(result.stalls), load.toFixed(1)]
  if (electionMs === undefined) {
    const aim = name === 'sqlite' ? '-' : lateness.p99 <= AIM_MS ? 'met' : 'MISSED'
    TABLES.load.rows.push([...about, ...[lateness.p50, lateness.p99, lateness.max].map(digits), aim, ...ends])
  } else {
    TABLES.loss.rows.push([...about, ...[electionMs, recoveryMs, recoveryBoundMs].map(digits), ...ends])
    if (recoveryMs > recoveryBoundMs) failed(`${name}: recovered after ${digits(recoveryMs)} ms`)
  }
}

function failed(text) {
  console.error(text)
  process.exitCode = 1
}
