/**
 * Every error that Cronwright throws or records, and every code, in one table.
 *
 * Callers branch on `code`, never on the text. A code listed here is described in `docs/errors.md`, and a test
 * holds the two against each other.
 */

import { describeValue, shownField, shownId, shownValue } from './core/describe.ts'

/** Code of an error -> what it means. The table is the only place where a code is defined. */
export const ERROR_CODES = {
  INVALID_ARGUMENT: 'A value given to a call breaks a rule; details name the field, the value and the rule.',
  INVALID_CONFIGURATION: 'A configuration has one or more problems; details.problems lists them all.',
  INVALID_TRIGGER: 'A trigger was described wrongly; details name the field, the value and the rule.',
  TRIGGER_NEVER_FIRES: 'A trigger is well formed but has no fire time at all.',
  JOB_LOOKUP: 'No job has this id in the store (or in any store).',
  CONFLICTING_ID: 'The id of a job or run, or the alias of a store or executor, is taken.',
  TRANSIENT_JOB: 'A function that has no registered name cannot be kept in a persistent store.',
  FUNCTION_LOOKUP: 'No function is registered under this name in this process.',
  RUN_LOOKUP: 'No run has this id in the store (or in any store).',
  RUN_STATE: 'The run is in a state that does not allow this operation.',
  SCHEDULER_ALREADY_RUNNING: 'start() was called on a scheduler that runs.',
  SCHEDULER_NOT_RUNNING: 'The operation needs a started scheduler.',
  MAX_INSTANCES_REACHED: 'The job already has as many runs at work as maxInstances allows.',
  EXECUTOR_LOOKUP: 'No executor has this alias.',
  STORE_LOOKUP: 'No job store has this alias.',
  STORE_ERROR: 'The job store failed; cause holds the error of its driver.',
  STORE_CLOSED: 'The job store is not open.',
  STORE_IN_USE: 'Somebody is at work on a job store that must be at rest.',
  SERIALIZATION: 'A value cannot be stored; details name the path inside the value.',
  PAYLOAD_TOO_LARGE: 'A value takes more bytes than the store can keep; details name the limit.',
  DESERIALIZATION: 'A stored record cannot be read; it is set aside and kept.',
  MISSING_DEPENDENCY: 'An optional package is needed and not installed; the message says what to install.',
  RUN_FAILED: 'The run ended without a result; cause holds what its handler threw.',
  RUN_CANCELLED: 'The run was cancelled.',
  NON_RETRYABLE: 'A handler says that its failure must not be tried again.',
  RUN_TIMEOUT: 'The run took longer than its timeout.',
  DRAIN_TIMEOUT: 'The queue was not empty in time.',
  LEASE_LOST: 'The run is no longer owned by this process; its result is refused.',
  SHUTDOWN: 'The scheduler is shutting down.',
} as const

/** Code of a {@link CronwrightError}; see {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES

/** Machine-readable facts about an error, such as `field`, `value` and `rule`. Never holds a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** Options of {@link CronwrightError}. */
export interface CronwrightErrorOptions {
  readonly details?: ErrorDetails | undefined
  readonly cause?: unknown
}

/** The base of all errors of this package. `code` is stable, the message is for people. */
export class CronwrightError extends Error {
  /** One of {@link ERROR_CODES}. */
  readonly code: ErrorCode
  /** Facts about the error, for programs. */
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: CronwrightErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.details = options.details ?? {}
  }
}

/** A value breaks a rule: `details` has `field`, `value` and `rule`. */
export class InvalidArgumentError extends CronwrightError {
  constructor(field: string, value: unknown, rule: string, code: ErrorCode = 'INVALID_ARGUMENT') {
    const name = shownField(field)
    const shown = shownValue(value, field)
    super(code, `${name}: ${rule}, got ${describeValue(shown)}`, { details: { field: name, value: shown, rule } })
  }
}

/** A trigger is described wrongly (`INVALID_TRIGGER`) or can never fire (`TRIGGER_NEVER_FIRES`). */
export class TriggerError extends InvalidArgumentError {
  constructor(field: string, value: unknown, rule: string, code: ErrorCode = 'INVALID_TRIGGER') {
    super(field, value, rule, code)
  }
}

/** One problem of a configuration. */
export interface ConfigurationProblem {
  readonly field: string
  readonly value: unknown
  readonly rule: string
}

/** A configuration is wrong; all problems are listed at once in `details.problems`. */
export class ConfigurationError extends CronwrightError {
  constructor(problems: readonly ConfigurationProblem[]) {
    const shown = problems.map(
      ({ field, value, rule }): ConfigurationProblem => ({
        field: shownField(field),
        value: shownValue(value, field),
        rule,
      }),
    )
    const lines = shown.map(({ field, value, rule }) => `${field}: ${rule}, got ${describeValue(value)}`)
    super('INVALID_CONFIGURATION', `invalid configuration: ${lines.join('; ')}`, {
      details: { ...shown[0], problems: shown },
    })
  }
}

/** No job has this id. */
export class JobLookupError extends CronwrightError {
  constructor(jobId: string, store?: string) {
    super('JOB_LOOKUP', `no job with the id ${describeValue(jobId)} was found${inStore(store)}`, {
      details: { ...named('id', jobId, 'must be the id of a stored job'), jobId: shownId(jobId), store },
    })
  }
}

/** The store already has a job (or run) with this id, or the scheduler a store (or executor) with this alias. */
export class ConflictingIdError extends CronwrightError {
  constructor(id: string, store?: string, field: 'id' | 'alias' = 'id') {
    const remedy = field === 'id' ? 'pass replaceExisting to replace a job' : 'remove what has it first'
    super('CONFLICTING_ID', `the ${field} ${describeValue(id)} is taken${inStore(store)}; ${remedy}`, {
      details: { ...named(field, id, 'must not be taken'), id: shownId(id), store },
    })
  }
}

/** A job on a persistent store needs a function that is registered under a name. */
export class TransientJobError extends CronwrightError {
  constructor(functionName: string, store: string) {
    super(
      'TRANSIENT_JOB',
      `the function ${describeValue(functionName)} is not registered, so the persistent store ` +
        `${describeValue(store)} cannot keep a job of it; call register(name, fn) first`,
      { details: { ...named('fn', functionName, 'must be registered for a persistent store'), store } },
    )
  }
}

/** No function is registered under this name in this process. */
export class FunctionLookupError extends CronwrightError {
  constructor(name: string) {
    super('FUNCTION_LOOKUP', `no function is registered under the name ${describeValue(name)}`, {
      details: { ...named('fn', name, 'must be the name of a registered function'), name: shownId(name) },
    })
  }
}

/** No run has this id. */
export class RunLookupError extends CronwrightError {
  constructor(runId: string, store?: string) {
    super('RUN_LOOKUP', `no run with the id ${describeValue(runId)} was found${inStore(store)}`, {
      details: { ...named('id', runId, 'must be the id of a stored run'), runId: shownId(runId), store },
    })
  }
}

/** `start()` on a scheduler that already runs. */
export class SchedulerAlreadyRunningError extends CronwrightError {
  constructor() {
    super('SCHEDULER_ALREADY_RUNNING', 'the scheduler is already running')
  }
}

/** The operation needs a started scheduler. */
export class SchedulerNotRunningError extends CronwrightError {
  constructor(operation: string) {
    super('SCHEDULER_NOT_RUNNING', `${operation} needs a running scheduler; call start() first`)
  }
}

/** The job has as many runs at work as it may. */
export class MaxInstancesReachedError extends CronwrightError {
  constructor(jobId: string, maxInstances: number) {
    super(
      'MAX_INSTANCES_REACHED',
      `the job ${describeValue(jobId)} already has ${maxInstances} run(s) at work, which is its maxInstances`,
      { details: { jobId, maxInstances } },
    )
  }
}

/** A handler throws it to say that trying again would not help: its run fails at once, whatever its retry policy says. */
export class NonRetryableError extends CronwrightError {
  constructor(message: string, options: CronwrightErrorOptions = {}) {
    super('NON_RETRYABLE', message, options)
  }
}

/** An alias that names no executor or job store. */
export class AliasLookupError extends CronwrightError {
  constructor(what: 'executor' | 'store', alias: string, known: readonly string[]) {
    const noun = what === 'executor' ? 'executor' : 'job store'
    super(
      what === 'executor' ? 'EXECUTOR_LOOKUP' : 'STORE_LOOKUP',
      `there is no ${noun} ${describeValue(alias)}; known: ${known.join(', ') || 'none'}`,
      { details: { ...named(what, alias, `must be the alias of a known ${noun}`), known } },
    )
  }
}

/** A value cannot be stored. */
export class SerializationError extends CronwrightError {
  constructor(path: string, value: unknown, rule: string, code: ErrorCode = 'SERIALIZATION', more: ErrorDetails = {}) {
    const field = shownField(path)
    super(code, `${field}: ${rule}, got ${describeValue(value)}`, {
      details: { field, value: describeValue(value), rule, ...more },
    })
  }
}

/** A value takes more bytes than the store can keep. Nothing of it was sent. */
export class PayloadTooLargeError extends SerializationError {
  /** @param because - whose limit it is, in words */
  constructor(path: string, bytes: number, limit: number, because: string) {
    const rule = `must take at most ${limit} bytes (${because})`
    super(path, `${bytes} bytes`, rule, 'PAYLOAD_TOO_LARGE', { bytes, limit })
  }
}

/** An optional package is missing. */
export class MissingDependencyError extends CronwrightError {
  constructor(packageName: string, neededFor: string, cause?: unknown) {
    super('MISSING_DEPENDENCY', `${neededFor} needs the package ${packageName}; run: npm install ${packageName}`, {
      details: { packageName, neededFor },
      cause,
    })
  }
}

function named(field: string, id: string, rule: string): ErrorDetails {
  return { field, value: shownId(id), rule }
}

function inStore(store: string | undefined): string {
  return store === undefined ? '' : ` in the store ${describeValue(store)}`
}
