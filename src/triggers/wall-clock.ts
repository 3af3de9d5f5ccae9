/**
 * From wall times to instants: where a schedule of wall times, which knows no time zone, meets the clock changes
 * of a zone. All times are whole seconds; `end` of a segment is where its offset stops to hold.
 *
 * Away from changes an instant is the wall time less the offset. A *gap* (the offset grows) skips wall times: a
 * fixed-time schedule makes up for them, any other has no fire there. An *overlap* (the offset shrinks) repeats
 * wall times: they fire the first time, the last time or both.
 */

import { SECONDS_PER_DAY } from './civil.ts'
import type { GapPolicy, OverlapPolicy } from './options.ts'
import { LAST_INSTANT, NEVER } from './trigger.ts'
import type { Segment, Zone } from './zone.ts'

/** A set of wall times, in seconds as if the zone were UTC. */
export interface WallSchedule {
  /** True when the hours are fixed, so that a skipped time is made up for and a repeated one is not. */
  readonly fixedTime: boolean
  /** First wall time strictly after another; {@link NEVER} when there is none. */
  nextAfter(wall: number): number
}

/** The policies as they apply to one schedule: `auto` is decided. */
export interface ClockChangePolicy {
  readonly gap: GapPolicy
  readonly overlap: Exclude<OverlapPolicy, 'auto'>
}

const LAST_SECOND = LAST_INSTANT / 1000

/** More than any two offsets of a zone differ. */
const TWO_DAYS = 2 * SECONDS_PER_DAY

/** How `gap` and `overlap` apply to a schedule. */
export function policyFor(schedule: WallSchedule, gap: GapPolicy, overlap: OverlapPolicy): ClockChangePolicy {
  return {
    gap: schedule.fixedTime ? gap : 'skip',
    overlap: overlap === 'auto' ? (schedule.fixedTime ? 'first' : 'both') : overlap,
  }
}

/** The first fire strictly after the second `after`, in epoch seconds; {@link NEVER} when there is none. */
export function nextInstant(schedule: WallSchedule, zone: Zone, policy: ClockChangePolicy, after: number): number {
  const segment = zone.segmentAt(after)
  if (after >= segment.settled && after < segment.unsettled) {
    const wall = schedule.nextAfter(after + segment.offset)
    const instant = wall - segment.offset
    if (instant < segment.unsettled) return instant
    // No change before `wall` can matter when `wall` is clear of all: there is no match up to it.
    const landing = zone.segmentAt(Math.min(instant, LAST_SECOND))
    const landed = wall - landing.offset
    if (landed >= landing.settled && landed < landing.unsettled) return landed
  }
  return nextAcrossChanges(schedule, zone, policy, after)
}

function nextAcrossChanges(schedule: WallSchedule, zone: Zone, policy: ClockChangePolicy, after: number): number {
  let segment = zone.segmentAt(after)
  let from = after
  for (;;) {
    const regular = schedule.nextAfter(wallFrom(segment, policy, from)) - segment.offset
    const instant = Math.min(
      regular < lastPass(segment, policy) ? regular : NEVER,
      gapFire(schedule, segment, policy, from),
    )
    if (instant < segment.end) return instant
    if (segment.end > LAST_SECOND) return NEVER
    // Far from the change no wall time between `from` and `regular` can come up again: go there directly.
    const near = segment.end - from <= TWO_DAYS
    if (!near && regular === NEVER) return NEVER
    from = near ? segment.end - 1 : Math.max(segment.end - 1, regular - TWO_DAYS)
    segment = zone.segmentAt(from + 1)
  }
}

/** The wall time after which this segment may fire. */
function wallFrom(segment: Segment, policy: ClockChangePolicy, from: number): number {
  const wall = Math.max(from, segment.start - 1) + segment.offset
  const repeats = policy.overlap === 'first' && segment.before > segment.offset
  return repeats ? Math.max(wall, segment.start + segment.before - 1) : wall
}

/** The instant from which wall times of this segment are left to their repetition in the next. */
function lastPass(segment: Segment, policy: ClockChangePolicy): number {
  return policy.overlap === 'last' ? segment.unsettled : segment.end
}

/** The first fire after `from` that makes up for wall times in the gap before this segment. */
function gapFire(schedule: WallSchedule, segment: Segment, policy: ClockChangePolicy, from: number): number {
  const { start, offset, before } = segment
  if (policy.gap === 'skip' || offset <= before) return NEVER
  if (policy.gap === 'after') {
    return from < start && schedule.nextAfter(start + before - 1) < start + offset ? start : NEVER
  }
  const wall = schedule.nextAfter(Math.max(from, start - 1) + before)
  return wall < start + offset ? wall - before : NEVER
}
