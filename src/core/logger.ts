/** Logging: a pino-shaped interface, silent unless the user gives one. */

/** What Cronwright calls on a logger; pino, winston and `console` (with an adapter of one line) fit. */
export interface Logger {
  /** Gets what handlers log at this level; without it, `debug` does. */
  trace?(fields: Readonly<Record<string, unknown>>, message: string): void
  debug(fields: Readonly<Record<string, unknown>>, message: string): void
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
  /** Gets what handlers log at this level; without it, `error` does. */
  fatal?(fields: Readonly<Record<string, unknown>>, message: string): void
}

const nothing = (): void => undefined

/** Logs nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
