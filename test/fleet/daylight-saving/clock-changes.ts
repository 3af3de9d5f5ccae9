/**
 * The two clock changes of a year in Athens, and jobs with the instants around the change at which they have to fire, written
 * down by hand. A time of day that the gap leaves out is made up for right after it, one that comes twice fires the first
 * time only, and whatever has a step or a star in its hour goes on as time does.
 */

import type { Schedule } from '../../checks/due-times.ts'
import type { JobPlan } from '../../workload/plan.ts'

const TIMEZONE = 'Europe/Athens'
/** What is written down reaches so far to both sides of the change. */
const SIDE_MS = 60_000
/** At most one record and one start for each fire time. */
const POLICY = { coalesce: false, maxInstances: 100, misfireGrace: null, attempts: 1 }

/** 03:00 becomes 04:00. */
const SPRING = '2027-03-28T01:00:00Z'
/** 04:00 becomes 03:00. */
const AUTUMN = '2027-10-31T01:00:00Z'

/** When the clock is changed -> the jobs. */
export const CLOCK_CHANGES: Readonly<Record<string, readonly JobPlan[]>> = {
  [SPRING]: [
    ...evenly(SPRING),
    fixed('before', '55 59 2 * * *', '2027-03-28T00:59:55Z'),
    fixed('in the gap', '10 30 3 * * *', SPRING),
    fixed('at the end of the gap', '59 59 3 * * *', SPRING),
    fixed('after', '5 0 4 * * *', '2027-03-28T01:00:05Z'),
    fixed('every hour', '4 0 * * * *', '2027-03-28T01:00:04Z'),
  ],
  [AUTUMN]: [
    ...evenly(AUTUMN),
    // 03:59:55 comes again an hour later.
    fixed('the first time', '55 59 3 * * *', '2027-10-31T00:59:55Z'),
    // 03:00:05 was there an hour ago.
    fixed('the second time', '5 0 3 * * *'),
    fixed('every hour', '4 0 * * * *', '2027-10-31T01:00:04Z'),
  ],
}

/** Every two seconds by a crontab, and every three by an interval. */
function evenly(change: string): JobPlan[] {
  const from = Date.parse(change) - SIDE_MS
  const times = Array.from({ length: SIDE_MS / 1_000 + 1 }, (_, index) => from + index * 2_000)
  return [
    job('every two seconds', { kind: 'listed', text: '*/2 * * * * *', timezone: TIMEZONE, times }),
    job('interval', { kind: 'every', ms: 3_000, from }),
  ]
}

function fixed(id: string, text: string, ...instants: readonly string[]): JobPlan {
  return job(id, { kind: 'listed', text, timezone: TIMEZONE, times: instants.map((instant) => Date.parse(instant)) })
}

function job(id: string, schedule: Schedule): JobPlan {
  return { id: id.replaceAll(' ', '-'), behaviour: 'short', schedule, policy: POLICY }
}
