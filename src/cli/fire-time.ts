/**
 * A fire time as it is shown: where it falls in its zone, in UTC, and how far off it is.
 */

import { fireTimes, type Trigger } from '../triggers/index.ts'
import { isoLocal, isoUtc } from './times.ts'

/** One fire time; also its form in `--json`. */
export interface FireTime {
  /** `2026-11-22T07:05:00+02:00` */
  readonly local: string
  /** `2026-11-22T05:05:00Z` */
  readonly utc: string
  /** Milliseconds since the Unix epoch. */
  readonly epochMs: number
  /** Milliseconds from the start of the listing. */
  readonly inMs: number
}

/** The first `count` fire times after `afterMs`; fewer when there are no more. */
export function listFireTimes(trigger: Trigger, afterMs: number, count: number, timezone: string): FireTime[] {
  return fireTimes(trigger, { after: new Date(afterMs), count }).map((instant) => {
    const epochMs = instant.getTime()
    return { local: isoLocal(epochMs, timezone), utc: isoUtc(epochMs), epochMs, inMs: epochMs - afterMs }
  })
}
