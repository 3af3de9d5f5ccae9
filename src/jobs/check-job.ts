/** Jobs that come from outside - a custom store, exported text - checked field by field before anybody believes them. */

import { checkBoolean, checkInstant, checkInteger, checkObject, checkText, type Fields } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { Trigger } from '../triggers/index.ts'
import type { Job } from './job.ts'
import { type JobSettings, shownSettings } from './job-settings.ts'
import { BASE_DEFAULTS, checkId, POLICY_KEYS, type ResolvedDefaults, resolveDefaults } from './options.ts'
import { checkOverrides } from './override.ts'
import { DEFAULT_RETRY } from './policy.ts'

const SETTINGS = [...POLICY_KEYS, 'queue', 'priority'] as const
const PLACING = ['executor', 'tags', 'metadata'] as const

/** Settings that jobs did not have in the first release: where one is missing it has its default. */
const ADDED: ReadonlySet<string> = new Set(['overlap'])

const FIRST_SETTINGS = SETTINGS.filter((name) => !ADDED.has(name))

/**
 * The value as a job of its own, with the rules that hold for the options of `addJob`. Its `store` becomes the one
 * given: a job knows its store only by an alias, which another scheduler may have given to another store.
 *
 * @param field - the name that an error gives
 * @throws InvalidArgumentError
 */
export function checkJob(value: unknown, store: string, field: string): Job {
  const job = checkPresent(value, field, PLACING)
  const { settings, resolved } = checkSettings(job, PLACING, field)
  const { overrides = null, declared = null } = job
  const nextRunTime = job['nextRunTime'] === null ? null : checkDate(job['nextRunTime'], `${field}.nextRunTime`)
  return {
    id: checkId(job['id'], `${field}.id`),
    name: checkText(job['name'], `${field}.name`),
    functionRef: checkText(job['functionRef'], `${field}.functionRef`),
    trigger: checkTrigger(job['trigger'], `${field}.trigger`),
    input: job['input'],
    store,
    executor: resolved.executor,
    nextRunTime,
    paused: checkBoolean(job['paused'], `${field}.paused`),
    createdAt: checkDate(job['createdAt'], `${field}.createdAt`),
    fires: checkInteger(job['fires'], `${field}.fires`, 0, Number.MAX_SAFE_INTEGER),
    ...settings,
    overrides: overrides === null ? null : checkOverrides(overrides, `${field}.overrides`),
    declared:
      declared === null
        ? null
        : checkSettings(checkObject(declared, `${field}.declared`), [], `${field}.declared`).settings,
    tags: resolved.tags,
    metadata: resolved.metadata,
  }
}

/** The settings among these fields, and what they and the other fields named are as options. */
function checkSettings(
  fields: Fields,
  others: readonly string[],
  field: string,
): { settings: JobSettings; resolved: ResolvedDefaults } {
  checkPresent(fields, field, FIRST_SETTINGS)
  checkPresent(fields['history'], `${field}.history`, ['keep', 'maxAge'])
  const options = Object.fromEntries([...SETTINGS, ...others].map((name) => [name, fields[name]]))
  options['retry'] = retryOptions(fields['retry'], `${field}.retry`)
  const resolved = resolveDefaults(options, BASE_DEFAULTS, field)
  return { settings: shownSettings(resolved), resolved }
}

/** A retry policy as the options that give it whatever the defaults are. */
function retryOptions(value: unknown, field: string): Fields {
  const fields = checkPresent(value, field, ['attempts', 'baseMs', 'factor', 'capMs', 'jitter'])
  const { attempts, baseMs, factor, capMs: maxDelay, jitter } = fields
  const { stepMs: step = 0, delaysMs = null, only = null, never = DEFAULT_RETRY.never } = fields
  if (delaysMs !== null && !Array.isArray(delaysMs)) {
    throw new InvalidArgumentError(`${field}.delaysMs`, delaysMs, 'must be a list of delays, or null')
  }
  const growth = delaysMs !== null ? {} : step === 0 ? { factor } : { step }
  return { attempts, delay: delaysMs ?? baseMs, ...growth, maxDelay, jitter, only: only ?? undefined, never }
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
