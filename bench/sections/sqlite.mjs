/** Section 5: many recurring jobs of one SQLite file due in the same instant. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { dailyAt } from '../frame/expressions.mjs'
import { digits, milliseconds } from '../frame/format.mjs'
import { BENCH } from '../frame/prepare.mjs'
import { atMost } from '../frame/target.mjs'
import { OURS, secondAhead } from '../libraries/index.mjs'
import { fireRecurringJobs } from './sqlite-floor.mjs'

export const title = 'SQLite'

export const packages = [null, 'better-sqlite3']

export const about =
  '2,000 cron jobs on a SQLite file, all due in the same second: milliseconds from that second until each has moved to ' +
  'its next fire time and its run is stored as completed (no-op function). The floor does the same writes with the ' +
  'plain driver, 500 rows a transaction: every job moved and its run added under a lease, then the run settled, each ' +
  'guarded by a version.'

const FLOOR = 'better-sqlite3, plain'
const MODES = ['FULL', 'NORMAL']

export function tasks({ quick }) {
  const jobs = quick ? 200 : 2_000
  return [OURS, FLOOR].flatMap((subject) =>
    MODES.map((synchronous) => ({ subject, variant: synchronous, parameters: { subject, synchronous, jobs } })),
  )
}

export async function measure({ subject, synchronous, jobs }) {
  mkdirSync(`${BENCH}/results`, { recursive: true })
  const folder = mkdtempSync(`${BENCH}/results/sqlite-`)
  const file = `${folder}/jobs.db`
  try {
    return subject === FLOOR ? fireRecurringJobs(file, synchronous, jobs) : await measureOurs(file, synchronous, jobs)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measureOurs(file, synchronous, jobs) {
  const { cron, Scheduler } = await import('../../dist/index.js')
  const scheduler = new Scheduler({ jobStores: { default: `sqlite:${file}?synchronous=${synchronous}` } })
  const lateness = []
  let due = 0
  let finish
  const finished = new Promise((resolve) => {
    finish = resolve
  })
  const noop = scheduler.register('noop', () => {
    lateness.push(Date.now() - due)
  })
  let completed = 0
  scheduler.on('run:completed', () => {
    completed += 1
    if (completed === jobs) finish(Date.now() - due)
  })

  await scheduler.start()
  due = await secondAhead(jobs, (expression) => scheduler.addJob(noop, cron(expression)))
  const addingStartedAt = performance.now()
  const trigger = cron(dailyAt(due))
  for (let index = 0; index < jobs; index += 1) await scheduler.addJob(noop, trigger)
  const addMicroseconds = ((performance.now() - addingStartedAt) * 1_000) / jobs

  if (Date.now() > due) throw new Error('adding took too long for the second to be ahead')

  const totalMs = await Promise.race([finished, setTimeout(due - Date.now() + 30_000)])
  const stored = await scheduler.getRuns({ state: 'completed', limit: jobs + 1 })
  await scheduler.shutdown()
  if (totalMs === undefined || stored.length !== jobs) {
    throw new Error(`${completed} of ${jobs} runs completed, ${stored.length} are stored as completed`)
  }
  return { addMicroseconds, lastCallMs: lateness.at(-1), totalMs }
}

export function table(find) {
  return {
    columns: ['2,000 jobs', 'us an add', 'last call', 'all stored as completed'],
    rows: MODES.flatMap((synchronous) =>
      [OURS, FLOOR].map((subject) => [
        `${subject}, ${synchronous}`,
        ...['addMicroseconds', 'lastCallMs', 'totalMs'].map((key) => digits(find(subject, synchronous, key))),
      ]),
    ),
  }
}

export function targets(find) {
  return MODES.map((synchronous) =>
    atMost(`2,000 due jobs fired and settled, ${synchronous}`, find(OURS, synchronous, 'totalMs'), 60, milliseconds),
  )
}
