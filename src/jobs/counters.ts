/** Counts of what became of runs, kept for each queue so that statistics need no scan. */

import type { StoredFields } from './fields.ts'

/** What is counted. */
export const COUNTER_NAMES = [
  'submitted',
  'started',
  'completed',
  'failed',
  'retried',
  'cancelled',
  'dead',
  'skipped',
  'lost',
] as const

export type CounterName = (typeof COUNTER_NAMES)[number]

export type RunCounters = Readonly<Record<CounterName, number>>

export const NO_COUNTS: RunCounters = Object.freeze({
  submitted: 0,
  started: 0,
  completed: 0,
  failed: 0,
  retried: 0,
  cancelled: 0,
  dead: 0,
  skipped: 0,
  lost: 0,
})

export function addedCounters(a: RunCounters, b: RunCounters): RunCounters {
  const sum: Record<CounterName, number> = { ...a }
  for (const name of COUNTER_NAMES) sum[name] += b[name]
  return sum
}

/** Counters as stored; one that a store does not have yet is 0. */
export function storedCounters(fields: StoredFields): RunCounters {
  const counters: Record<CounterName, number> = { ...NO_COUNTS }
  for (const name of COUNTER_NAMES) if (fields.value(name) !== undefined) counters[name] = fields.number(name)
  return counters
}
