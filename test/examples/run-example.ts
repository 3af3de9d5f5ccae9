/** Runs an example as its reader would: with `tsx`, against the built package. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))

/** How an example ended. */
export interface Result {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export function startExample(file: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', `${EXAMPLES}${file}`, ...args], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    // Some versions of Node warn that their SQLite is new.
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Resolves when the example and every process that shares its output have ended. */
export async function resultOf(child: ChildProcess): Promise<Result> {
  if (child.stdout === null || child.stderr === null) throw new Error('the output of the example is not piped')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { status: child.exitCode, stdout, stderr }
}
