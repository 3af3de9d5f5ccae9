/** Starts the programs in `children`, for what only a process of its own can show. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A program of `children` in a process of its own, killed when the test ends. */
export interface Child {
  kill(signal: NodeJS.Signals): void
  /** Resolves when it has printed this many lines. Rejects when it ends before. */
  lines(count: number): Promise<void>
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
}

export function startChild(name: string, ...args: readonly string[]): Child {
  const script = fileURLToPath(new URL(`./children/${name}`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, output }))
  return {
    kill: (signal) => void child.kill(signal),
    async lines(count) {
      while (output.split('\n').length <= count) {
        const text = await Promise.race([once(child.stdout, 'data'), ended])
        if ('code' in text) throw new Error(`the process ended with ${text.code} after ${output}`)
      }
    },
    ended,
  }
}
