/** How many finished runs are kept, how long, and how long their logs: as users give it. */

import { type Duration, parseDuration } from '../core/duration.ts'
import { checkFields, checkInteger } from '../core/validate.ts'
import type { HistoryPolicy } from './policy.ts'
import type { RunState } from './run.ts'

/** States of finished runs that may have an age of their own. Runs that wait for an operator are kept until then. */
export const AGED_STATES = ['completed', 'failed', 'cancelled', 'skipped'] as const satisfies readonly RunState[]

export type AgedState = (typeof AGED_STATES)[number]

/** How many finished runs of a job are kept, and how long. What is not given comes from the defaults. */
export interface HistoryOptions {
  /** Newest finished runs kept; 0 keeps none. Trimmed in steps, so up to a tenth more may be there. @default 100 */
  readonly keep?: number
  /** After its end. @default 30 d */
  readonly maxAge?: Duration
  /** Instead of `maxAge`, for runs that ended in one of these states. @default {} */
  readonly byState?: Readonly<Partial<Record<AgedState, Duration>>>
  /** How long the log of a run is kept, after it was last written. @default 7 d */
  readonly logs?: Duration
}

/** @throws InvalidArgumentError */
export function historyPolicy(value: unknown, base: HistoryPolicy, field: string): HistoryPolicy {
  const fields = checkFields(value, field, ['keep', 'maxAge', 'byState', 'logs'])
  const { keep = base.keep, maxAge = base.maxAgeMs, byState, logs = base.logMaxAgeMs } = fields
  return {
    keep: checkInteger(keep, `${field}.keep`, 0, 1_000_000),
    maxAgeMs: parseDuration(maxAge, `${field}.maxAge`, 1),
    byStateMs: byState === undefined ? base.byStateMs : agesByState(byState, base.byStateMs, `${field}.byState`),
    logMaxAgeMs: parseDuration(logs, `${field}.logs`, 1),
  }
}

function agesByState(value: unknown, base: HistoryPolicy['byStateMs'], field: string): HistoryPolicy['byStateMs'] {
  const fields = checkFields(value, field, AGED_STATES)
  const ages: Partial<Record<AgedState, number>> = { ...base }
  for (const state of AGED_STATES) {
    const age = fields[state]
    if (age !== undefined) ages[state] = parseDuration(age, `${field}.${state}`, 1)
  }
  return Object.keys(ages).length === 0 ? null : ages
}

/** Milliseconds after its end at which a run that ended in this state is removed. */
export function ageOf({ byStateMs, maxAgeMs }: HistoryPolicy, state: RunState): number {
  return byStateMs?.[state] ?? maxAgeMs
}
