/** Section 10: what it costs to wait. */

import { setTimeout } from 'node:timers/promises'
import { openCountedStore } from '../engines/counted-store.mjs'
import { digits } from '../frame/format.mjs'
import { idleProcessorPercent } from '../frame/memory.mjs'
import { atMost } from '../frame/target.mjs'
import { OURS } from '../libraries/index.mjs'
import { COORDINATORS, inPlace, STORES } from '../stores/index.mjs'

export const title = 'Idle'

export const about =
  'A scheduler with 100,000 waiting jobs (10,000 on etcd and ZooKeeper), of which none is due for half a year, over 5 ' +
  'seconds (20 in a full run): what it asks of its store, counted where calls leave the scheduler, heartbeats included, ' +
  'and processor time of the process in percent of one core.'

export const packages = [null]

const JOBS = 100_000
const BATCH = 1_000
const SETTLE_MS = 2_000
const HALF_A_YEAR_MS = 182 * 86_400_000

export function tasks({ quick, full }) {
  return Object.keys(STORES).map((store) => {
    const jobs = COORDINATORS.includes(store) ? JOBS / 10 : JOBS
    return {
      subject: STORES[store].title,
      variant: '',
      server: STORES[store].server,
      parameters: { store, jobs: quick ? jobs / 20 : jobs, spanMs: full ? 20_000 : 5_000 },
    }
  })
}

export function measure({ store: storeName, jobs, spanMs }) {
  return inPlace(storeName, async (place) => {
    const { date, Scheduler } = await import('../../dist/index.js')
    const { store, take } = await openCountedStore(storeName, place)
    const scheduler = new Scheduler({ jobStores: { default: store } })
    const noop = scheduler.register('noop', () => undefined)
    await scheduler.start()
    const due = Date.now() + HALF_A_YEAR_MS
    const startedAt = performance.now()
    for (let from = 0; from < jobs; from += BATCH) {
      const job = (_, index) => ({ fn: noop, trigger: date(new Date(due + (from + index) * 1_000)) })
      await scheduler.addJobs(Array.from({ length: Math.min(BATCH, jobs - from) }, job))
    }
    const added = (jobs * 1_000) / (performance.now() - startedAt)
    await setTimeout(SETTLE_MS)
    take()
    const countedFrom = performance.now()
    const cpu = await idleProcessorPercent(spanMs)
    const minutes = (performance.now() - countedFrom) / 60_000
    const { reads, commits } = take()
    await scheduler.shutdown()
    return { added, asked: (reads + commits) / minutes, cpu }
  })
}

export function table(find) {
  return {
    columns: ['', 'jobs added / s', 'calls a minute', 'CPU %'],
    rows: Object.values(STORES).map(({ title: store }) => [
      `${store}: ${OURS}`,
      ...['added', 'asked', 'cpu'].map((key) => digits(find(store, '', key))),
    ]),
  }
}

export function targets(find) {
  return Object.values(STORES).flatMap(({ title: store }) => [
    atMost(`idle, calls a minute, ${store}`, find(store, '', 'asked'), 60, digits),
    atMost(`idle, CPU %, ${store}`, find(store, '', 'cpu'), 1, digits),
  ])
}
