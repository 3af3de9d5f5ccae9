/** Section 4: many jobs due in the same instant. */

import { setTimeout } from 'node:timers/promises'
import { dailyAt } from '../frame/expressions.mjs'
import { digits, milliseconds } from '../frame/format.mjs'
import { watchEventLoop } from '../frame/probe.mjs'
import { quantile } from '../frame/statistics.mjs'
import { atMost } from '../frame/target.mjs'
import { addJobs, JOBS, JOBS_OF_SLOW, LIBRARIES, loadLibrary, OURS, SLOW } from '../libraries/index.mjs'

export const title = 'A burst'

export const about =
  'Cron jobs of one no-op function, added beforehand for the same second some seconds ahead. Lateness: milliseconds ' +
  'from that second to the call of the function. Longest block: the longest time in which a 1 ms timer of the same ' +
  'process was not called. Calls too many: a timer that rings a millisecond early lets some libraries ' +
  'call a function twice for one second. Default settings everywhere.'

const SUBJECTS = Object.keys(LIBRARIES).filter((name) => name !== 'cron-parser')
const LARGE = 100_000
const LARGE_SUBJECTS = [OURS, 'cron-schedule', 'setTimeout']

/** Microseconds an add may take: how far ahead the second has to be. */
const ADD_MICROSECONDS = { cron: 2_500, 'node-schedule': 3_500, croner: 350, 'toad-scheduler': 400, 'node-cron': 350 }
const OTHERS_ADD_MICROSECONDS = 50

export function tasks({ quick, full }) {
  const task = (library, count, once) => {
    const jobs = quick ? count / 50 : count
    return { subject: library, variant: String(count), parameters: { library, jobs }, once }
  }
  return [
    ...LARGE_SUBJECTS.map((name) => task(name, LARGE, false)),
    ...SUBJECTS.map((name) =>
      SLOW.includes(name) && !full ? task(name, JOBS_OF_SLOW, true) : task(name, JOBS, false),
    ),
  ]
}

export async function measure({ library: name, jobs }) {
  const library = await loadLibrary(name)
  await library.open?.()
  const reserveMs = 700 + (jobs * (ADD_MICROSECONDS[name] ?? OTHERS_ADD_MICROSECONDS)) / 1_000
  const due = Math.ceil((Date.now() + reserveMs) / 1_000) * 1_000
  const expression = dailyAt(due)

  const lateness = []
  const { promise: allCalled, resolve } = withResolvers()
  const handler = () => {
    lateness.push(Date.now() - due)
    if (lateness.length === jobs) resolve()
  }

  const handles = await addJobs(library, jobs, () => expression, handler)
  const spareMs = due - Date.now()
  if (spareMs < 200) throw new Error(`${name}: adding took ${-spareMs} ms too long for the second to be ahead`)
  await setTimeout(spareMs - 150)
  const blocked = watchEventLoop()
  await allCalled
  // Whatever the library has to write down after the last call belongs to the block as well.
  await setTimeout(100)
  const longestBlockMs = blocked()
  handles.length = 0

  return {
    firstMs: lateness[0],
    medianMs: quantile(lateness, 0.5),
    lastMs: lateness.at(-1),
    longestBlockMs,
    callsTooMany: lateness.length - jobs,
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers() {
  let resolve
  const promise = new Promise((resolvePromise) => {
    resolve = resolvePromise
  })
  return { promise, resolve }
}

export function table(find) {
  const row = (subject, count) => [
    `${subject}, ${count.toLocaleString('en-US')}`,
    ...['firstMs', 'medianMs', 'lastMs', 'longestBlockMs'].map((key) => digits(find(subject, String(count), key))),
    String(find(subject, String(count), 'callsTooMany') ?? '-'),
  ]
  const count = (subject) => (find(subject, String(JOBS_OF_SLOW), 'lastMs') === undefined ? JOBS : JOBS_OF_SLOW)
  return {
    columns: ['jobs', 'first', 'median', 'last', 'longest block', 'calls too many'],
    rows: [
      ...LARGE_SUBJECTS.map((subject) => row(subject, LARGE)),
      ...SUBJECTS.map((subject) => row(subject, count(subject))),
    ],
  }
}

export function targets(find) {
  return [
    atMost('last of 10,000 due at once', find(OURS, String(JOBS), 'lastMs'), 40, milliseconds),
    atMost('longest block, 100,000 due at once', find(OURS, String(LARGE), 'longestBlockMs'), 25, milliseconds),
  ]
}
