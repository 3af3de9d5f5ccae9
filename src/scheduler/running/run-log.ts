/**
 * The log of one run at work: passes each line to the scheduler's logger, and gathers what is to be kept with the run.
 *
 * What is kept is one note, written anew with each batch of lines under the version that was last seen. A run that is
 * tried again, here or elsewhere, finds the note of the attempt before and adds to it.
 */

import type { Logger } from '../../core/logger.ts'
import type { LogMethod, RunLogger } from '../../jobs/context.ts'
import { storableFields, storableText } from '../../jobs/log-fields.ts'
import { noteRecord } from '../../jobs/notes.ts'
import type { Change, RunRecord, StoreRecord } from '../../jobs/record.ts'
import {
  appendedLog,
  EMPTY_LOG,
  type LogLevel,
  linesStored,
  MOST_LINES,
  type RunLogNote,
  type StoredLogLine,
} from '../../jobs/run-log.ts'
import { isForgotten } from '../../jobs/transitions.ts'

/** What a log needs of the run it belongs to. */
export interface LoggedRun {
  readonly record: RunRecord
  readonly hasEnded: boolean
}

/** One write of a log. */
export interface LogStep {
  readonly lines: readonly StoredLogLine[]
  readonly note: RunLogNote
  readonly change: Change
}

export class RunLog implements RunLogger {
  readonly trace: LogMethod
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  readonly fatal: LogMethod
  /** The write that is under way. */
  writing: Promise<void> | undefined

  readonly #run: LoggedRun
  readonly #logger: Logger
  readonly #now: () => number
  readonly #onLine: () => void
  /** The note as this process last saw it; version 0: it has not seen any. */
  #note: RunLogNote = EMPTY_LOG
  #version = 0
  #lines: StoredLogLine[] = []

  /**
   * @param now - epoch ms
   * @param onLine - called when there is a line to be stored
   */
  constructor(run: LoggedRun, logger: Logger, now: () => number, onLine: () => void) {
    this.#run = run
    this.#logger = logger
    this.#now = now
    this.#onLine = onLine
    // Functions of their own, so that a handler may take them out of the log.
    const method =
      (level: LogLevel): LogMethod =>
      (first: object | string, message?: string) =>
        this.#add(level, first, message)
    this.trace = method('trace')
    this.debug = method('debug')
    this.info = method('info')
    this.warn = method('warn')
    this.error = method('error')
    this.fatal = method('fatal')
  }

  get runId(): string {
    return this.#run.record.id
  }

  /** Whether there are lines that are not stored. */
  get hasLines(): boolean {
    return this.#lines.length > 0
  }

  /** The write that stores what is not stored yet; what became of it must be told. */
  step(): LogStep {
    const lines = this.#lines
    this.#lines = []
    const note = appendedLog(this.#note, lines)
    const { id, spec } = this.#run.record
    const now = this.#now()
    const due = now + spec.policy.history.logMaxAgeMs
    const change: Change =
      this.#version === 0
        ? { expect: 0, record: noteRecord('log', id, note, now, due) }
        : { expect: this.#version, key: { kind: 'log', id }, patch: { spec: note, due } }
    return { lines, note, change }
  }

  /** The step was applied. */
  applied({ note }: LogStep): void {
    this.#note = note
    this.#version += 1
  }

  /** The step failed, and may have been applied all the same: {@link refused} will tell. */
  failed({ lines }: LogStep): void {
    this.#lines = [...lines, ...this.#lines]
  }

  /**
   * The step was refused, and this is the note there is: of an attempt before this one, or of an earlier step whose reply
   * was lost, and which stored the first of these lines.
   */
  refused(step: LogStep, stored: StoreRecord<'log'> | undefined): void {
    const note = stored?.spec ?? EMPTY_LOG
    this.#lines = [...step.lines.slice(linesStored(note, this.#note, step.lines)), ...this.#lines]
    this.#note = note
    this.#version = stored?.version ?? 0
  }

  #add(level: LogLevel, first: object | string, second: string | undefined): void {
    const fields = typeof first === 'object' && first !== null ? fieldsOf(first) : {}
    const message = String(typeof first === 'string' ? first : (second ?? messageOf(first)))
    this.#keep(level, message, fields)
    const { id: runId, jobId } = this.#run.record
    const bound = { runId, jobId, ...fields }
    if (level === 'trace') (this.#logger.trace ?? this.#logger.debug).call(this.#logger, bound, message)
    else if (level === 'fatal') (this.#logger.fatal ?? this.#logger.error).call(this.#logger, bound, message)
    else this.#logger[level](bound, message)
  }

  #keep(level: LogLevel, text: string, given: object): void {
    if (this.#run.hasEnded || isForgotten(this.#run.record)) return
    const { attempt } = this.#run.record.status
    const line = { at: this.#now(), level, message: storableText(text), fields: storableFields(given), attempt }
    this.#lines.push(line)
    // A handler that logs without end between two writes, or while the store is down, takes no more memory than this.
    if (this.#lines.length > 2 * MOST_LINES) this.#shorten()
    this.#onLine()
  }

  /** Counts the lines that the store will never see as dropped. */
  #shorten(): void {
    const surplus = this.#lines.length - MOST_LINES
    this.#lines.splice(0, surplus)
    this.#note = { lines: [], dropped: this.#note.dropped + this.#note.lines.length + surplus }
  }
}

/** The fields of a line; an error alone is one of them. */
function fieldsOf(first: object): object {
  return first instanceof Error ? { err: first } : first
}

function messageOf(first: unknown): string {
  return first instanceof Error ? first.message : ''
}
