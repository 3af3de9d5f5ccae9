/**
 * A job's policy as it is read from a store. What later releases added has its default where it is missing; fields that
 * this release does not know are left out.
 */

import type { StoredFields } from './fields.ts'
import { AGED_STATES, type AgedState } from './history.ts'
import {
  DEFAULT_HISTORY,
  DEFAULT_POLICY,
  DEFAULT_RETRY,
  type HistoryPolicy,
  type JobPolicy,
  type OnCrash,
  OVERLAPS,
  type RetryPolicy,
} from './policy.ts'

/** What policies did not have in the first release, with the values that they then mean. */
const ADDED_TO_POLICY = { overlap: DEFAULT_POLICY.overlap } satisfies Partial<JobPolicy>
const ADDED_TO_HISTORY = {
  byStateMs: DEFAULT_HISTORY.byStateMs,
  logMaxAgeMs: DEFAULT_HISTORY.logMaxAgeMs,
} satisfies Partial<HistoryPolicy>
const ADDED_TO_RETRY = {
  stepMs: DEFAULT_RETRY.stepMs,
  delaysMs: DEFAULT_RETRY.delaysMs,
  only: DEFAULT_RETRY.only,
  never: DEFAULT_RETRY.never,
} satisfies Partial<RetryPolicy>

/**
 * The field `policy` of what is read; `unwritten` where it is not there.
 *
 * @throws CronwrightError (`DESERIALIZATION`)
 */
export function storedPolicy(from: StoredFields, unwritten: JobPolicy): JobPolicy {
  if (from.value('policy') === undefined) return unwritten
  const fields = from.nested('policy', ADDED_TO_POLICY)
  return {
    coalesce: fields.boolean('coalesce'),
    maxInstances: fields.number('maxInstances'),
    overlap: fields.oneOf('overlap', OVERLAPS),
    maxRuns: fields.numberOrNull('maxRuns'),
    misfireGraceMs: fields.numberOrNull('misfireGraceMs'),
    timeoutMs: fields.numberOrNull('timeoutMs'),
    retry: storedRetry(fields.nested('retry', ADDED_TO_RETRY)),
    onCrash: fields.oneOf<OnCrash>('onCrash', ['retry', 'abandon', 'unknown']),
    history: storedHistory(fields.nested('history', ADDED_TO_HISTORY)),
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
