/** Options of a scheduler: checked, and resolved with every default filled in. */

import { type Clock, systemClock } from '../core/clock.ts'
import { type Duration, parseDuration } from '../core/duration.ts'
import { type Logger, silentLogger } from '../core/logger.ts'
import { randomId } from '../core/random-id.ts'
import {
  checkBoolean,
  checkFields,
  checkObject,
  checkOptions,
  checkPlainObject,
  checkTimezone,
  type Fields,
  readable,
} from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import type { AsyncExecutorOptions } from '../executors/async-executor.ts'
import type { Executor } from '../executors/executor.ts'
import type { WorkerThreadsExecutorOptions } from '../executors/worker-threads-executor.ts'
import { type HistoryOptions, historyPolicy } from '../jobs/history.ts'
import { BASE_DEFAULTS, checkId, type JobDefaults, type ResolvedDefaults, resolveDefaults } from '../jobs/options.ts'
import { DEFAULT_HISTORY, type HistoryPolicy } from '../jobs/policy.ts'
import type { JobStoreSource } from '../stores/factory.ts'
import { DEFAULT_QUEUES, type QueueOptions, resolveQueues, type ServedQueue } from './queues/queue-options.ts'

/** An executor: an instance, or `{ type, ...options }`. */
export type ExecutorSource =
  | Executor
  | ({ readonly type: 'async' } & AsyncExecutorOptions)
  | ({ readonly type: 'worker-threads' } & WorkerThreadsExecutorOptions)
  | { readonly type: string }

/** Options of {@link Scheduler}. */
export interface SchedulerOptions {
  /** IANA time zone of triggers that name none. @default the system's */
  readonly timezone?: string
  /** Alias -> job store. @default { default: 'memory:' } */
  readonly jobStores?: Readonly<Record<string, JobStoreSource>>
  /** Alias -> executor. @default { default: { type: 'async', maxConcurrency: 100 } } */
  readonly executors?: Readonly<Record<string, ExecutorSource>>
  /** Defaults of every job. */
  readonly jobDefaults?: JobDefaults
  /**
   * Queues whose runs are executed here: names, or names with a weight and a limit. They are served in this order; as
   * soon as one has a weight, they share the places by weight. @default ['critical', 'default', 'low']
   */
  readonly queues?: readonly (string | QueueOptions)[]
  /** How long a process holds a run without a sign of life. @default 15 s; at least 100 ms */
  readonly leaseDuration?: Duration
  /** The longest that a store shared with other processes goes unasked. @default 1 s; at least 10 ms */
  readonly pollInterval?: Duration
  /**
   * How many finished runs are kept of each job, and how long, unless the job says otherwise. What is not given is what
   * the store usually keeps.
   */
  readonly history?: HistoryOptions
  /** What this process does: fire jobs, execute runs. @default both */
  readonly roles?: { readonly schedule?: boolean; readonly execute?: boolean }
  /** Name of this scheduler among those on its stores. @default 32 random hexadecimal digits */
  readonly workerId?: string
  /** Pino-shaped. @default silent */
  readonly logger?: Logger
  /** @default the operating system's */
  readonly clock?: Clock
}

export const SETTINGS_KEYS = [
  'timezone',
  'jobStores',
  'executors',
  'jobDefaults',
  'queues',
  'leaseDuration',
  'pollInterval',
  'history',
  'roles',
  'workerId',
  'logger',
  'clock',
] as const satisfies readonly (keyof SchedulerOptions)[]

/** {@link SchedulerOptions}, resolved. Stores and executors are made by the scheduler. */
export interface Settings {
  readonly timezone: string
  /** Alias -> what the store is made of, the default first. */
  readonly jobStores: Fields
  /** Alias -> what the executor is made of. */
  readonly executors: Fields
  readonly jobDefaults: ResolvedDefaults
  /** The same for jobs on a store that has a usual history of its own. */
  readonly jobDefaultsOn: (history: HistoryPolicy) => ResolvedDefaults
  /** Names of the queues that are executed here. */
  readonly queues: readonly string[]
  readonly servedQueues: readonly ServedQueue[]
  readonly leaseMs: number
  readonly pollMs: number
  readonly roles: { readonly schedule: boolean; readonly execute: boolean }
  readonly workerId: string
  readonly logger: Logger
  readonly clock: Clock
}

export const DEFAULT_LEASE_MS = 15_000
export const DEFAULT_POLL_MS = 1_000

/** @throws InvalidArgumentError */
export function resolveSettings(options: unknown): Settings {
  const fields = checkFields(options, 'options', SETTINGS_KEYS)
  const { queues, leaseDuration = DEFAULT_LEASE_MS, pollInterval = DEFAULT_POLL_MS, workerId, history } = fields
  const { timezone, jobDefaults } = fields
  const servedQueues = queues === undefined ? DEFAULT_QUEUES : resolveQueues(queues, 'options.queues')
  const jobDefaultsOn = (usual: HistoryPolicy): ResolvedDefaults => {
    const base = withHistory(history === undefined ? usual : historyPolicy(history, usual, 'options.history'))
    return resolveDefaults(jobDefaults, base, 'options.jobDefaults')
  }
  return {
    timezone:
      timezone === undefined
        ? Intl.DateTimeFormat().resolvedOptions().timeZone
        : checkTimezone(timezone, 'options.timezone'),
    jobStores: aliases(fields['jobStores'], 'options.jobStores', 'memory:'),
    executors: aliases(fields['executors'], 'options.executors', { type: 'async' }),
    jobDefaults: jobDefaultsOn(DEFAULT_HISTORY),
    jobDefaultsOn,
    queues: servedQueues.map(({ name }) => name),
    servedQueues,
    leaseMs: parseDuration(leaseDuration, 'options.leaseDuration', 100),
    pollMs: parseDuration(pollInterval, 'options.pollInterval', 10),
    roles: resolveRoles(fields['roles']),
    workerId: workerId === undefined ? randomId() : checkId(workerId, 'options.workerId'),
    logger: resolveLogger(fields['logger']),
    clock: resolveClock(fields['clock']),
  }
}

function aliases(value: unknown, field: string, standard: unknown): Fields {
  const given = value === undefined ? {} : checkPlainObject(value, field)
  return readable(field, value, () => ({ default: standard, ...given }))
}

function withHistory(history: HistoryPolicy): ResolvedDefaults {
  if (history === DEFAULT_HISTORY) return BASE_DEFAULTS
  return { ...BASE_DEFAULTS, policy: { ...BASE_DEFAULTS.policy, history } }
}

function resolveRoles(value: unknown): Settings['roles'] {
  const { schedule = true, execute = true } = checkOptions(value, 'options.roles', ['schedule', 'execute'])
  return {
    schedule: checkBoolean(schedule, 'options.roles.schedule'),
    execute: checkBoolean(execute, 'options.roles.execute'),
  }
}

function resolveLogger(value: unknown): Logger {
  if (value === undefined) return silentLogger
  checkMethods(value, 'options.logger', ['debug', 'info', 'warn', 'error'])
  return value as Logger
}

function resolveClock(value: unknown): Clock {
  if (value === undefined) return systemClock
  checkMethods(value, 'options.clock', ['now', 'monotonic', 'setTimer'])
  if (checkObject(value, 'options.clock')['nextTurn'] !== undefined) checkMethods(value, 'options.clock', ['nextTurn'])
  return value as Clock
}

function checkMethods(value: unknown, field: string, methods: readonly string[]): void {
  const fields = checkObject(value, field)
  for (const method of methods) {
    if (typeof fields[method] !== 'function') {
      throw new InvalidArgumentError(`${field}.${method}`, fields[method], 'must be a function')
    }
  }
}
