/** Jobs that come from outside - a custom store, exported text - checked field by field before anybody believes them. */

import { checkBoolean, checkFields, checkInstant, checkInteger, checkObject, checkText } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { Trigger } from '../triggers/index.ts'
import type { Job } from './job.ts'
import { BASE_DEFAULTS, checkId, resolveDefaults } from './options.ts'

/**
 * The value as a job of its own, with the rules that hold for the options of `addJob`. Its `store` becomes the one
 * given: a job knows its store only by an alias, which another scheduler may have given to another store.
 *
 * @param field - the name that an error gives
 * @throws InvalidArgumentError
 */
export function checkJob(value: unknown, store: string, field: string): Job {
  const job = checkObject(value, field)
  const retry = checkFields(job['retry'], `${field}.retry`, ['attempts', 'baseMs', 'factor', 'capMs', 'jitter'])
  const options = {
    executor: job['executor'],
    misfireGraceTime: job['misfireGraceTime'],
    coalesce: job['coalesce'],
    maxInstances: job['maxInstances'],
    maxRuns: job['maxRuns'],
    queue: job['queue'],
    priority: job['priority'],
    timeout: job['timeout'],
    retry: {
      attempts: retry['attempts'],
      delay: retry['baseMs'],
      factor: retry['factor'],
      maxDelay: retry['capMs'],
      jitter: retry['jitter'],
    },
    onCrash: job['onCrash'],
    history: job['history'],
    tags: job['tags'],
    metadata: job['metadata'],
  }
  for (const [name, given] of Object.entries(options)) {
    if (given === undefined) throw new InvalidArgumentError(`${field}.${name}`, given, 'must be there')
  }
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

function checkDate(value: unknown, field: string): Date {
  if (!(value instanceof Date)) throw new InvalidArgumentError(field, value, 'must be a Date')
  return new Date(checkInstant(value, field))
}

function checkTrigger(value: unknown, field: string): Trigger {
  if (!(value instanceof Trigger)) throw new InvalidArgumentError(field, value, 'must be a trigger')
  return value
}
