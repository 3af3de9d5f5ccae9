/**
 * The oracle of the triggers: the expected fire instants of a pattern of wall times in a zone, by brute force from
 * the definitions of the gap and overlap policies. Two independent ways are kept and held against each other:
 * {@link expectedFires} lists what the clock on the wall shows step by step, {@link expectedNext} walks over days.
 */

import { midnight, type WallPattern } from './crontab.ts'
import { DAY, firstChange, HOUR, offsetAt, wallAt } from './zone.ts'

export interface Policy {
  readonly gap: 'after' | 'shift' | 'skip'
  readonly overlap: 'auto' | 'first' | 'last' | 'both'
}

export const DEFAULT_POLICY: Policy = { gap: 'after', overlap: 'auto' }

/** Every combination of the policies, the default first. */
export const POLICIES: readonly Policy[] = (['after', 'shift', 'skip'] as const).flatMap((gap) =>
  (['auto', 'first', 'last', 'both'] as const).map((overlap) => ({ gap, overlap })),
)

/** A wall time that the clock never shows, because it jumps over it at the instant `at`. */
interface MissingWall {
  readonly wall: number
  readonly at: number
  readonly offsetBefore: number
}

/** What the clock of a zone shows in a window: each wall time with its instants, and the wall times it skips. */
export interface Timeline {
  readonly shown: ReadonlyMap<number, readonly number[]>
  readonly missing: readonly MissingWall[]
}

/** Looks at the clock of a zone at every `step` from `from` to `until`. A transition has to be on the grid. */
export function readTimeline(zone: string, from: number, until: number, step: number): Timeline {
  const shown = new Map<number, number[]>()
  const missing: MissingWall[] = []
  let previous = wallAt(zone, from) - step
  for (let instant = from; instant <= until; instant += step) {
    const wall = wallAt(zone, instant)
    const instants = shown.get(wall)
    if (instants === undefined) shown.set(wall, [instant])
    else instants.push(instant)
    if (wall !== previous + step && firstChange(zone, instant - step, instant) !== instant) {
      throw new Error(`${zone} jumps between the steps before ${instant}; take a finer step`)
    }
    for (let skipped = previous + step; skipped < wall; skipped += step) {
      missing.push({ wall: skipped, at: instant, offsetBefore: previous - (instant - step) })
    }
    previous = wall
  }
  return { shown, missing: missing.filter(({ wall }) => !shown.has(wall)) }
}

/** The instants at which a pattern fires in a window, ascending, each once. */
export function expectedFires(pattern: WallPattern, timeline: Timeline, policy: Policy = DEFAULT_POLICY): number[] {
  const times = new Set(pattern.times)
  const matches = (wall: number): boolean => times.has(wall - midnight(wall)) && pattern.matchesDay(wall)
  const fires = new Set<number>()
  for (const [wall, instants] of timeline.shown) {
    if (matches(wall)) for (const instant of chosen(instants, pattern.fixedTime, policy)) fires.add(instant)
  }
  for (const { wall, at, offsetBefore } of timeline.missing) {
    if (!pattern.fixedTime || policy.gap === 'skip' || !matches(wall)) continue
    fires.add(policy.gap === 'after' ? at : wall - offsetBefore)
  }
  return [...fires].sort((a, b) => a - b)
}

function chosen(instants: readonly number[], fixedTime: boolean, policy: Policy): readonly number[] {
  const overlap = policy.overlap === 'auto' ? (fixedTime ? 'first' : 'both') : policy.overlap
  if (overlap === 'both') return instants
  return overlap === 'first' ? instants.slice(0, 1) : instants.slice(-1)
}

/** A stretch of instants [from, until) in which the offset of a zone does not change. */
interface Segment {
  readonly from: number
  readonly until: number
  readonly offset: number
}

const segmentsOfDays = new Map<string, readonly Segment[]>()

/** The segments from 26 hours before a day (midnight on the wall) to 50 hours after it. */
function segmentsAround(zone: string, day: number): readonly Segment[] {
  const key = `${zone} ${day}`
  const known = segmentsOfDays.get(key)
  if (known !== undefined) return known
  const segments: Segment[] = []
  const end = day + 50 * HOUR
  let from = day - 26 * HOUR
  let offset = offsetAt(zone, from)
  const hours = offset === offsetAt(zone, end) ? 76 : 1
  for (let instant = from; instant < end; instant += hours * HOUR) {
    const after = offsetAt(zone, instant + hours * HOUR)
    if (after === offset) continue
    const until = firstChange(zone, instant, instant + hours * HOUR)
    segments.push({ from, until, offset })
    from = until
    offset = after
  }
  segments.push({ from, until: end, offset })
  segmentsOfDays.set(key, segments)
  return segments
}

/**
 * The instants at which one wall time fires: none, one or two. Relies on transitions of one zone that undo each other
 * being more than 76 hours apart.
 */
export function instantsOf(zone: string, wall: number, fixedTime: boolean, policy: Policy = DEFAULT_POLICY): number[] {
  const segments = segmentsAround(zone, midnight(wall))
  const shown = segments.filter(({ from, until, offset }) => wall - offset >= from && wall - offset < until)
  if (shown.length > 0) {
    const instants = shown.map(({ offset }) => wall - offset)
    return [...chosen(instants, fixedTime, policy)]
  }
  if (!fixedTime || policy.gap === 'skip') return []
  const before = segments.findLast(({ until, offset }) => wall - offset >= until)
  if (before === undefined) throw new Error(`${zone} neither shows nor skips the wall time ${wall}`)
  return [policy.gap === 'after' ? before.until : wall - before.offset]
}

/**
 * The first fire strictly after an instant, found by walking over days, or `undefined` when the next `days` days have
 * none.
 */
export function expectedNext(
  pattern: WallPattern,
  zone: string,
  after: number,
  days: number,
  policy: Policy = DEFAULT_POLICY,
): number | undefined {
  const first = midnight(wallAt(zone, after)) - 2 * DAY
  let best = Number.POSITIVE_INFINITY
  let daysLeft = days
  for (let day = first; daysLeft > 0; day += DAY, daysLeft -= 1) {
    if (!pattern.matchesDay(day)) continue
    for (const time of pattern.times) {
      for (const instant of instantsOf(zone, day + time, pattern.fixedTime, policy)) {
        if (instant > after && instant < best) best = instant
      }
    }
    // A fire is moved by less than two days, so two more days can still hold an earlier one.
    if (best < Number.POSITIVE_INFINITY) daysLeft = Math.min(daysLeft, 3)
  }
  return best === Number.POSITIVE_INFINITY ? undefined : best
}
