/** Section 8: from enqueuing to the call of the handler, when nothing else is going on. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { ENGINES, FLOOR, FLOORS, openEngine } from '../engines/index.mjs'
import { digits, milliseconds } from '../frame/format.mjs'
import { machineClock } from '../frame/machine-clock.mjs'
import { NEWER } from '../frame/nodes.mjs'
import { BENCH } from '../frame/prepare.mjs'
import { quantile } from '../frame/statistics.mjs'
import { atMost } from '../frame/target.mjs'
import { OURS } from '../libraries/index.mjs'
import { inPlace, STORES } from '../stores/index.mjs'
import { nameOf } from './queues-subjects.mjs'

export const title = 'Latency'

export const about =
  'Milliseconds from the call that adds a run to the call of its handler, on an idle system, run by run, a few ' +
  'milliseconds apart, after a thousand without a pause between them; and where the run is added by another process on ' +
  'the same machine. Default settings. The plain driver only adds a row, as far apart: whatever keeps runs takes that long at least. Stores of ' +
  'Cronwright that have no notifications (MySQL) find the work of other processes within `pollInterval`, a second; it ' +
  'is not measured.'

export const packages = [null, ...['bullmq', 'bee-queue', 'graphile-worker'].map((name) => ENGINES[name].package)]

const SAMPLES = 300
/** So that what is measured is compiled, as it is in a process that has been at work for a while. */
const WARM_UP = 1_000
/** Of them, those at the end that are as far apart as what is measured. */
const UNDISTURBED = 20
const PAUSE_MS = 5
const LIMIT_MS = 60_000

const PEERS = [
  { store: 'redis', engine: 'bullmq', settings: { concurrency: 1 } },
  { store: 'redis', engine: 'bee-queue', settings: { concurrency: 1 } },
  { store: 'postgres', engine: OURS, settings: {}, node: NEWER },
  { store: 'postgres', engine: 'graphile-worker', settings: {}, node: NEWER },
]
const SUBJECTS = Object.keys(STORES).flatMap((store) => [
  { store, engine: OURS, settings: {} },
  ...PEERS.filter((peer) => peer.store === store),
  ...(store in FLOORS ? [{ store, engine: FLOOR, settings: {} }] : []),
])
const SHARED = ['redis', 'postgres']
const ONE = 'one process'
const ANOTHER = 'another process'

const rowOf = ({ store, engine, node }) => `${STORES[store].title}: ${nameOf({ store, engine, variant: '', node })}`

export function tasks({ quick }) {
  const samples = quick ? SAMPLES / 10 : SAMPLES
  const task = (row, from) => ({
    subject: rowOf(row),
    variant: from,
    server: STORES[row.store].server,
    node: row.node,
    parameters: { ...row, from, samples },
  })
  const isSent = ({ store, engine }) => SHARED.includes(store) && engine !== FLOOR
  return SUBJECTS.flatMap((row) => [task(row, ONE), ...(isSent(row) ? [task(row, ANOTHER)] : [])])
}

export function measure({ store, engine: name, settings, from, samples }) {
  return inPlace(store, async (place) => {
    const engine = await openEngine(name, store, place, settings)
    if (name === FLOOR) return timesToAdd(engine, samples + WARM_UP)
    const latencies = []
    let called = () => undefined
    const work = await engine.work(({ sentAt }) => {
      latencies.push(machineClock() - sentAt)
      called()
    }, samples + WARM_UP)
    const nextCall = () => new Promise((resolve) => (called = resolve))
    const sending =
      from === ONE
        ? sendOneByOne(engine, samples + WARM_UP, nextCall)
        : sendFromAnother({ store, name, place, settings, count: samples + WARM_UP, paused: samples + UNDISTURBED })
    const isDone = await Promise.race([
      Promise.all([sending, work.done]).then(() => true),
      setTimeout(LIMIT_MS, false, { ref: false }),
    ])
    if (!isDone) throw new Error(`${latencies.length} of ${samples + WARM_UP} handlers were called in time`)
    await work.stop()
    await engine.close()
    return quantilesOf(latencies)
  })
}

/** Of a plain driver: until the store has a row. */
async function timesToAdd(engine, count) {
  const latencies = []
  for (let index = 0; index < count; index += 1) {
    const startedAt = machineClock()
    await engine.enqueue({})
    latencies.push(machineClock() - startedAt)
    await pauseAfter(index)
  }
  await engine.close()
  return quantilesOf(latencies)
}

/** Lets the system come to rest after a run, but for those that only warm up. */
async function pauseAfter(index) {
  if (index >= WARM_UP - UNDISTURBED) await setTimeout(PAUSE_MS)
}

function quantilesOf(latencies) {
  const sorted = latencies.slice(WARM_UP).toSorted((a, b) => a - b)
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) }
}

async function sendOneByOne(engine, count, nextCall) {
  for (let index = 0; index < count; index += 1) {
    const call = nextCall()
    await engine.enqueue({ sentAt: machineClock() })
    await call
    await pauseAfter(index)
  }
}

async function sendFromAnother(parameters) {
  const sender = fork(`${BENCH}/sections/latency-sender.mjs`, [JSON.stringify(parameters)])
  const [code] = await once(sender, 'exit')
  if (code !== 0) throw new Error(`the other process ended with ${code}`)
}

export function table(find) {
  return {
    columns: ['ms', 'p50', 'p99', 'other process p50', 'other process p99'],
    rows: SUBJECTS.map((row) => [
      rowOf(row),
      ...[ONE, ANOTHER].flatMap((from) => ['p50', 'p99'].map((key) => digits(find(rowOf(row), from, key)))),
    ]),
  }
}

export function targets(find) {
  const limit = (store, from, [p50, p99]) => {
    const row = rowOf({ store, engine: OURS })
    const what = from === ONE ? row : `${row}, from another process`
    return [
      atMost(`latency p50, ${what}`, find(row, from, 'p50'), p50, milliseconds),
      atMost(`latency p99, ${what}`, find(row, from, 'p99'), p99, milliseconds),
    ]
  }
  return [
    ...limit('redis', ONE, [0.4, 1.3]),
    ...limit('postgres', ONE, [1.1, 2.5]),
    ...limit('sqlite-normal', ONE, [0.3, 1]),
    ...limit('sqlite-full', ONE, [0.3, 1]),
    ...SHARED.flatMap((store) => limit(store, ANOTHER, [3, 10])),
  ]
}
