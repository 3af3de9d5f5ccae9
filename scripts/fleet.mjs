/**
 * `npm run fleet -- --battery load --store postgres --seconds 60 --jobs 500 --processes 4`: real processes on a real store,
 * each in turn when none is named (with `--together` all at once). Prints what came of it, and with `--write` puts it into
 * docs/promises.md. Fails when a promise is broken; the aim for lateness is only reported. Batteries: `load` (the default),
 * `outage`, `takeover`, `soak`, `daylight-saving`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { markdownTable } from '../bench/frame/format.mjs'
import { resultOf } from './child-result.mjs'
import { BATTERIES, batteryOn, CLUSTERS } from './fleet/batteries.mjs'
import { environmentAt, fakeTimeLibrary } from './fleet/faked-time.mjs'
import { writeRows } from './marked-table.mjs'
import { findServer, provideServers } from './servers/index.mjs'

const PAGE = fileURLToPath(new URL('../docs/promises.md', import.meta.url))
const SHOWN = 20
/** The processes are started so long before a clock change. */
const LEAD_MS = 40_000

const { values } = parseArgs({
  options: {
    battery: { type: 'string', default: 'load' },
    store: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    jobs: { type: 'string' },
    processes: { type: 'string' },
    kills: { type: 'string' },
    together: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const chosen = BATTERIES[values.battery]
if (chosen === undefined) refuse('battery', [values.battery], Object.keys(BATTERIES))
const stores = values.store ?? chosen.stores
const unknown = stores.filter((name) => !chosen.stores.includes(name))
if (unknown.length > 0) refuse('store', unknown, chosen.stores)
const load = Object.fromEntries(Object.entries(chosen.defaults).map(([name, usual]) => [name, values[name] ?? usual]))

/** Marker -> its columns and rows. */
const tables = new Map()
if (values.together) await Promise.all(stores.map(runOn))
else for (const store of stores) await runOn(store)
for (const [marker, { columns, rows }] of tables) {
  console.log(`\n${markdownTable(columns, rows)}`)
  if (values.write) writeRows(PAGE, marker, columns, rows)
}

async function runOn(store) {
  const battery = batteryOn(store, values.battery)
  for (const [season, change] of Object.entries(battery.changes ?? { '': undefined })) {
    const name = change === undefined ? store : `${store}, ${season}`
    console.log(`${name} ...`)
    const before = loadavg()[0]
    const result = await resultOn(store, battery, change)
    if (result !== undefined) report(name, store, battery, result, before)
  }
}

/** What came of it on a store that is started for it; undefined when it was not run. */
async function resultOn(store, battery, change) {
  if (CLUSTERS.includes(store)) return child(['--cluster', store.replace('-cluster', '')])
  if (store === 'memory') return child(['--url', 'memory:'])
  if (store === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'cronwright-fleet-'))
    try {
      return await child(['--url', `sqlite:${folder}`], change)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  if (battery.ownsServer) {
    const { server, obstacle } = await findServer(store)
    return server === undefined ? failed(`${store}: not run: ${obstacle}`) : child(['--server', server], change)
  }
  const [{ url, source, stop }] = await provideServers([store])
  if (url === undefined) return failed(`${store}: not run: ${source}`)
  try {
    return await child(['--url', url])
  } finally {
    await stop()
  }
}

/** Runs it in a process of its own; the last line is what came of it. */
async function child(place, change) {
  const options = [...place, '--battery', values.battery]
  for (const [name, value] of Object.entries(load)) options.push(`--${name}`, value)
  let environment = {}
  if (change !== undefined) {
    const library = fakeTimeLibrary()
    if (library === undefined) return failed('not run: no libfaketime (Debian: faketime)')
    environment = environmentAt(library, Date.parse(change) - LEAD_MS)
    options.push('--change', change)
  }
  return resultOf('test/fleet/main.ts', options, environment).catch(({ message }) => failed(message))
}

function report(name, store, battery, result, before) {
  const { violations = [], errors, starts } = result
  for (const { check, subject, text } of violations.slice(0, SHOWN)) console.log(`  ${check} ${subject}: ${text}`)
  for (const error of errors.slice(0, SHOWN)) console.log(`  told: ${error}`)
  if (starts !== undefined) {
    const counts = Object.entries(starts).map(([process, count]) => `${process} ${count}`)
    console.log(`  starts: ${counts.join(', ')}`)
  }
  for (const problem of battery.problems(result)) failed(`${name}: ${problem}`)
  const columns = ['store', 'day', ...battery.columns, 'load']
  const table = tables.get(battery.marker) ?? { columns, rows: [] }
  const cells = battery.cells(result, load, store)
  table.rows.push([name, new Date().toISOString().slice(0, 10), ...cells, before.toFixed(1)])
  tables.set(battery.marker, table)
}

function refuse(what, unknown, known) {
  console.error(`no such ${what}: ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}

function failed(text) {
  console.error(text)
  process.exitCode = 1
}
