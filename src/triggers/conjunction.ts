/**
 * The first instant at which all of some triggers fire.
 *
 * Intervals are merged into one grid by arithmetic. The other triggers leap: each is asked for its first fire at or
 * after the latest candidate, until all agree and the candidate is on the grid, which takes one division to see.
 */

import { IntervalTrigger } from './interval.ts'
import { gridFrom, type IntervalGrid, meet } from './interval-grid.ts'
import { FIRST_INSTANT, LAST_INSTANT, NEVER, type Trigger } from './trigger.ts'
import { WallClockTrigger } from './wall-clock-trigger.ts'

/**
 * How often triggers are asked in one search with a grid, some 20 ms. A daily time and a grid of whole seconds meet
 * within 86,400 leaps or never, however long the interval is, and twice that where the clocks change.
 */
const MAX_LEAPS_WITH_GRID = 200_000

/**
 * How often without a grid: two daily times are followed for 68 years. The rarest of common meetings of wall clocks,
 * 29 February on a given weekday, takes 40, and denser triggers meet on the first day that they share or never.
 */
const MAX_LEAPS = 50_000

/** Where fires of wall clocks lie: at whole seconds, whatever the zone. */
const WHOLE_SECONDS: IntervalGrid = { start: FIRST_INSTANT, every: 1_000, end: LAST_INSTANT }

/** Triggers that are to fire at the same instant. */
export interface Conjunction {
  /** What the intervals among them have in common; null when there are none. */
  readonly grid: IntervalGrid | null
  /** The others. */
  readonly triggers: readonly Trigger[]
}

/** The triggers with their intervals merged; null when these never meet each other. */
export function conjunctionOf(triggers: readonly Trigger[]): Conjunction | null {
  const others = triggers.filter((trigger) => !(trigger instanceof IntervalTrigger))
  const [first, ...rest] = triggers.flatMap((trigger) => (trigger instanceof IntervalTrigger ? [trigger.grid] : []))
  if (first === undefined) return { grid: null, triggers: others }
  if (others.some((trigger) => trigger instanceof WallClockTrigger)) rest.push(WHOLE_SECONDS)
  const grid = rest.reduce<IntervalGrid | null>((met, other) => (met === null ? null : meet(met, other)), first)
  return grid === null ? null : { grid, triggers: others }
}

/**
 * The first instant after another at which all fire; {@link NEVER} when there is none up to the year 9999, undefined
 * when the search was given up.
 */
export function firstMeeting({ grid, triggers }: Conjunction, afterMs: number): number | undefined {
  if (triggers.length === 0) return grid === null ? NEVER : gridFrom(grid, Math.floor(afterMs) + 1)
  const parts = grid === null ? triggers.length : triggers.length + 1
  const limit = grid === null ? MAX_LEAPS : MAX_LEAPS_WITH_GRID
  let candidate = Math.floor(afterMs) + 1
  let agreed = 0
  for (let leaps = 0; leaps < limit; leaps += triggers.length) {
    if (grid !== null) {
      const next = gridFrom(grid, candidate)
      agreed = next === candidate ? agreed + 1 : 1
      candidate = next
      if (agreed >= parts) return candidate
    }
    for (const trigger of triggers) {
      const next = trigger.nextAt(candidate - 1)
      agreed = next === candidate ? agreed + 1 : 1
      candidate = next
      if (agreed >= parts) return candidate
    }
    if (candidate === NEVER) return NEVER
  }
  return undefined
}
