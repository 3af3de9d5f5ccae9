/** An outside world for commands: text is collected, files are a table, time stands still. */

import type { Environment, ExitStatus } from '../../../src/cli/environment.ts'
import { runProgram } from '../../../src/cli/program.ts'

/** A Sunday; 07:02:12 in Athens. */
export const NOW = Date.parse('2026-11-22T05:02:12Z')

/** What one command line did. */
export interface ProgramResult {
  readonly status: ExitStatus
  readonly output: string
  readonly errorOutput: string
  readonly clockReadings: number
}

/** Runs a command line in a world where only the given files exist. */
export async function runFake(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  overrides: Partial<Environment> = {},
): Promise<ProgramResult> {
  let output = ''
  let errorOutput = ''
  let clockReadings = 0
  const status = await runProgram(args, {
    output: { write: (text) => (output += text) },
    errorOutput: { write: (text) => (errorOutput += text) },
    width: 100,
    timezone: 'Europe/Athens',
    workingDirectory: '/home/maria',
    version: '1.2.3',
    now() {
      clockReadings++
      return NOW
    },
    readFile(path) {
      const text = files[path]
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
      return text
    },
    ...overrides,
  })
  return { status, output, errorOutput, clockReadings }
}

/** The lines of a text that ends with a line end. */
export function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}
