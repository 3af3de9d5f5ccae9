/** A battery in a process of its own. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs a TypeScript program to its end; resolves with the JSON that it prints. What it says on the side is shown.
 * @param {string} program - path from the root of the repository
 * @param {readonly string[]} options
 * @param {Record<string, string>} [environment] - what it has beside this process's
 * @throws Error when it fails
 */
export function resultOf(program, options, environment = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...options], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  // Told to end, it ends the servers that it started.
  const end = (signal) => {
    child.kill(signal)
    process.exit(1)
  }
  for (const signal of SIGNALS) process.on(signal, end)
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      for (const signal of SIGNALS) process.off(signal, end)
      if (code === 0) resolve(JSON.parse(output))
      else reject(new Error(`it ended with ${code}`))
    })
  })
}
