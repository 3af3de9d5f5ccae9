/**
 * What becomes of the fire times of a due job: which run, which are skipped and why, and where the cursor goes. Pure.
 *
 * Nothing is silent: each fire time between the cursor and now is either in `runs` or in `skipped`. However many were
 * missed, the work is bounded: at most {@link LISTED_SKIPS} skipped times are listed one by one and the rest are summed
 * up, and no more than {@link CATCH_UP_LIMIT} are caught up at once. Counting is O(1) for intervals and O(log) searches
 * plus a bounded walk for cron.
 */

import { NEVER, type Trigger } from '../triggers/index.ts'
import type { JobPolicy } from './policy.ts'

/** Why a fire time did not run; `overlap.ts` has further reasons. */
export type SkipReason = 'misfire' | 'coalesced' | 'catch-up-limit' | PassedOver

/** What was done to a job while fire times of it were overdue. */
export type PassedOver = 'paused' | 'rescheduled' | 'removed'

/**
 * A fire time that did not run; `count` above 1 stands for that many, of which `at` is the last. For triggers other than
 * intervals it may be too small: counting them stops at 10,000.
 */
export interface Skip {
  readonly at: number
  readonly count: number
  readonly reason: SkipReason
}

/** The verdict on a due job. */
export interface FireDecision {
  /** Fire times to run, in order. */
  readonly runs: readonly number[]
  readonly skipped: readonly Skip[]
  /** The next fire time after now; `NEVER` when the trigger has none. */
  readonly next: number
}

/** Skipped fire times that get a record of their own; later ones of the same outage are summed up in one. */
export const LISTED_SKIPS = 100
/** Missed fire times that a job without `coalesce` runs after an outage; older ones are skipped. */
export const CATCH_UP_LIMIT = 1_000
/** Where counting the fire times of a long outage stops, unless the trigger knows their number without a walk. */
const COUNT_LIMIT = 10_000

const NONE: readonly never[] = Object.freeze([])

/**
 * Decides on a job whose cursor (its next run time) is not after now.
 *
 * @param cursor - the job's due time, epoch ms
 * @param now - epoch ms
 */
export function decideFire(trigger: Trigger, cursor: number, now: number, policy: JobPolicy): FireDecision {
  const next = trigger.nextAt(cursor)
  const oldest = policy.misfireGraceMs === null ? Number.NEGATIVE_INFINITY : now - policy.misfireGraceMs
  if (next > now) return decideSingle(cursor, next, oldest)
  return policy.coalesce ? coalesced(trigger, cursor, now, oldest) : caughtUp(trigger, cursor, now, oldest)
}

function decideSingle(cursor: number, next: number, oldest: number): FireDecision {
  if (cursor >= oldest) return { runs: [cursor], skipped: NONE, next }
  return { runs: NONE, skipped: [{ at: cursor, count: 1, reason: 'misfire' }], next }
}

/** Only the last of the missed fire times runs, and only while it is young enough. */
function coalesced(trigger: Trigger, cursor: number, now: number, oldest: number): FireDecision {
  const last = trigger.latestAt(cursor, now)
  const next = trigger.nextAt(now)
  if (last >= oldest) return { runs: [last], skipped: skips(trigger, cursor, last - 1, 'coalesced'), next }
  return { runs: NONE, skipped: skips(trigger, cursor, last, 'misfire'), next }
}

/** Every missed fire time runs that is young enough, the newest {@link CATCH_UP_LIMIT} of them. */
function caughtUp(trigger: Trigger, cursor: number, now: number, oldest: number): FireDecision {
  const next = trigger.nextAt(now)
  const young = cursor >= oldest ? cursor : trigger.nextAt(oldest - 1)
  if (young > now) return { runs: NONE, skipped: skips(trigger, cursor, now, 'misfire'), next }
  const start = newest(trigger, young, now, CATCH_UP_LIMIT)
  const skipped = [
    ...skips(trigger, cursor, young - 1, 'misfire'),
    ...skips(trigger, young, start - 1, 'catch-up-limit'),
  ]
  const runs: number[] = []
  for (let at = start; at <= now; at = trigger.nextAt(at)) runs.push(at)
  return { runs, skipped, next }
}

/** The fire time from which at most `limit` lie in [result, until]; `first` if there are no more than that. */
function newest(trigger: Trigger, first: number, until: number, limit: number): number {
  let tooEarly = first - 1
  if (trigger.countBetween(tooEarly, until, limit + 1) <= limit) return first
  let lateEnough = until
  while (lateEnough - tooEarly > 1) {
    const middle = Math.floor((tooEarly + lateEnough) / 2)
    if (trigger.countBetween(middle, until, limit + 1) > limit) tooEarly = middle
    else lateEnough = middle
  }
  return trigger.nextAt(lateEnough)
}

/**
 * The fire times in [first, until] as skips, the first {@link LISTED_SKIPS} one by one and the rest summed up. `first` must
 * be one.
 */
export function skips(trigger: Trigger, first: number, until: number, reason: SkipReason): Skip[] {
  const listed: Skip[] = []
  let at = first
  while (at <= until && listed.length < LISTED_SKIPS) {
    listed.push({ at, count: 1, reason })
    at = trigger.nextAt(at)
  }
  if (at > until || at === NEVER) return listed
  listed.push({ at: trigger.latestAt(at - 1, until), count: countFireTimes(trigger, at, until), reason })
  return listed
}

/** How many fire times there are in [first, until]; but for intervals, at most {@link COUNT_LIMIT}. */
export function countFireTimes(trigger: Trigger, first: number, until: number): number {
  const limit = trigger.type === 'interval' ? Number.MAX_SAFE_INTEGER : COUNT_LIMIT
  return trigger.countBetween(first - 1, until, limit)
}
