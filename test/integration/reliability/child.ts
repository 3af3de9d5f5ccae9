/** Starts a program in a process of its own, and reads what it prints, a line of JSON each. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A process, killed when the test ends. */
export interface Child<Line> {
  readonly lines: readonly Line[]
  kill(signal: NodeJS.Signals): void
  /** Resolves with the first line for which this holds. Rejects when the process ends before it. */
  find(predicate: (line: Line) => boolean): Promise<Line>
  /** Resolves when it is gone and all it printed was read: with its exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export function startChild<Line>(script: URL, ...args: readonly string[]): Child<Line> {
  const values = ['--import', 'tsx', fileURLToPath(script), ...args]
  const child = spawn(process.execPath, values, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: Line[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const whole = (rest + text).split('\n')
    rest = whole.pop() ?? ''
    lines.push(...whole.map((line): Line => JSON.parse(line)))
  })
  const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals)[]) => code ?? signal ?? 'SIGKILL')
  return {
    lines,
    kill: (signal) => void child.kill(signal),
    async find(predicate) {
      for (;;) {
        const found = lines.find(predicate)
        if (found !== undefined) return found
        const over = await Promise.race([once(child.stdout, 'data').then(() => undefined), ended])
        if (over === undefined || lines.some(predicate)) continue
        throw new Error(`the process ended with ${over} after ${JSON.stringify(lines)}`)
      }
    },
    ended,
  }
}
