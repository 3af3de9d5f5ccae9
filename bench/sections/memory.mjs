/** Section 3: adding jobs to memory, keeping them, and doing nothing. */

import { setTimeout } from 'node:timers/promises'
import { digits, kilobytes } from '../frame/format.mjs'
import { heapInUse, idleProcessorPercent } from '../frame/memory.mjs'
import { atMost } from '../frame/target.mjs'
import { addJobs, JOBS, JOBS_OF_SLOW, LIBRARIES, loadLibrary, OURS, SLOW } from '../libraries/index.mjs'

export const title = 'Jobs in memory'

export { PACKAGES as packages } from '../libraries/index.mjs'

export const about =
  'Daily cron jobs at 1,200 different times, added one by one to a running scheduler (each call awaited where it ' +
  'returns a promise), all of one no-op function and without input. Heap after a collection. Idle: processor time of ' +
  'one core over some seconds in which nothing is due.'

const SUBJECTS = Object.keys(LIBRARIES).filter((name) => name !== 'cron-parser')
const LARGE = 100_000
const HUGE = 1_000_000

export function tasks({ quick, full }) {
  const task = (library, count, idleMs, once) => {
    const jobs = quick ? count / 100 : count
    return {
      subject: library,
      variant: String(count),
      parameters: { library, jobs, idleMs: quick ? 100 : idleMs },
      once,
    }
  }
  return [
    task(OURS, LARGE, 1_000, false),
    task(OURS, HUGE, 3_000, !full),
    ...SUBJECTS.map((name) =>
      SLOW.includes(name) && !full ? task(name, JOBS_OF_SLOW, 500, true) : task(name, JOBS, full ? 3_000 : 500, false),
    ),
  ]
}

export async function measure({ library: name, jobs, idleMs }) {
  const library = await loadLibrary(name)
  await library.open?.()
  const texts = timesThatAreFar(1_200)
  const before = await heapInUse()
  const startedAt = performance.now()
  const handles = await addJobs(library, jobs, (index) => texts[index % texts.length], noop)
  const elapsedMs = performance.now() - startedAt
  await setTimeout(50)
  const bytes = (await heapInUse()) - before
  const idlePercent = await idleProcessorPercent(idleMs)
  handles.length = 0
  return { addMicroseconds: (elapsedMs * 1_000) / jobs, bytesPerJob: bytes / jobs, idlePercent }
}

/** Daily times from two to twenty-two hours ahead, one a minute: none is due while this runs. */
function timesThatAreFar(count) {
  const first = Date.now() + 2 * 3_600_000
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(first + index * 60_000)
    return `0 ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`
  })
}

function noop() {}

export function table(find) {
  const row = (subject, count) => [
    `${subject}, ${count.toLocaleString('en-US')}`,
    digits(find(subject, String(count), 'addMicroseconds')),
    kilobytes(find(subject, String(count), 'bytesPerJob')),
    digits(find(subject, String(count), 'idlePercent')),
  ]
  const count = (subject) => (find(subject, String(JOBS_OF_SLOW), 'bytesPerJob') === undefined ? JOBS : JOBS_OF_SLOW)
  return {
    columns: ['jobs', 'us an add', 'heap a job', 'idle %'],
    rows: [row(OURS, HUGE), row(OURS, LARGE), ...SUBJECTS.map((subject) => row(subject, count(subject)))],
  }
}

export function targets(find) {
  const percent = (value) => `${digits(value)} %`
  return [LARGE, HUGE].flatMap((count) => {
    const value = (key) => find(OURS, String(count), key)
    const jobs = `${count.toLocaleString('en-US')} jobs`
    return [
      atMost(`adding a job, ${jobs}`, value('addMicroseconds'), 10, (time) => `${digits(time)} us`),
      atMost(`heap a job, ${jobs}`, value('bytesPerJob'), 1_000, kilobytes),
      atMost(`idle processor time, ${jobs}`, value('idlePercent'), 0.5, percent),
    ]
  })
}
