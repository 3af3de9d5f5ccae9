/** Options of a job: checked, merged over the defaults of its function and of the scheduler, and resolved. */

import { type Duration, parseDuration } from '../core/duration.ts'
import {
  checkBoolean,
  checkFields,
  checkInstant,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkPlainObject,
  checkText,
  checkTexts,
} from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { type HistoryOptions, historyPolicy } from './history.ts'
import { DEFAULT_POLICY, type JobPolicy, type OnCrash, OVERLAPS, type Overlap } from './policy.ts'
import { type RetryOptions, retryPolicy } from './retry.ts'

/** Defaults that `register` and `jobDefaults` may give. */
export interface JobDefaults {
  /** Alias of the executor. @default 'default' */
  readonly executor?: string
  /** Alias of the job store. @default 'default' */
  readonly store?: string
  /** By how much a fire time may be late and still run; null: by any. @default null */
  readonly misfireGraceTime?: Duration | null
  /** Whether several missed fire times become one run (of the last of them). @default true */
  readonly coalesce?: boolean
  /** Runs of the job that may be pending or at work when it fires; also how many may be at work at once. @default 1 */
  readonly maxInstances?: number
  /** What happens to a fire time beyond `maxInstances`. @default 'skip' */
  readonly overlap?: Overlap
  /** Fires after which the job is removed; null: none. @default null */
  readonly maxRuns?: number | null
  /** Queue of its runs. @default 'default' */
  readonly queue?: string
  /** Higher is served first within the queue, -1,000,000 to 1,000,000. @default 0 */
  readonly priority?: number
  /** After which a run is aborted and failed; null: never. @default null */
  readonly timeout?: Duration | null
  /** What happens after a failure: attempts in all, or more of the policy. @default 1 (no retry) */
  readonly retry?: number | RetryOptions
  /** What happens to a run whose process died. @default 'retry' */
  readonly onCrash?: OnCrash
  readonly history?: HistoryOptions
  /** Labels to find jobs by. @default [] */
  readonly tags?: readonly string[]
  /** Anything to keep with the job. @default {} */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Options of `addJob`. */
export interface JobOptions<Input = unknown> extends JobDefaults {
  /** 1 to 191 characters. @default 32 random hexadecimal digits */
  readonly id?: string
  /** For people. @default the function's name */
  readonly name?: string
  /** First argument of the function. @default undefined */
  readonly input?: Input
  /** Replaces a job with the same id; keeps its next run time and pause if the trigger is the same. @default false */
  readonly replaceExisting?: boolean
  /** When it first fires. @default the trigger's first fire time */
  readonly nextRunTime?: Date | string | number
  /** Whether it is added paused. @default false */
  readonly paused?: boolean
}

/** What `modifyJob` may change. */
export type JobChanges<Input = unknown> = Omit<
  JobOptions<Input>,
  'id' | 'store' | 'replaceExisting' | 'nextRunTime'
> & {
  /** Null pauses the job. */
  readonly nextRunTime?: Date | string | number | null
}

/** Names of the options that `register` and `jobDefaults` may give. */
export const DEFAULTS_KEYS = [
  'executor',
  'store',
  'misfireGraceTime',
  'coalesce',
  'maxInstances',
  'overlap',
  'maxRuns',
  'queue',
  'priority',
  'timeout',
  'retry',
  'onCrash',
  'history',
  'tags',
  'metadata',
] as const satisfies readonly (keyof JobDefaults)[]

const OPTION_KEYS = [...DEFAULTS_KEYS, 'id', 'name', 'input', 'replaceExisting', 'nextRunTime', 'paused'] as const
const CHANGE_KEYS = OPTION_KEYS.filter((key) => key !== 'id' && key !== 'store' && key !== 'replaceExisting')

/** Options with every default filled in. */
export interface ResolvedDefaults {
  readonly executor: string
  readonly store: string
  readonly queue: string
  readonly priority: number
  readonly policy: JobPolicy
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** {@link JobOptions}, checked. Fields of {@link JobDefaults} are in `resolved`. */
export interface ResolvedOptions {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly hasInput: boolean
  readonly input: unknown
  readonly replaceExisting: boolean
  readonly nextRunTime: number | null | undefined
  readonly paused: boolean | undefined
  readonly resolved: ResolvedDefaults
}

const NO_TAGS: readonly string[] = Object.freeze([])
const NO_METADATA: Readonly<Record<string, unknown>> = Object.freeze({})

export const BASE_DEFAULTS: ResolvedDefaults = Object.freeze({
  executor: 'default',
  store: 'default',
  queue: 'default',
  priority: 0,
  policy: DEFAULT_POLICY,
  tags: NO_TAGS,
  metadata: NO_METADATA,
})

/** Longest id: what every store can index (MySQL's limit with four-byte characters). */
const MAX_ID = 191

/**
 * Checks defaults and lays them over a base.
 *
 * @throws InvalidArgumentError
 */
export function resolveDefaults(value: unknown, base: ResolvedDefaults, field: string): ResolvedDefaults {
  return value === undefined ? base : overlay(checkFields(value, field, DEFAULTS_KEYS), base, field)
}

/** @throws InvalidArgumentError */
export function resolveOptions(value: unknown, base: ResolvedDefaults, field = 'options'): ResolvedOptions {
  const options = resolved(checkOptions(value, field, OPTION_KEYS), base, field)
  if (options.nextRunTime !== null) return options
  throw new InvalidArgumentError(`${field}.nextRunTime`, null, 'must be an instant; to add the job paused, give paused')
}

/** @throws InvalidArgumentError */
export function resolveChanges(value: unknown, base: ResolvedDefaults, field = 'changes'): ResolvedOptions {
  return resolved(checkFields(value, field, CHANGE_KEYS), base, field)
}

function resolved(fields: Readonly<Record<string, unknown>>, base: ResolvedDefaults, field: string): ResolvedOptions {
  const { id, name, input, replaceExisting = false, nextRunTime, paused } = fields
  return {
    id: id === undefined ? undefined : checkId(id, `${field}.id`),
    name: name === undefined ? undefined : checkText(name, `${field}.name`),
    hasInput: 'input' in fields,
    input,
    replaceExisting: checkBoolean(replaceExisting, `${field}.replaceExisting`),
    nextRunTime:
      nextRunTime === undefined || nextRunTime === null
        ? nextRunTime
        : checkInstant(nextRunTime, `${field}.nextRunTime`),
    paused: paused === undefined ? undefined : checkBoolean(paused, `${field}.paused`),
    resolved: overlay(fields, base, field),
  }
}

/** An id of a job or run, or the name of a queue, store or executor: text that every store keeps as it is. */
export function checkId(value: unknown, field: string): string {
  const id = checkText(value, field, MAX_ID)
  if (id.trim() !== id || /\p{Control}/u.test(id)) {
    throw new InvalidArgumentError(field, value, 'must not begin or end with a blank or hold control characters')
  }
  return id
}

/** Names of the options that make up a job's policy. */
export const POLICY_KEYS = [
  'misfireGraceTime',
  'coalesce',
  'maxInstances',
  'overlap',
  'maxRuns',
  'timeout',
  'retry',
  'onCrash',
  'history',
] as const

function overlay(fields: Readonly<Record<string, unknown>>, base: ResolvedDefaults, field: string): ResolvedDefaults {
  const { executor, store, queue, priority, tags, metadata } = fields
  return {
    executor: executor === undefined ? base.executor : checkId(executor, `${field}.executor`),
    store: store === undefined ? base.store : checkId(store, `${field}.store`),
    queue: queue === undefined ? base.queue : checkId(queue, `${field}.queue`),
    priority:
      priority === undefined ? base.priority : checkInteger(priority, `${field}.priority`, -1_000_000, 1_000_000),
    policy: POLICY_KEYS.some((key) => fields[key] !== undefined) ? policy(fields, base.policy, field) : base.policy,
    tags: tags === undefined ? base.tags : checkTexts(tags, `${field}.tags`),
    metadata: metadata === undefined ? base.metadata : checkPlainObject(metadata, `${field}.metadata`),
  }
}

function policy(fields: Readonly<Record<string, unknown>>, base: JobPolicy, field: string): JobPolicy {
  const { misfireGraceTime, coalesce, maxInstances, overlap, maxRuns, timeout, retry, onCrash, history } = fields
  return {
    coalesce: coalesce === undefined ? base.coalesce : checkBoolean(coalesce, `${field}.coalesce`),
    maxInstances:
      maxInstances === undefined
        ? base.maxInstances
        : checkInteger(maxInstances, `${field}.maxInstances`, 1, 1_000_000),
    overlap: overlap === undefined ? base.overlap : checkOneOf(overlap, `${field}.overlap`, OVERLAPS),
    maxRuns:
      maxRuns === undefined
        ? base.maxRuns
        : maxRuns === null
          ? null
          : checkInteger(maxRuns, `${field}.maxRuns`, 1, 2 ** 31),
    misfireGraceMs: durationOrNull(misfireGraceTime, `${field}.misfireGraceTime`, base.misfireGraceMs),
    timeoutMs: durationOrNull(timeout, `${field}.timeout`, base.timeoutMs),
    retry: retry === undefined ? base.retry : retryPolicy(retry, base.retry, `${field}.retry`),
    onCrash:
      onCrash === undefined ? base.onCrash : checkOneOf(onCrash, `${field}.onCrash`, ['retry', 'abandon', 'unknown']),
    history: history === undefined ? base.history : historyPolicy(history, base.history, `${field}.history`),
  }
}

function durationOrNull(value: unknown, field: string, base: number | null): number | null {
  return value === undefined ? base : value === null ? null : parseDuration(value, field, 1)
}
