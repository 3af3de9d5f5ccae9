/** Jobs that come from outside - a custom store, exported text - checked field by field before anybody believes them. */

import { checkBoolean, checkInstant, checkInteger, checkObject, checkText, type Fields } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { Trigger } from '../triggers/index.ts'
import type { Job } from './job.ts'
import { BASE_DEFAULTS, checkId, DEFAULTS_KEYS, resolveDefaults } from './options.ts'

/** The fields of a job that are options of `addJob` under the same name. */
const OPTIONS = DEFAULTS_KEYS.filter((name) => name !== 'store')

/**
 * The value as a job of its own, with the rules that hold for the options of `addJob`. Its `store` becomes the one
 * given: a job knows its store only by an alias, which another scheduler may have given to another store.
 *
 * @param field - the name that an error gives
 * @throws InvalidArgumentError
 */
export function checkJob(value: unknown, store: string, field: string): Job {
  const job = checkPresent(value, field, OPTIONS)
  const retry = checkPresent(job['retry'], `${field}.retry`, ['attempts', 'baseMs', 'factor', 'capMs', 'jitter'])
  checkPresent(job['history'], `${field}.history`, ['keep', 'maxAge'])
  const { attempts, baseMs: delay, factor, capMs: maxDelay, jitter } = retry
  const options = Object.fromEntries(OPTIONS.map((name) => [name, job[name]]))
  options['retry'] = { attempts, delay, factor, maxDelay, jitter }
  const { policy, ...placing } = resolveDefaults(options, BASE_DEFAULTS, field)
  const nextRunTime = job['nextRunTime'] === null ? null : checkDate(job['nextRunTime'], `${field}.nextRunTime`)
  return {
    id: checkId(job['id'], `${field}.id`),
    name: checkText(job['name'], `${field}.name`),
    functionRef: checkText(job['functionRef'], `${field}.functionRef`),
    trigger: checkTrigger(job['trigger'], `${field}.trigger`),
    input: job['input'],
    store,
    executor: placing.executor,
    nextRunTime,
    paused: checkBoolean(job['paused'], `${field}.paused`),
    createdAt: checkDate(job['createdAt'], `${field}.createdAt`),
    coalesce: policy.coalesce,
    maxInstances: policy.maxInstances,
    maxRuns: policy.maxRuns,
    fires: checkInteger(job['fires'], `${field}.fires`, 0, Number.MAX_SAFE_INTEGER),
    misfireGraceTime: policy.misfireGraceMs,
    queue: placing.queue,
    priority: placing.priority,
    timeout: policy.timeoutMs,
    retry: policy.retry,
    onCrash: policy.onCrash,
    history: { keep: policy.history.keep, maxAge: policy.history.maxAgeMs },
    tags: placing.tags,
    metadata: placing.metadata,
  }
}

/** An object in which these fields are given: a default would stand in for one that was lost. */
function checkPresent(value: unknown, field: string, names: readonly string[]): Fields {
  const fields = checkObject(value, field)
  for (const name of names) {
    if (fields[name] === undefined) throw new InvalidArgumentError(`${field}.${name}`, undefined, 'must be there')
  }
  return fields
}

function checkDate(value: unknown, field: string): Date {
  if (!(value instanceof Date)) throw new InvalidArgumentError(field, value, 'must be a Date')
  return new Date(checkInstant(value, field))
}

function checkTrigger(value: unknown, field: string): Trigger {
  if (!(value instanceof Trigger)) throw new InvalidArgumentError(field, value, 'must be a trigger')
  return value
}
