/** Section 7: queues on every store: adding runs, and processing them. */

import { setTimeout } from 'node:timers/promises'
import { FLOOR, openEngine } from '../engines/index.mjs'
import { digits, percent, rate } from '../frame/format.mjs'
import { serverProcessorMs } from '../frame/server-processor.mjs'
import { quotient } from '../frame/statistics.mjs'
import { inPlace, STORES } from '../stores/index.mjs'
import { nameOf, PACKAGES, SUBJECTS } from './queues-subjects.mjs'

export { targets } from './queues-targets.mjs'

export const title = 'Queues'

export const about =
  'No-op runs on each store, a second: added by 1,000 in one call, one after another, and one by one with 50 calls in ' +
  'flight; then processed, from the resumption of a queue that holds all of them until the last is stored as completed, ' +
  'under lease and fence. Defaults keep the newest 100 run records, `500 at once` keeps all. The plain driver does the ' +
  'same writes with nothing around them: runs are found, claimed and settled, 500 a batch (100 on etcd and ZooKeeper, ' +
  '8 batches in flight), each change guarded by a version. Everything is done once with a twentieth of the runs ' +
  'beforehand. 50,000 runs; 400,000 in memory; 10,000 on MongoDB, etcd and ZooKeeper, and with what does some thousands a ' +
  'second; 1,000 with Agenda, which adds no jobs in bulk; half of that unless the run is a full one. The statistics of PostgreSQL are as they are right after the runs ' +
  'were added, unless the row names fresh ones. graphile-worker runs 24 jobs at once and deletes what is done; pg-boss fetches batches of 1,000. What needs ' +
  'Node 24 is measured on it, beside ours. CPU: microseconds of processor time that processing a run takes this process, ' +
  'and the server where the bench has started it.'

export const packages = PACKAGES

const BULK = 1_000
const IN_FLIGHT = 50
const SINGLES = 500
const CONCURRENT_SINGLES = 2_000
const LIMIT_MS = 120_000

export function tasks({ quick, full }) {
  const divisor = quick ? 20 : full ? 1 : 2
  return SUBJECTS.map(({ store, engine, variant, settings, node, runs }) => ({
    subject: STORES[store].title,
    variant: nameOf({ store, engine, variant, node }),
    server: STORES[store].server,
    node,
    parameters: { store, engine, settings, runs: runs / divisor, singles: quick ? SINGLES / 10 : SINGLES },
  }))
}

export function measure({ store, engine: name, settings, runs, singles }) {
  return inPlace(store, async (place) => {
    const engine = await openEngine(name, store, place, settings)
    await addAndProcess(engine, Math.ceil(runs / 20))
    const { addingMs, processingMs, ownMs, servedMs } = await addAndProcess(engine, runs, STORES[store].server)
    const perSecond = (count, ms) => (count * 1_000) / ms
    const values = {
      processed: perSecond(runs, processingMs),
      single: perSecond(singles, await addSingles(engine, singles)),
    }
    const concurrent = Math.min(CONCURRENT_SINGLES, singles * 4)
    values.concurrent = perSecond(concurrent, await addConcurrently(engine, concurrent))
    if (engine.enqueueMany !== undefined) values.bulk = perSecond(runs, addingMs)
    values.through = perSecond(runs, addingMs + processingMs)
    values.own = (ownMs * 1_000) / runs
    if (servedMs !== undefined) values.served = (servedMs * 1_000) / runs
    await engine.close()
    return values
  })
}

async function addAndProcess(engine, count, server) {
  const startedAt = performance.now()
  if (engine.enqueueMany === undefined) await addConcurrently(engine, count)
  else
    for (let from = 0; from < count; from += BULK) await engine.enqueueMany(inputs(from, Math.min(count, from + BULK)))
  const addedAt = performance.now()
  await engine.prepare?.()
  const servedBefore = serverProcessorMs(server)
  const ownBefore = process.cpuUsage()
  const resumedAt = performance.now()
  const work = await engine.work(() => undefined, count)
  const doneAt = await Promise.race([work.done, setTimeout(LIMIT_MS, undefined, { ref: false })])
  const { user, system } = process.cpuUsage(ownBefore)
  const served = serverProcessorMs(server)
  await work.stop()
  if (doneAt === undefined) throw new Error(`${count} runs were not over within ${LIMIT_MS / 1_000} s`)
  return {
    addingMs: addedAt - startedAt,
    processingMs: doneAt - resumedAt,
    ownMs: (user + system) / 1_000,
    servedMs: served === undefined ? undefined : served - servedBefore,
  }
}

async function addSingles(engine, count) {
  const startedAt = performance.now()
  for (const input of inputs(0, count)) await engine.enqueue(input)
  return performance.now() - startedAt
}

async function addConcurrently(engine, count) {
  const startedAt = performance.now()
  const waiting = inputs(0, count)
  const lane = async () => {
    for (let input = waiting.pop(); input !== undefined; input = waiting.pop()) await engine.enqueue(input)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  return performance.now() - startedAt
}

function inputs(from, to) {
  return Array.from({ length: to - from }, (_, index) => ({ index: from + index }))
}

export function table(find) {
  return {
    columns: [
      '',
      'in bulk / s',
      'one by one / s',
      '50 in flight / s',
      'processed / s',
      'of the plain driver',
      'CPU us here',
      'on the server',
    ],
    rows: SUBJECTS.map((subject) => {
      const { title: store } = STORES[subject.store]
      const name = nameOf(subject)
      const figures = ['bulk', 'single', 'concurrent', 'processed'].map((key) => rate(find(store, name, key)))
      const floor = find(store, nameOf({ ...subject, engine: FLOOR, variant: '' }), 'processed')
      const isFloor = subject.engine === FLOOR || subject.store === 'memory'
      const share = isFloor ? '' : percent(quotient(find(store, name, 'processed'), floor))
      const processor = ['own', 'served'].map((key) => digits(find(store, name, key)))
      return [`${store}: ${name}`, ...figures, share, ...processor]
    }),
  }
}
