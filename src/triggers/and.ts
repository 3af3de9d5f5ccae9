/**
 * `and`: the instants at which all of some triggers fire.
 *
 * Intervals are merged into one grid by arithmetic. The rest leaps: each trigger is asked for its first fire at or
 * after the latest candidate, until all agree. A search of thousands of leaps, or of decades, is given up, because
 * triggers that have not met by then are as good as never meeting.
 */

import { MILLISECONDS } from '../core/duration.ts'
import { TriggerError } from '../errors.ts'
import { CombinedTrigger, checkTriggers } from './combined.ts'
import { IntervalTrigger } from './interval.ts'
import { type IntervalGrid, meet } from './interval-grid.ts'
import { NEVER, type Trigger } from './trigger.ts'
import { WallClockTrigger } from './wall-clock-trigger.ts'
import { WindowedTrigger } from './windowed-trigger.ts'

/** How often triggers are asked in one search: some 10 ms, even in code that has not been optimised yet. */
const MAX_LEAPS = 6_000

/**
 * How far beyond the first candidate a search goes: past the rarest of common meetings, 29 February on a given
 * weekday (40 years at most), while each year costs every time zone in play one survey of its rules.
 */
const MAX_SEARCH_MS = 60 * 366 * MILLISECONDS.d

/** Where the search for a first common fire begins: 1970. */
const SEARCH_FROM = -1

/**
 * A trigger that fires when all the triggers fire at the same instant. An interval without a start counts from the
 * Unix epoch here, so that `and(interval('90m'), cron('* 9-17 * * 1-5'))` means the same every day.
 *
 * @throws TriggerError `INVALID_TRIGGER` when an argument is no trigger or has jitter, `TRIGGER_NEVER_FIRES` when
 *   the triggers never meet
 */
export function and(...triggers: Trigger[]): AndTrigger {
  return new AndTrigger(checkTriggers(triggers))
}

/** See {@link and}. */
export class AndTrigger extends CombinedTrigger {
  readonly type = 'and'
  readonly #parts: readonly Trigger[]

  constructor(triggers: readonly Trigger[]) {
    super(triggers.map((trigger) => trigger.onEpochGrid()))
    if (this.triggers.some(isJittered)) {
      throw new TriggerError(
        'jitter',
        this.toString(),
        'must not be used inside and(), where it would avert every match',
      )
    }
    const parts = mergeIntervals(flatten(this.triggers))
    if (parts === null || !mayMeet(parts)) {
      const rule = 'must have an instant at which all of its triggers fire'
      throw new TriggerError('triggers', this.toString(), rule, 'TRIGGER_NEVER_FIRES')
    }
    this.#parts = parts
  }

  nextAt(afterMs: number): number {
    const anchored = this.floating ? this.#parts.map((part) => part.anchoredAt(afterMs)) : this.#parts
    return firstMeeting(anchored, afterMs)
  }

  protected of(triggers: readonly Trigger[]): AndTrigger {
    return new AndTrigger(triggers)
  }
}

/** The first instant after another at which all triggers fire; {@link NEVER} when the search finds none. */
function firstMeeting(triggers: readonly Trigger[], afterMs: number): number {
  let candidate = Math.max(...triggers.map((trigger) => trigger.nextAt(afterMs)))
  const horizon = candidate + MAX_SEARCH_MS
  let agreed = 0
  for (let leaps = 0; leaps < MAX_LEAPS && candidate <= horizon && candidate !== NEVER; ) {
    for (const trigger of triggers) {
      const next = trigger.nextAt(candidate - 1)
      agreed = next === candidate ? agreed + 1 : 1
      candidate = next
      leaps += 1
      if (agreed === triggers.length) return candidate
    }
  }
  return NEVER
}

/**
 * False when the triggers are known never to meet. Those that wait for a time zone are compared with each other
 * only, because where they meet an absolute instant is not known before {@link Trigger.bind}.
 */
function mayMeet(parts: readonly Trigger[]): boolean {
  const zoneless = parts.filter((part) => !part.floating && leaves(part).every(isZoneless))
  const absolute = parts.filter((part) => !part.floating && !leaves(part).some(isZoneless))
  const groups = zoneless.length === 0 || absolute.length === 0 ? [[...zoneless, ...absolute]] : [zoneless, absolute]
  return groups.every((group) => group.length === 0 || firstMeeting(group, SEARCH_FROM) !== NEVER)
}

/** The triggers with the intervals among them, whose grids are fixed, merged into one; null when they never meet. */
function mergeIntervals(triggers: readonly Trigger[]): readonly Trigger[] | null {
  const grids = triggers.flatMap((trigger) => (trigger instanceof IntervalTrigger ? [trigger.grid] : []))
  const [first, ...rest] = grids
  if (first === undefined || rest.length === 0) return triggers
  const merged = rest.reduce<IntervalGrid | null>((met, grid) => (met === null ? null : meet(met, grid)), first)
  if (merged === null) return null
  return [IntervalTrigger.ofGrid(merged), ...triggers.filter((trigger) => !(trigger instanceof IntervalTrigger))]
}

function flatten(triggers: readonly Trigger[]): Trigger[] {
  return triggers.flatMap((trigger) => (trigger instanceof AndTrigger ? flatten(trigger.triggers) : [trigger]))
}

function leaves(trigger: Trigger): Trigger[] {
  return trigger instanceof CombinedTrigger ? trigger.triggers.flatMap(leaves) : [trigger]
}

function isZoneless(trigger: Trigger): boolean {
  return trigger instanceof WallClockTrigger && trigger.zoneless
}

function isJittered(trigger: Trigger): boolean {
  return leaves(trigger).some((leaf) => leaf instanceof WindowedTrigger && leaf.jittered)
}
