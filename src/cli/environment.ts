/**
 * What a command sees of the outside: where to write, how wide it is, what time it is. `main.ts` fills it in from the
 * process, tests fill it in by hand; nothing else in `cli/` touches `process`, a clock or a file. Job stores are opened by the commands that
 * are about them.
 */

/** Takes text, as `process.stdout` does. */
export interface Output {
  write(text: string): unknown
}

/** The outside world of one invocation. */
export interface Environment {
  /** For what was asked for. */
  readonly output: Output
  /** For what went wrong with the asking. */
  readonly errorOutput: Output
  /** Columns of the terminal. */
  readonly width: number
  /** IANA name of the zone that applies when none is given. */
  readonly timezone: string
  /** The directory that relative paths start from. */
  readonly workingDirectory: string
  /** Version of the package. */
  readonly version: string
  /** Wall clock in epoch ms; read once per invocation. */
  readonly now: () => number
  /** The text of a file; throws what the operating system says. */
  readonly readFile: (path: string) => string
}

/** What the process ends with. */
export const EXIT = {
  ok: 0,
  /** Something could not be read (an expression, a line, a file) or done (a store failed). */
  failed: 1,
  /** The command line itself (or the configuration it names) is wrong. */
  usage: 2,
} as const

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]
