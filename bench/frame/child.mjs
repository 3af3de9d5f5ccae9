/** Runs one measurement in a process of its own, so that each begins with a fresh heap and nobody else's compiled code. */

import { fork } from 'node:child_process'
import { programOf } from './nodes.mjs'
import { BENCH } from './prepare.mjs'

const TIME_LIMIT_MS = 180_000

/**
 * @param {string} section
 * @param {import('../sections/index.mjs').Task} task
 * @returns {Promise<Record<string, number | string>>} what the section's `measure` returned
 */
export function measureInChild(section, { subject, variant, parameters, node }) {
  const execPath = programOf(node)
  if (execPath === undefined) {
    return Promise.reject(new Error(`${section}, ${subject} ${variant}: there is no Node.js ${node} for this machine`))
  }
  return new Promise((resolve, reject) => {
    const child = fork(`${BENCH}/measure.mjs`, [section, JSON.stringify(parameters)], {
      execPath,
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    })
    const limit = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS)
    let reply
    child.once('message', (message) => {
      reply = message
    })
    child.once('exit', (code, signal) => {
      clearTimeout(limit)
      if (reply?.values !== undefined) resolve(reply.values)
      else reject(new Error(`${section}, ${subject} ${variant}: ${reply?.error ?? `ended with ${signal ?? code}`}`))
    })
  })
}
