/**
 * The log that all processes of a fleet write: a line of JSON for each event, appended by one write. What was written
 * outlives its process, however that ends.
 */

import { openSync, readFileSync, writeSync } from 'node:fs'
import type { Fault, LogEvent } from '../checks/history.ts'
import type { Note } from '../workload/scheduler-log.ts'
import { trueTime } from './true-time.ts'

/**
 * Not for the checks: a store failed (`store`: `store:error` was told), an edit did (`edit`), or nobody had caught what was
 * thrown (`unhandled`).
 */
interface ErrorNote {
  readonly ev: 'error'
  readonly of: 'store' | 'edit' | 'unhandled'
  readonly message: string
}

/** A process got no turn since `from`. */
interface LateNote {
  readonly ev: 'late'
  readonly from: number
}

/** A handler is about to keep the thread until then: what is noted afterwards, a process that dies meanwhile never notes. */
interface BlockNote {
  readonly ev: 'block'
  readonly until: number
}

type MemberNote = Note | ErrorNote | LateNote | BlockNote

/** Who writes. */
export interface Writer {
  /** The same after a restart. */
  readonly process: string
  /** Which of its lives, from 1 on. */
  readonly boot: number
}

type Line = Writer & { readonly pid: number; readonly mono: number; readonly wall: number } & MemberNote

export class EventLog {
  readonly #file: number
  readonly #writer: Writer

  constructor(path: string, writer: Writer) {
    this.#file = openSync(path, 'a')
    this.#writer = writer
  }

  note(event: MemberNote): void {
    const line: Line = { mono: trueTime(), wall: Date.now(), ...this.#writer, pid: process.pid, ...event }
    writeSync(this.#file, `${JSON.stringify(line)}\n`)
  }
}

/** What failed, in which process and when. */
export interface ToldError extends Writer {
  readonly at: number
  readonly of: ErrorNote['of']
  readonly message: string
}

export interface ReadLog {
  readonly events: readonly LogEvent[]
  /** When processes had no turn. */
  readonly faults: readonly Fault[]
  readonly errors: readonly ToldError[]
}

export function told({ process, boot, message }: ToldError): string {
  return `${process}.${boot}: ${message}`
}

/** All that was written so far. */
export function readEventLog(path: string): ReadLog {
  const events: LogEvent[] = []
  const faults: Fault[] = []
  const errors: ToldError[] = []
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    if (text === '') continue
    const { mono: at, ...line }: Line = JSON.parse(text)
    if (line.ev === 'error')
      errors.push({ at, process: line.process, boot: line.boot, of: line.of, message: line.message })
    else if (line.ev === 'late') faults.push({ kind: 'block', process: line.process, from: line.from, to: at })
    else if (line.ev === 'block') faults.push({ kind: 'block', process: line.process, from: at, to: line.until })
    else events.push({ at, ...line })
  }
  return { events, faults, errors }
}
