/**
 * The retry policy as users give it. One value covers the usual formulas, and because it is stored it is data only:
 * which errors are tried again is told by their names and codes, not by a function.
 *
 *   fixed        { delay: '30s', factor: 1 }          30 s, 30 s, 30 s
 *   linear       { delay: '30s', step: '10s' }        30 s, 40 s, 50 s
 *   exponential  { delay: '30s', factor: 2 }          30 s, 60 s, 120 s (the default)
 *   a list       { delay: ['1m', '3m', '5m'] }        1 m, 3 m, 5 m, 5 m
 */

import { type Duration, parseDuration } from '../core/duration.ts'
import { checkFields, checkInteger, checkNumber, checkTexts, type Fields } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { DEFAULT_RETRY, NO_RETRY, type RetryPolicy } from './policy.ts'

/** When a failed run is tried again. What is not given comes from the defaults of the function and the scheduler. */
export interface RetryOptions {
  /** Attempts in all, the first included. @default 3 */
  readonly attempts?: number
  /** Before the second attempt; or a list: before each attempt, the last for all that follow. @default 1 s */
  readonly delay?: Duration | readonly Duration[]
  /** By which the delay is multiplied each time; 1 keeps it fixed. Not beside a list or a step. @default 2 */
  readonly factor?: number
  /** Which is added to the delay each time, instead of a factor. Not beside a list. @default 0 */
  readonly step?: Duration
  /** The longest delay. @default 1 h, or the longest delay given if that is longer */
  readonly maxDelay?: Duration
  /** Part by which a delay varies at random, both ways, 0 to 1; after `maxDelay`. @default 0 */
  readonly jitter?: number
  /** Names, codes or classes of the only errors that are tried again. @default all */
  readonly only?: readonly string[]
  /** Names, codes or classes of errors that are not tried again. @default [] */
  readonly never?: readonly string[]
}

/** Policies by their names, for the option `retry`. More is added by spreading: `{ ...retry.fixed(3, '5s'), jitter: 0.2 }`. */
export const retry = Object.freeze({
  /** A failure is the end. */
  none: Object.freeze({ attempts: 1 }) satisfies RetryOptions,
  /** The same delay each time. */
  fixed: (attempts: number, delay: Duration): RetryOptions => ({ attempts, delay, factor: 1 }),
  /** A delay that grows by `step` each time. @default step - the delay itself */
  linear: (attempts: number, delay: Duration, step: Duration = delay): RetryOptions => ({ attempts, delay, step }),
  /** A delay that is multiplied each time. */
  exponential: (attempts: number, delay: Duration, factor = 2): RetryOptions => ({ attempts, delay, factor }),
  /** These delays, one by one. @default attempts - one more than delays */
  table: (delay: readonly Duration[], attempts: number = delay.length + 1): RetryOptions => ({ attempts, delay }),
})

const RETRY_KEYS = ['attempts', 'delay', 'factor', 'step', 'maxDelay', 'jitter', 'only', 'never'] as const

const LONGEST_LIST = 1_000

/** How the delay before an attempt is found. */
type Formula = Pick<RetryPolicy, 'baseMs' | 'factor' | 'stepMs' | 'delaysMs'>

/**
 * The policy of the option `retry`, over the policy that holds where it says nothing.
 *
 * @throws InvalidArgumentError
 */
export function retryPolicy(value: unknown, base: RetryPolicy, field: string): RetryPolicy {
  const fields = checkFields(typeof value === 'number' ? { attempts: value } : value, field, RETRY_KEYS)
  const under = base.attempts === 1 ? DEFAULT_RETRY : base
  const { attempts = under.attempts, jitter = under.jitter, maxDelay, only, never } = fields
  const chosen = formula(fields, under, field)
  const { baseMs, factor, stepMs, delaysMs } = chosen
  const policy: RetryPolicy = {
    attempts: checkInteger(attempts, `${field}.attempts`, 1, 1_000_000),
    baseMs,
    factor,
    stepMs,
    delaysMs,
    capMs:
      maxDelay === undefined ? Math.max(under.capMs, longest(chosen)) : parseDuration(maxDelay, `${field}.maxDelay`),
    jitter: checkNumber(jitter, `${field}.jitter`, 0, 1),
    only: only === undefined ? under.only : checkTexts(only, `${field}.only`),
    never: never === undefined ? under.never : checkTexts(never, `${field}.never`),
  }
  return policy.attempts === 1 ? NO_RETRY : policy
}

function formula(fields: Fields, base: Formula, field: string): Formula {
  const { delay, factor, step } = fields
  if (factor !== undefined && step !== undefined) {
    throw new InvalidArgumentError(`${field}.step`, step, 'must not be given together with factor')
  }
  if (Array.isArray(delay)) {
    const excess = factor !== undefined ? 'factor' : step !== undefined ? 'step' : undefined
    if (excess === undefined) return listed(delay, `${field}.delay`)
    throw new InvalidArgumentError(`${field}.${excess}`, fields[excess], 'must not be given beside a list of delays')
  }
  if (delay === undefined && factor === undefined && step === undefined) return base
  const { baseMs, factor: usual, stepMs } = base.delaysMs === null ? base : DEFAULT_RETRY
  const own = delay === undefined ? baseMs : parseDuration(delay, `${field}.delay`)
  if (step !== undefined) {
    return { baseMs: own, factor: 1, stepMs: parseDuration(step, `${field}.step`), delaysMs: null }
  }
  if (factor === undefined) return { baseMs: own, factor: usual, stepMs, delaysMs: null }
  return { baseMs: own, factor: checkNumber(factor, `${field}.factor`, 1, 1_000), stepMs: 0, delaysMs: null }
}

function listed(delays: readonly unknown[], field: string): Formula {
  if (delays.length === 0 || delays.length > LONGEST_LIST) {
    throw new InvalidArgumentError(field, delays, `must have 1 to ${LONGEST_LIST} delays`)
  }
  // Not map(), which leaves out holes.
  const delaysMs = Array.from(delays, (delay, index) => parseDuration(delay, `${field}[${index}]`))
  return { baseMs: delaysMs[0] ?? 0, factor: 1, stepMs: 0, delaysMs }
}

/** The longest delay that is named, which a default cap must not cut. */
function longest({ baseMs, delaysMs }: Formula): number {
  return delaysMs === null ? baseMs : Math.max(...delaysMs)
}
