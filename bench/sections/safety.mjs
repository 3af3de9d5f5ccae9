/** Section 6: what the guarantees cost. */

import { setTimeout } from 'node:timers/promises'
import { openCountedStore } from '../engines/counted-store.mjs'
import { dailyAt } from '../frame/expressions.mjs'
import { digits } from '../frame/format.mjs'
import { atMost } from '../frame/target.mjs'
import { OURS, secondAhead } from '../libraries/index.mjs'
import { inPlace } from '../stores/index.mjs'

export const title = 'The cost of safety'

export const packages = [null, 'better-sqlite3']

export const about =
  'What 2,000 cron jobs due in one second, 100 at work at a time, ask of their store until each run is stored as ' +
  'completed under lease and fence. A batch of writes is one call; `writes a run` counts the changes in all batches.'

const JOBS = 2_000
const STORES = { memory: 'memory', 'sqlite-normal': 'SQLite' }

export function tasks({ quick }) {
  return Object.keys(STORES).map((store) => ({
    subject: OURS,
    variant: store,
    parameters: { store, count: quick ? JOBS / 20 : JOBS },
  }))
}

export function measure({ store, count }) {
  return inPlace(store, (place) => countCalls(store, place, count))
}

async function countCalls(storeName, place, count) {
  const { cron, Scheduler } = await import('../../dist/index.js')
  const { store, take } = await openCountedStore(storeName, place)
  const scheduler = new Scheduler({ jobStores: { default: store } })
  const noop = scheduler.register('noop', () => undefined)
  await scheduler.start()
  const due = await secondAhead(count, (expression) => scheduler.addJob(noop, cron(expression)))
  await scheduler.removeAllJobs()
  const trigger = cron(dailyAt(due))
  for (let index = 0; index < count; index += 1) await scheduler.addJob(noop, trigger)
  const completed = allCompleted(scheduler, count)
  take()
  await completed
  const calls = take()
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

export function table(find) {
  return {
    columns: ['', 'reads / 1,000 fires', 'commits / 1,000 fires', 'writes a run'],
    rows: Object.entries(STORES).map(([store, name]) => [
      `${OURS}, ${name}`,
      ...['reads', 'commits', 'changes'].map((key) => digits(find(OURS, store, key))),
    ]),
  }
}

export function targets(find) {
  return [atMost('writes a fire and its end, batched', find(OURS, 'sqlite-normal', 'changes'), 2, digits)]
}
