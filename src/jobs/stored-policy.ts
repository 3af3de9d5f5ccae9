/**
 * A job's policy as a store keeps it: what differs from the default. A field that is missing has its default, and so have
 * those that later releases add; fields that this release does not know are left out.
 */

import type { StoredFields } from './fields.ts'
import { AGED_STATES, type AgedState } from './history.ts'
import {
  DEFAULT_HISTORY,
  DEFAULT_POLICY,
  type HistoryPolicy,
  type JobPolicy,
  NO_RETRY,
  type OnCrash,
  OVERLAPS,
  type RetryPolicy,
} from './policy.ts'

/**
 * The policy whose values are not written. A test pins them, because records that were written without them mean these;
 * other defaults need another version of the layout.
 */
export const UNWRITTEN_POLICY: JobPolicy = DEFAULT_POLICY
const UNWRITTEN_RETRY: RetryPolicy = NO_RETRY
const UNWRITTEN_HISTORY: HistoryPolicy = DEFAULT_HISTORY

/** Policies are few and shared: each is worked out once. */
const written = new WeakMap<JobPolicy, object>()
const read = new Map<string, JobPolicy>()
const MOST_READ = 1_000

/** What is written of a policy; undefined where it is the usual one, of which nothing is. */
export function writtenPolicy(policy: JobPolicy): object | undefined {
  if (policy === UNWRITTEN_POLICY) return undefined
  let fields = written.get(policy)
  if (fields === undefined) {
    const { retry, history, ...rest } = policy
    const [changedRetry, changedHistory] = [changed(retry, UNWRITTEN_RETRY), changed(history, UNWRITTEN_HISTORY)]
    fields = {
      ...changed(rest, UNWRITTEN_POLICY),
      ...(Object.keys(changedRetry).length > 0 ? { retry: changedRetry } : {}),
      ...(Object.keys(changedHistory).length > 0 ? { history: changedHistory } : {}),
    }
    written.set(policy, fields)
  }
  return Object.keys(fields).length > 0 ? fields : undefined
}

/** The fields that are not the same as in `usual`. */
function changed<T extends object>(fields: T, usual: T | (T & object)): Partial<T> {
  const found: Partial<T> = {}
  for (const key of Object.keys(fields) as (keyof T)[]) if (fields[key] !== usual[key]) found[key] = fields[key]
  return found
}

/**
 * The field `policy` of what is read. Equal ones are the same object.
 *
 * @throws CronwrightError (`DESERIALIZATION`)
 */
export function storedPolicy(from: StoredFields): JobPolicy {
  const value = from.value('policy')
  if (value === undefined) return UNWRITTEN_POLICY
  const text = JSON.stringify(value)
  let policy = read.get(text)
  if (policy === undefined) {
    policy = readPolicy(from.nested('policy', { ...UNWRITTEN_POLICY, retry: {}, history: {} }))
    if (read.size >= MOST_READ) read.clear()
    read.set(text, policy)
  }
  return policy
}

function readPolicy(fields: StoredFields): JobPolicy {
  return {
    coalesce: fields.boolean('coalesce'),
    maxInstances: fields.number('maxInstances'),
    overlap: fields.oneOf('overlap', OVERLAPS),
    maxRuns: fields.numberOrNull('maxRuns'),
    misfireGraceMs: fields.numberOrNull('misfireGraceMs'),
    timeoutMs: fields.numberOrNull('timeoutMs'),
    retry: storedRetry(fields.nested('retry', { ...UNWRITTEN_RETRY })),
    onCrash: fields.oneOf<OnCrash>('onCrash', ['retry', 'abandon', 'unknown']),
    history: storedHistory(fields.nested('history', { ...UNWRITTEN_HISTORY })),
  }
}

function storedRetry(fields: StoredFields): RetryPolicy {
  return {
    attempts: fields.number('attempts'),
    baseMs: fields.number('baseMs'),
    factor: fields.number('factor'),
    stepMs: fields.number('stepMs'),
    delaysMs: fields.numberListOrNull('delaysMs'),
    capMs: fields.number('capMs'),
    jitter: fields.number('jitter'),
    only: fields.value('only') === null ? null : fields.texts('only'),
    never: fields.texts('never'),
  }
}

function storedHistory(fields: StoredFields): HistoryPolicy {
  const byState = fields.nestedOrNull('byStateMs')
  return {
    keep: fields.number('keep'),
    maxAgeMs: fields.number('maxAgeMs'),
    byStateMs: byState === null ? null : storedAges(byState),
    logMaxAgeMs: fields.number('logMaxAgeMs'),
  }
}

function storedAges(fields: StoredFields): HistoryPolicy['byStateMs'] {
  const ages: Partial<Record<AgedState, number>> = {}
  for (const state of AGED_STATES) if (fields.value(state) !== undefined) ages[state] = fields.number(state)
  return ages
}
