/** Section 4: many jobs due in the same instant. */

import { setTimeout } from 'node:timers/promises'
import { dailyAt } from '../frame/expressions.mjs'
import { digits, milliseconds } from '../frame/format.mjs'
import { watchEventLoop } from '../frame/probe.mjs'
import { quantile } from '../frame/statistics.mjs'
import { atMost } from '../frame/target.mjs'
import { addJobs, JOBS, JOBS_OF_SLOW, LIBRARIES, loadLibrary, OURS, SLOW, secondAhead } from '../libraries/index.mjs'

export const title = 'A burst'

export { PACKAGES as packages } from '../libraries/index.mjs'

export const about =
  'Cron jobs of one no-op function, added beforehand for the same second some seconds ahead. Lateness: milliseconds ' +
  'from that second to the call of the function. Longest block: the longest time in which a 1 ms timer of the same ' +
  'process was not called. Calls: a timer that rings a millisecond early makes some libraries ' +
  'call a function twice for one second; others leave a call out when it would be late. Default settings everywhere.'

const SUBJECTS = Object.keys(LIBRARIES).filter((name) => name !== 'cron-parser')
const LARGE = 100_000
const SILENCE_MS = 3_000
const LARGE_SUBJECTS = [OURS, 'cron-schedule', 'setTimeout']

export function tasks({ quick, full }) {
  const task = (library, count, once) => {
    const jobs = quick ? count / 50 : count
    return { subject: library, variant: String(count), parameters: { library, jobs }, once }
  }
  return [
    ...LARGE_SUBJECTS.map((name) => task(name, LARGE, name !== OURS && !full)),
    ...SUBJECTS.map((name) =>
      SLOW.includes(name) && !full ? task(name, JOBS_OF_SLOW, true) : task(name, JOBS, false),
    ),
  ]
}

export async function measure({ library: name, jobs }) {
  const library = await loadLibrary(name)
  await library.open?.()
  const due = await secondAhead(jobs, (expression) => library.add(expression, noop))
  const expression = dailyAt(due)

  const lateness = []
  const handler = () => {
    lateness.push(Date.now() - due)
  }
  const handles = await addJobs(library, jobs, () => expression, handler)
  const spareMs = due - Date.now()
  if (spareMs < 200) throw new Error(`adding took ${Math.round(200 - spareMs)} ms too long for the second to be ahead`)
  await setTimeout(spareMs - 150)
  const blocked = watchEventLoop()
  await callsEnd(lateness, jobs, due)
  // Whatever the library has to write down after the last call belongs to the block as well.
  await setTimeout(100)
  const longestBlockMs = blocked()
  handles.length = 0

  return {
    firstMs: lateness[0],
    medianMs: quantile(lateness, 0.5),
    lastMs: lateness.at(-1),
    longestBlockMs,
    surplusCalls: lateness.length - jobs,
  }
}

/** Waits until every job was called, or long enough for a library that leaves calls out when it is late. */
async function callsEnd(lateness, jobs, due) {
  let known = 0
  let knownAt = due
  while (lateness.length < jobs && Date.now() < knownAt + SILENCE_MS) {
    await setTimeout(20)
    if (lateness.length === known) continue
    known = lateness.length
    knownAt = Date.now()
  }
}

function noop() {}

export function table(find) {
  const row = (subject, count) => [
    `${subject}, ${count.toLocaleString('en-US')}`,
    ...['firstMs', 'medianMs', 'lastMs', 'longestBlockMs'].map((key) => digits(find(subject, String(count), key))),
    surplus(find(subject, String(count), 'surplusCalls')),
  ]
  const count = (subject) => (find(subject, String(JOBS_OF_SLOW), 'lastMs') === undefined ? JOBS : JOBS_OF_SLOW)
  return {
    columns: ['jobs', 'first', 'median', 'last', 'longest block', 'calls'],
    rows: [
      ...LARGE_SUBJECTS.map((subject) => row(subject, LARGE)),
      ...SUBJECTS.map((subject) => row(subject, count(subject))),
    ],
  }
}

function surplus(calls) {
  if (calls === undefined) return '-'
  return calls > 0 ? `${calls} too many` : calls < 0 ? `${-calls} too few` : '0'
}

export function targets(find) {
  return [
    atMost('last of 10,000 due at once', find(OURS, String(JOBS), 'lastMs'), 40, milliseconds),
    atMost('longest block, 100,000 due at once', find(OURS, String(LARGE), 'longestBlockMs'), 25, milliseconds),
  ]
}
