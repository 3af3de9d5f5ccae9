/** Runs one measurement in a process of its own, so that each begins with a fresh heap and nobody else's compiled code. */

import { fork } from 'node:child_process'
import { BENCH } from './prepare.mjs'

const TIME_LIMIT_MS = 180_000

/**
 * @param {string} section
 * @param {{ subject: string, variant: string, parameters: object }} task
 * @returns {Promise<Record<string, number | string>>} what the section's `measure` returned
 */
export function measureInChild(section, { subject, variant, parameters }) {
  return new Promise((resolve, reject) => {
    const child = fork(`${BENCH}/measure.mjs`, [section, JSON.stringify(parameters)], {
      execArgv: ['--expose-gc'],
      env: { ...process.env, TZ: 'UTC' },
    })
    const limit = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS)
    let values
    child.once('message', (message) => {
      values = message
    })
    child.once('exit', (code, signal) => {
      clearTimeout(limit)
      if (values !== undefined) resolve(values)
      else reject(new Error(`${section}: ${subject} ${variant} ended with ${signal ?? `exit code ${code}`}`))
    })
  })
}
