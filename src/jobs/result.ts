/** Results that say more than a return value, and what a handler's end means for its run. */

import { describeValue } from '../core/describe.ts'
import { CronwrightError } from '../errors.ts'
import { errorKinds } from './retryable.ts'
import type { StoredError } from './run.ts'
import type { Outcome } from './transitions.ts'

/**
 * What a handler may return instead of a plain output, to end its run as completed, failed or cancelled with a message.
 * Any other return value completes the run with that value as output; a thrown error fails it.
 */
export class JobResult<Output = unknown> {
  readonly state: 'completed' | 'failed' | 'cancelled'
  readonly message: string | null
  readonly output: Output | undefined
  readonly error: unknown

  private constructor(state: JobResult['state'], message: string | null, output: Output | undefined, error?: unknown) {
    this.state = state
    this.message = message
    this.output = output
    this.error = error
  }

  /** The run is completed; the message is kept as its reason. */
  static success<T>(output?: T, message: string | null = null): JobResult<T> {
    return new JobResult('completed', message, output)
  }

  /** The run failed, as if an error with this message had been thrown. */
  static failed(message = 'the job failed'): JobResult<never> {
    return new JobResult<never>('failed', message, undefined)
  }

  /** The run failed with this error. */
  static fromError(error: unknown): JobResult<never> {
    return new JobResult<never>('failed', storedError(error).message, undefined, error)
  }

  /** The run is cancelled: not done, and not to be tried again. */
  static cancelled(message = 'cancelled by its handler'): JobResult<never> {
    return new JobResult<never>('cancelled', message, undefined)
  }
}

const STACK_LIMIT = 8_000
const MESSAGE_LIMIT = 4_000

/** Any thrown value as text that can be stored; never throws itself. */
export function storedError(error: unknown): StoredError {
  try {
    if (!(error instanceof Error)) return { name: 'NonError', message: cut(describeValue(error), MESSAGE_LIMIT) }
    const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
    const stack = typeof error.stack === 'string' ? { stack: cut(error.stack, STACK_LIMIT) } : {}
    return { name: String(error.name), message: cut(String(error.message), MESSAGE_LIMIT), ...code, ...stack }
  } catch {
    return { name: 'NonError', message: 'a value that cannot be described was thrown' }
  }
}

/** The error of a run that did not complete, with what its handler threw, as an error object again, for its cause. */
export function revivedError(runId: string, stored: StoredError | null, state: string): CronwrightError {
  const code = state === 'cancelled' ? 'RUN_CANCELLED' : 'RUN_FAILED'
  if (stored === null) {
    return new CronwrightError(code, `the run ${runId} ended as ${state}`, { details: { runId, state } })
  }
  const cause = new Error(stored.message)
  cause.name = stored.name
  if (stored.stack !== undefined) cause.stack = stored.stack
  return new CronwrightError(code, `the run ${runId} ${state}: ${stored.message}`, {
    details: { runId, state, error: stored },
    cause,
  })
}

/** The end of a handler that returns nothing, as most do: shared. */
const COMPLETED: Outcome = Object.freeze({ kind: 'completed', output: undefined, reason: null })

/** What a returned value means. */
export function outcomeOf(value: unknown): Outcome {
  if (value === undefined) return COMPLETED
  if (!(value instanceof JobResult)) return { kind: 'completed', output: value, reason: null }
  switch (value.state) {
    case 'completed':
      return { kind: 'completed', output: value.output, reason: value.message }
    case 'cancelled':
      return { kind: 'cancelled', reason: value.message ?? 'cancelled', error: null }
    case 'failed':
      return failedOutcome(value.error ?? new Error(value.message ?? 'the job failed'))
  }
}

/**
 * What a thrown value means.
 *
 * @param retryable - false: its run is not tried again whatever its policy says
 */
export function failedOutcome(error: unknown, retryable = true): Outcome {
  return { kind: 'failed', error: storedError(error), kinds: errorKinds(error), retryable }
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}...` : text
}
