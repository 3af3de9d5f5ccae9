/**
 * The measured libraries, by name. A child process imports only the one it measures, so none can warm or burden
 * another.
 *
 * @typedef {object} Library
 * @property {(expression: string, timezone?: string) => any} compile - parses an expression; schedules nothing
 * @property {(compiled: any, after: Date) => Date | null} next - first fire time after an instant
 * @property {() => void | Promise<void>} [open] - starts a scheduler, where the library has one to start
 * @property {(expression: string, handler: () => void) => unknown} add - schedules a job; awaited if it is a promise
 */

import { dailyAt } from '../frame/expressions.mjs'

/** Cronwright's own name in the tables; every ratio is to it. */
export const OURS = 'cronwright'

/** Name in the tables -> its module here and its package. Order of the tables. */
export const LIBRARIES = {
  [OURS]: { module: './cronwright.mjs', package: null },
  'cron-schedule': { module: './cron-schedule.mjs', package: 'cron-schedule' },
  later: { module: './later.mjs', package: '@breejs/later' },
  croner: { module: './croner.mjs', package: 'croner' },
  'toad-scheduler': { module: './toad-scheduler.mjs', package: 'toad-scheduler' },
  'node-cron': { module: './node-cron.mjs', package: 'node-cron' },
  'cron-parser': { module: './cron-parser.mjs', package: 'cron-parser' },
  cron: { module: './cron.mjs', package: 'cron' },
  'node-schedule': { module: './node-schedule.mjs', package: 'node-schedule' },
  setTimeout: { module: './set-timeout.mjs', package: null },
}

/** Packages of the libraries; null is this one. */
export const PACKAGES = Object.entries(LIBRARIES).flatMap(([name, library]) =>
  name === 'setTimeout' ? [] : [library.package],
)

/** These need a minute for ten thousand jobs. Unless the run is a full one, they are measured once, with fewer jobs. */
export const SLOW = ['cron', 'node-schedule']

/** Jobs that a library is measured with, where there is no larger number in the table. */
export const JOBS = 10_000
export const JOBS_OF_SLOW = 2_000

/**
 * @param {string} name
 * @returns {Promise<Library>}
 */
export async function loadLibrary(name) {
  return import(LIBRARIES[name].module)
}

/**
 * Adds jobs one by one, as a caller would.
 *
 * @param {Library} library
 * @param {number} count
 * @param {(index: number) => string} expressionAt
 * @param {() => void} handler
 * @returns {Promise<unknown[]>} what the library gave for each: hold on to it, or its jobs may be collected
 */
export async function addJobs(library, count, expressionAt, handler) {
  const handles = []
  for (let index = 0; index < count; index += 1) {
    const added = library.add(expressionAt(index), handler)
    if (added instanceof Promise) await added
    else handles.push(added)
  }
  return handles
}

/**
 * An instant, a whole second, by which so many jobs can be added: judged by some that are due in half a day.
 *
 * @param {number} count
 * @param {(expression: string) => unknown} addOne
 */
export async function secondAhead(count, addOne) {
  const trial = Math.max(200, count / 50)
  const expression = dailyAt(Date.now() + 12 * 3_600_000)
  const startedAt = performance.now()
  for (let index = 0; index < trial; index += 1) await addOne(expression)
  const neededMs = ((performance.now() - startedAt) * count) / trial
  return Math.ceil((Date.now() + 500 + 1.4 * neededMs) / 1_000) * 1_000
}
