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

/** A line that a handler logged, as people see it. */
export interface RunLogLine {
  readonly at: Date
  readonly level: LogLevel
  readonly message: string
  /** Null: none were given. */
  readonly fields: Readonly<Record<string, unknown>> | null
  /** The attempt that logged it. */
  readonly attempt: number
}

/** Lines kept of a run. */
export const MOST_LINES = 1_000
/** Bytes of messages and fields kept of a run. */
export const MOST_BYTES = 64 * 1_024

export const EMPTY_LOG: RunLogNote = Object.freeze({ lines: Object.freeze([]), dropped: 0 })

/** A log with more lines at its end; the oldest go where there are too many or too large ones, never the last. */
export function appendedLog({ lines, dropped }: RunLogNote, added: readonly StoredLogLine[]): RunLogNote {
  const all = [...lines, ...added]
  let first = all.length
  let bytes = 0
  for (let index = all.length - 1; index >= 0 && all.length - index <= MOST_LINES; index -= 1) {
    bytes += sizeOf(all[index])
    if (bytes > MOST_BYTES && first < all.length) break
    first = index
  }
  return { lines: all.slice(first), dropped: dropped + first }
}

function sizeOf(line: StoredLogLine | undefined): number {
  if (line === undefined) return 0
  return Buffer.byteLength(line.message) + (line.fields === null ? 0 : Buffer.byteLength(JSON.stringify(line.fields)))
}

/** How many of these lines a log has at its end, which were to be added to it when it was as `before`. */
export function linesStored(log: RunLogNote, before: RunLogNote, lines: readonly StoredLogLine[]): number {
  const count = log.lines.length + log.dropped - before.lines.length - before.dropped
  const [last, added] = [log.lines.at(-1), lines[count - 1]]
  if (last === undefined || added === undefined) return 0
  return last.at === added.at && last.message === added.message && last.attempt === added.attempt ? count : 0
}

export function lineView({ at, level, message, fields, attempt }: StoredLogLine): RunLogLine {
  return { at: new Date(at), level, message, fields, attempt }
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
