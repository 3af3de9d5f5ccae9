#!/usr/bin/env node
/**
 * The executable `cronwright`: fills in the environment from the process and runs the program. Nothing else here.
 */

import { readFileSync } from 'node:fs'

import { systemClock } from '../core/clock.ts'
import { runProgram } from './program.ts'

/** Columns when standard output is not a terminal, and when a terminal does not say. */
const PIPE_WIDTH = 80
const UNKNOWN_TERMINAL_WIDTH = 100

// `cronwright next … | head` closes the pipe early, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await runProgram(process.argv.slice(2), {
  output: process.stdout,
  errorOutput: process.stderr,
  width: process.stdout.isTTY ? process.stdout.columns || UNKNOWN_TERMINAL_WIDTH : PIPE_WIDTH,
  timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  workingDirectory: process.cwd(),
  version: readVersion(),
  now: () => systemClock.now(),
  readFile: (path) => readFileSync(path, 'utf8'),
})

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
  throw new Error('package.json has no version')
}
