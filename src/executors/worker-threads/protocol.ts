/**
 * What the executor and a worker thread say to each other. Each run has a message channel of its own: the task goes
 * in by it, what the handler says comes out, and the end of the run is its last message, so that nothing can overtake it.
 *
 * Structured clone keeps neither classes nor the fields of errors; a {@link JobResult} and an error are therefore sent
 * as plain data and made again on the other side.
 */

import type { RunContext } from '../../jobs/context.ts'
import { JobResult, storedError } from '../../jobs/result.ts'
import type { RunProgress, StoredError } from '../../jobs/run.ts'
import type { LogLevel } from '../../jobs/run-log.ts'

/** The part of a run's context that is plain data. */
export type RunFacts = Omit<RunContext, 'signal' | 'log' | 'progress' | 'count' | 'checkpoint'>

/** The first message to a thread: what to call, with what. */
export interface ThreadTask {
  /** URL or absolute path of the module. */
  readonly module: string
  readonly name: string | undefined
  readonly input: unknown
  readonly run: RunFacts
}

/** Any later message to a thread: the handler has to stop, or a checkpoint was stored (or refused, with an error). */
export type HostMessage =
  | { readonly type: 'stop'; readonly reason: StoredError }
  | { readonly type: 'saved'; readonly ticket: number; readonly error: StoredError | null }

/** How a handler ended. */
export type Ending =
  | { readonly kind: 'returned'; readonly output: unknown }
  | {
      readonly kind: 'result'
      readonly state: JobResult['state']
      readonly message: string | null
      readonly output: unknown
      readonly error: StoredError | null
    }
  | { readonly kind: 'threw'; readonly error: StoredError }

/** A message from a thread. */
export type ThreadMessage =
  | { readonly type: 'started' }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly fields: object
      readonly message: string | undefined
    }
  | { readonly type: 'count'; readonly counts: ReadonlyMap<string, number> }
  | { readonly type: 'checkpoint'; readonly ticket: number; readonly value: unknown }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'ended'; readonly ending: Ending }

/** The end of a handler that returned this value. */
export function endingOf(value: unknown): Ending {
  if (!(value instanceof JobResult)) return { kind: 'returned', output: value }
  const { state, message, output, error } = value
  return { kind: 'result', state, message, output, error: error === undefined ? null : storedError(error) }
}

/** The end of a handler that threw this value. */
export function endingOfError(error: unknown): Ending {
  return { kind: 'threw', error: storedError(error) }
}

/** Ends as the handler did: returns what it returned, or throws what it threw. */
export function replay(ending: Ending): unknown {
  if (ending.kind === 'threw') throw errorFrom(ending.error)
  return ending.kind === 'returned' ? ending.output : resultFrom(ending)
}

function resultFrom({ state, message, output, error }: Extract<Ending, { kind: 'result' }>): JobResult {
  switch (state) {
    case 'completed':
      return JobResult.success(output, message)
    case 'cancelled':
      return JobResult.cancelled(message ?? undefined)
    case 'failed':
      return error === null ? JobResult.failed(message ?? undefined) : JobResult.fromError(errorFrom(error))
  }
}

/** An error object with the name, message, stack and code of the original. */
export function errorFrom({ name, message, code, stack }: StoredError): Error {
  const error = new Error(message)
  error.name = name
  if (stack !== undefined) error.stack = stack
  return code === undefined ? error : Object.assign(error, { code })
}
