/** Section 6: what the guarantees cost. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { dailyAt } from '../frame/expressions.mjs'
import { digits } from '../frame/format.mjs'
import { BENCH } from '../frame/prepare.mjs'
import { atMost } from '../frame/target.mjs'
import { OURS, secondAhead } from '../libraries/index.mjs'
import { processQueue } from './safety-floor.mjs'
import { processPlainjob } from './safety-plainjob.mjs'

export const title = 'The cost of safety'

export const about =
  'Runs a second from `enqueueMany` of 10,000 to the last of them stored as completed, no-op function, with lease, fence ' +
  'and run record; beside plainjob (one write to take a job, one to mark it done, no lease to renew, no fence) and the ' +
  'same writes with the plain driver, 500 rows a transaction. Calls: what 2,000 cron jobs due in one second, 100 at work ' +
  'at a time, ask of their store; a batch of writes is one call, and `writes a run` counts the changes in all batches.'

const RUNS = 10_000
const JOBS = 2_000
const PLAINJOB = 'plainjob'
const FLOOR = 'better-sqlite3, plain'
const MODES = ['FULL', 'NORMAL']

export function tasks({ quick }) {
  const task = (subject, store, work, count) => ({
    subject,
    variant: `${store} ${work}`,
    parameters: { subject, store, work, count: quick ? count / 20 : count },
  })
  return [
    task(OURS, 'memory', 'queue', RUNS),
    ...MODES.flatMap((mode) => [
      task(OURS, mode, 'queue', RUNS),
      task(PLAINJOB, mode, 'queue', RUNS),
      task(FLOOR, mode, 'queue', RUNS),
    ]),
    task(OURS, 'memory', 'calls', JOBS),
    task(OURS, 'NORMAL', 'calls', JOBS),
  ]
}

export async function measure({ subject, store, work, count }) {
  mkdirSync(`${BENCH}/results`, { recursive: true })
  const folder = mkdtempSync(`${BENCH}/results/safety-`)
  const file = `${folder}/jobs.db`
  try {
    if (subject === PLAINJOB) return await processPlainjob(file, store, count)
    if (subject === FLOOR) return processQueue(file, store, count)
    const url = store === 'memory' ? 'memory:' : `sqlite:${file}?synchronous=${store}`
    return work === 'queue' ? await processOurs(url, count) : await countCalls(url, count)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function processOurs(url, count) {
  const { Scheduler } = await import('../../dist/index.js')
  const scheduler = new Scheduler({ jobStores: { default: url } })
  const noop = scheduler.register('noop', () => undefined)
  await scheduler.start({ paused: true })
  const inputs = Array.from({ length: count }, (_, index) => ({ index }))
  const enqueuingAt = performance.now()
  for (let from = 0; from < count; from += 1_000) await scheduler.enqueueMany(noop, inputs.slice(from, from + 1_000))
  const startedAt = performance.now()
  const completed = allCompleted(scheduler, count)
  scheduler.resume()
  await completed
  const endedAt = performance.now()
  await scheduler.shutdown()
  return { enqueued: perSecond(count, enqueuingAt, startedAt), processed: perSecond(count, startedAt, endedAt) }
}

/** Store calls by name, of a scheduler that fires and settles `count` jobs; the store's own calls are counted outside. */
async function countCalls(url, count) {
  const { cron, Scheduler, MemoryJobStore } = await import('../../dist/index.js')
  const { SqliteJobStore } = await import('../../dist/sqlite.js')
  const store = url === 'memory:' ? new MemoryJobStore() : new SqliteJobStore({ path: url.slice(7).split('?')[0] })
  const calls = { reads: 0, commits: 0, changes: 0 }
  let isCounting = false
  for (const name of ['get', 'list', 'count', 'due', 'nextDue', 'countActive', 'trim', 'commit']) {
    const original = store[name].bind(store)
    store[name] = (argument) => {
      if (isCounting && name === 'commit') {
        calls.commits += 1
        calls.changes += argument.length
      } else if (isCounting) calls.reads += 1
      return original(argument)
    }
  }
  const scheduler = new Scheduler({ jobStores: { default: store } })
  const noop = scheduler.register('noop', () => undefined)
  await scheduler.start()
  const due = await secondAhead(count, (expression) => scheduler.addJob(noop, cron(expression)))
  await scheduler.removeAllJobs()
  const trigger = cron(dailyAt(due))
  for (let index = 0; index < count; index += 1) await scheduler.addJob(noop, trigger)
  const completed = allCompleted(scheduler, count)
  isCounting = true
  await completed
  isCounting = false
  await scheduler.shutdown()
  return {
    reads: (calls.reads * 1_000) / count,
    commits: (calls.commits * 1_000) / count,
    changes: calls.changes / count,
  }
}

function allCompleted(scheduler, count) {
  let completed = 0
  const all = new Promise((resolve) => {
    scheduler.on('run:completed', () => {
      completed += 1
      if (completed === count) resolve(true)
    })
  })
  return Promise.race([all, setTimeout(60_000)]).then((done) => {
    if (done !== true) throw new Error(`${completed} of ${count} runs completed within a minute`)
  })
}

export function perSecond(count, from, to) {
  return (count * 1_000) / (to - from)
}

export function table(find) {
  const cells = (subject, store) => [
    ...['enqueued', 'processed'].map((key) => digits(find(subject, `${store} queue`, key))),
    ...['reads', 'commits', 'changes'].map((key) => digits(find(subject, `${store} calls`, key))),
  ]
  return {
    columns: ['', 'enqueued / s', 'processed / s', 'reads / 1,000 fires', 'commits / 1,000 fires', 'writes a run'],
    rows: [
      [`${OURS}, memory`, ...cells(OURS, 'memory')],
      ...MODES.flatMap((mode) =>
        [OURS, PLAINJOB, FLOOR].map((subject) => [`${subject}, SQLite ${mode}`, ...cells(subject, mode)]),
      ),
    ],
  }
}

export function targets(find) {
  return [atMost('writes a fire and its end, batched', find(OURS, 'NORMAL calls', 'changes'), 2, digits)]
}
