/** Section 11: several processes on one queue. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { openEngine } from '../engines/index.mjs'
import { digits, percent, rate } from '../frame/format.mjs'
import { BENCH } from '../frame/prepare.mjs'
import { quotient } from '../frame/statistics.mjs'
import { atLeast, atMost } from '../frame/target.mjs'
import { OURS } from '../libraries/index.mjs'
import { inPlace, SLOWER_STORES, STORES } from '../stores/index.mjs'

export const title = 'Several processes'

export const about =
  'No-op runs a second that one process and four processes take together from one queue, from the word to begin until ' +
  'the last run is stored as completed. 40,000 runs, 10,000 on MongoDB, etcd and ZooKeeper, half of that unless the run is a ' +
  'full one, after each process has warmed up with a fifth of that; default settings. Claimed twice: runs whose handler was called more than once.'

export const packages = [null]

const RUNS = 40_000
const RUNS_OF_SLOWER = 10_000
const BULK = 1_000
const COUNTS = [1, 4]
const LIMIT_MS = 120_000
/** Each process takes a part of the runs beforehand: one so large. */
const WARM_UP = 5
const SHARED = Object.keys(STORES).filter((store) => store !== 'memory')

export function tasks({ quick, full }) {
  const divisor = quick ? 20 : full ? 1 : 2
  return SHARED.flatMap((store) =>
    COUNTS.map((processes) => {
      const runs = SLOWER_STORES.includes(store) ? RUNS_OF_SLOWER : RUNS
      return {
        subject: STORES[store].title,
        variant: String(processes),
        server: STORES[store].server,
        parameters: { store, processes, runs: runs / divisor },
      }
    }),
  )
}

export function measure({ store, processes, runs }) {
  return inPlace(store, async (place) => {
    const workers = []
    try {
      const producer = await openEngine(OURS, store, place, {})
      for (let number = 0; number < processes; number += 1) workers.push(await startWorker(place))
      const warm = (processes * runs) / WARM_UP
      await enqueue(producer, 0, warm)
      await take(workers, warm)
      await enqueue(producer, warm, runs)
      const { elapsedMs, handled } = await take(workers, warm + runs)
      await producer.close()
      return { processed: (runs * 1_000) / elapsedMs, twice: handled.length - new Set(handled).size }
    } finally {
      for (const { child } of workers) child.kill('SIGKILL')
    }
  })
}

async function enqueue(producer, first, count) {
  for (let from = 0; from < count; from += BULK) {
    const inputs = Array.from({ length: Math.min(BULK, count - from) }, (_, index) => ({ index: first + from + index }))
    await producer.enqueueMany(inputs)
  }
}

/** Lets them work until so many runs are over since they were started; ms from the word to begin, and what they handled. */
async function take(workers, runs) {
  const startedAt = performance.now()
  for (const { child } of workers) child.send('begin')
  const completed = () => workers.reduce((sum, worker) => sum + worker.completed, 0)
  while (completed() < runs) {
    if (performance.now() - startedAt > LIMIT_MS) throw new Error(`${completed()} of ${runs} runs were over in time`)
    await setTimeout(1)
  }
  const elapsedMs = performance.now() - startedAt
  const handled = (await Promise.all(workers.map(stopped))).flat()
  return { elapsedMs, handled }
}

/** A process that is connected and waits for the word to begin. */
async function startWorker(place) {
  const child = fork(`${BENCH}/sections/processes-worker.mjs`, [JSON.stringify({ place })])
  const worker = { child, completed: 0 }
  child.on('message', ({ completed }) => {
    if (completed !== undefined) worker.completed = completed
  })
  await once(child, 'message')
  return worker
}

/** Tells it to stop working; gives the inputs of all runs whose handler it called. */
async function stopped({ child }) {
  const answer = new Promise((resolve) => {
    const listen = ({ handled }) => {
      if (handled === undefined) return
      child.off('message', listen)
      resolve(handled)
    }
    child.on('message', listen)
  })
  child.send('stop')
  return answer
}

export function table(find) {
  return {
    columns: [
      'runs / s',
      ...COUNTS.map((count) => `${count} process${count === 1 ? '' : 'es'}`),
      'of one',
      'claimed twice',
    ],
    rows: SHARED.map((store) => {
      const { title: name } = STORES[store]
      const [one, four] = COUNTS.map((count) => find(name, String(count), 'processed'))
      return [`${name}: ${OURS}`, rate(one), rate(four), percent(quotient(four, one)), digits(find(name, '4', 'twice'))]
    }),
  }
}

export function targets(find) {
  return SHARED.flatMap((store) => {
    const { title: name } = STORES[store]
    const [one, four] = COUNTS.map((count) => find(name, String(count), 'processed'))
    return [
      atLeast(`4 processes beside one, ${name}`, quotient(four, one), 1, percent),
      atMost(`claimed twice by 4 processes, ${name}`, find(name, '4', 'twice'), 0, digits),
    ]
  })
}
