/** Section 9: many recurring jobs, each due every second. */

import { setTimeout } from 'node:timers/promises'
import { digits, milliseconds } from '../frame/format.mjs'
import { quantile } from '../frame/statistics.mjs'
import { atMost } from '../frame/target.mjs'
import { OURS } from '../libraries/index.mjs'
import { inPlace, STORES } from '../stores/index.mjs'
import { TUNING } from './queues-subjects.mjs'

export const title = 'Recurring jobs'

export const about =
  '2,000 jobs with an interval of a second, each on the grid that began when it was added; with `one instant`, cron ' +
  'jobs that are due in the same instant of every second. Lateness: milliseconds from the due time to the call of the ' +
  'no-op handler, over 10 seconds (30 in a full run) that begin 2 seconds after the last job was added. Lost: due times ' +
  'of that span for which no handler was called. CPU: of this process, in percent of one core. Default settings, or with ' +
  'room for 500 runs at once, as our documentation recommends where many are due together; BullMQ with 100 jobs at once.'

export const packages = [null, 'bullmq']

const JOBS = 2_000
const BULLMQ = 'bullmq'
/** Counts as lost what was not called so long after the span. */
const GRACE_MS = 5_000
const STRICT = ['redis', 'postgres', 'sqlite-normal', 'sqlite-full', 'memory']
const INTERVAL = ''
const CRON = 'one instant'

const TUNED = { maxConcurrency: 500 }

const SUBJECTS = Object.entries(STORES).flatMap(([store, { server }]) => [
  { store, engine: OURS, name: OURS, settings: {} },
  ...(server === undefined ? [] : [{ store, engine: OURS, name: `${OURS}, ${TUNING}`, settings: TUNED }]),
  ...(store === 'redis' ? [{ store, engine: BULLMQ, name: BULLMQ, settings: {} }] : []),
])
const rowOf = ({ store, name }) => `${STORES[store].title}: ${name}`

export function tasks({ quick, full }) {
  const variants = full ? [INTERVAL, CRON] : [INTERVAL]
  return SUBJECTS.flatMap((row) =>
    variants.map((variant) => ({
      subject: rowOf(row),
      variant,
      server: STORES[row.store].server,
      parameters: {
        ...row,
        isCron: variant === CRON,
        jobs: quick ? JOBS / 20 : JOBS,
        seconds: quick ? 3 : full ? 30 : 10,
      },
    })),
  )
}

export function measure({ store, engine, settings, isCron, jobs, seconds }) {
  return inPlace(store, async (place) => {
    const { open } = await import(`../engines/recurring-${engine}.mjs`)
    /** Job -> its due times for which the handler was called. */
    const fired = new Map()
    const lateness = []
    let span = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY }
    const handler = (id, dueAt) => {
      if (dueAt < span.from || dueAt >= span.to) return
      lateness.push(Date.now() - dueAt)
      fired.set(id, (fired.get(id) ?? new Set()).add(dueAt))
    }
    const engineAtWork = await open(place, { handler, isCron, jobs, settings })
    const from = Date.now() + 2_000
    span = { from, to: from + seconds * 1_000 }
    await setTimeout(from - Date.now())
    const before = process.cpuUsage()
    await setTimeout(span.to - Date.now())
    const { user, system } = process.cpuUsage(before)
    const due = jobs * seconds
    const deadline = Date.now() + GRACE_MS
    while (lateness.length < due && Date.now() < deadline) await setTimeout(50)
    await engineAtWork.close()
    const sorted = lateness.toSorted((a, b) => a - b)
    let distinct = 0
    for (const dueTimes of fired.values()) distinct += dueTimes.size
    return {
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      max: sorted.at(-1),
      lost: due - distinct,
      twice: lateness.length - distinct,
      cpu: (user + system) / 10_000 / seconds,
    }
  })
}

export function table(find) {
  const row = (subject, variant) => [
    variant === '' ? rowOf(subject) : `${rowOf(subject)}, ${variant}`,
    ...['p50', 'p99', 'max', 'lost', 'twice', 'cpu'].map((key) => digits(find(rowOf(subject), variant, key))),
  ]
  const hasCron = SUBJECTS.some((subject) => find(rowOf(subject), CRON, 'p50') !== undefined)
  return {
    columns: ['', 'p50', 'p99', 'max', 'lost', 'fired twice', 'CPU %'],
    rows: SUBJECTS.flatMap((subject) => [row(subject, INTERVAL), ...(hasCron ? [row(subject, CRON)] : [])]),
  }
}

export function targets(find) {
  const theirs = find(rowOf({ store: 'redis', name: BULLMQ }), INTERVAL, 'cpu')
  return Object.keys(STORES).flatMap((store) => {
    const row = rowOf(SUBJECTS.findLast((subject) => subject.store === store && subject.engine === OURS))
    const value = (key) => find(row, INTERVAL, key)
    return [
      atMost(`2,000 a second, lateness p99, ${row}`, value('p99'), STRICT.includes(store) ? 50 : 150, milliseconds),
      atMost(`2,000 a second, lost, ${row}`, value('lost'), 0, digits),
      ...(theirs === undefined
        ? []
        : [atMost(`2,000 a second, CPU % (BullMQ's), ${row}`, value('cpu'), theirs, digits)]),
    ]
  })
}
