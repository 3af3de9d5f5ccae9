/** What the handler of a run logged: lines in order, bounded, the oldest dropped first. */

import type { StoredFields } from './fields.ts'

/** Levels of log lines, from the least. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

export interface StoredLogLine {
  /** Epoch ms. */
  readonly at: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>> | null
  readonly attempt: number
}

export interface RunLogNote {
  readonly lines: readonly StoredLogLine[]
  /** Lines that are gone because there were too many. */
  readonly dropped: number
}

/** @throws CronwrightError (`DESERIALIZATION`) */
export function runLogNote(fields: StoredFields): RunLogNote {
  return { lines: fields.list('lines', logLine), dropped: fields.number('dropped') }
}

function logLine(fields: StoredFields): StoredLogLine {
  return {
    at: fields.number('at'),
    level: fields.oneOf('level', LOG_LEVELS),
    message: fields.text('message'),
    fields: (fields.value('fields') ?? null) as Readonly<Record<string, unknown>> | null,
    attempt: fields.number('attempt'),
  }
}
