/** `and`: the instants at which all of some triggers fire. */

import { TriggerError } from '../errors.ts'
import { CombinedTrigger, checkTriggers } from './combined.ts'
import { type Conjunction, conjunctionOf, firstMeeting } from './conjunction.ts'
import { OrTrigger } from './or.ts'
import { NEVER, type Trigger } from './trigger.ts'
import { WallClockTrigger } from './wall-clock-trigger.ts'
import { WindowedTrigger } from './windowed-trigger.ts'

/** Where the search for a first common fire begins: 1970. */
const SEARCH_FROM = -1

/** An `or` inside is taken apart while it leaves no more alternatives than this. */
const MAX_ALTERNATIVES = 8

/**
 * A trigger that fires when all the triggers fire at the same instant. An interval without a start counts from the
 * Unix epoch here, so that `and(interval('90m'), cron('* 9-17 * * 1-5'))` means the same every day.
 *
 * The search for a common fire is bounded. Triggers that have not met by then are refused here; a trigger that was
 * accepted, and whose next fire a later search cannot decide, throws then rather than seem to have ended.
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
  /** Ways in which all can fire at once: one, or several with an `or` inside. */
  readonly #alternatives: readonly Conjunction[]

  constructor(triggers: readonly Trigger[]) {
    super(triggers.map((trigger) => trigger.onEpochGrid()))
    if (this.triggers.some(isJittered)) {
      throw new TriggerError(
        'jitter',
        this.toString(),
        'must not be used inside and(), where it would avert every match',
      )
    }
    const isSmall = countAlternatives(this) <= MAX_ALTERNATIVES
    this.#alternatives = (isSmall ? alternativesOf(this) : [this.triggers]).flatMap((parts) => {
      const conjunction = conjunctionOf(parts)
      return conjunction !== null && mayMeet(conjunction) ? [conjunction] : []
    })
    if (this.#alternatives.length === 0) {
      const rule = 'must have an instant at which all of its triggers fire'
      throw new TriggerError('triggers', this.toString(), rule, 'TRIGGER_NEVER_FIRES')
    }
  }

  /** @throws TriggerError `TRIGGER_NEVER_FIRES` when the search is given up without an answer */
  nextAt(afterMs: number): number {
    let earliest = NEVER
    for (const alternative of this.#alternatives) {
      const meeting = firstMeeting(this.floating ? anchored(alternative, afterMs) : alternative, afterMs)
      if (meeting === undefined) {
        const rule = 'must fire together again soon enough for a search of bounded length'
        throw new TriggerError('triggers', this.toString(), rule, 'TRIGGER_NEVER_FIRES')
      }
      if (meeting < earliest) earliest = meeting
    }
    return earliest
  }

  protected of(triggers: readonly Trigger[]): AndTrigger {
    return new AndTrigger(triggers)
  }
}

function anchored({ grid, triggers }: Conjunction, anchorMs: number): Conjunction {
  return { grid, triggers: triggers.map((trigger) => trigger.anchoredAt(anchorMs)) }
}

/**
 * False when the triggers are known never to meet, or have not met by the end of a search. Those that wait for a
 * time zone are compared with each other only, because where they meet an absolute instant is not known before
 * {@link Trigger.bind}.
 */
function mayMeet({ grid, triggers }: Conjunction): boolean {
  const fixed = triggers.filter((trigger) => !trigger.floating)
  const zoneless = fixed.filter((trigger) => leaves(trigger).every(isZoneless))
  const absolute = fixed.filter((trigger) => !leaves(trigger).some(isZoneless))
  return meets({ grid: null, triggers: zoneless }) && meets({ grid, triggers: absolute })
}

function meets(conjunction: Conjunction): boolean {
  if (conjunction.grid === null && conjunction.triggers.length === 0) return true
  const meeting = firstMeeting(conjunction, SEARCH_FROM)
  return meeting !== undefined && meeting !== NEVER
}

/** How many rows {@link alternativesOf} has. */
function countAlternatives(trigger: Trigger): number {
  if (!(trigger instanceof CombinedTrigger)) return 1
  const counts = trigger.triggers.map(countAlternatives)
  return trigger.type === 'or' ? counts.reduce((a, b) => a + b) : counts.reduce((a, b) => a * b)
}

/** The `or` of `and`s that a trigger is, each `and` as the list of its triggers. */
function alternativesOf(trigger: Trigger): readonly (readonly Trigger[])[] {
  if (trigger instanceof OrTrigger) return trigger.triggers.flatMap(alternativesOf)
  if (!(trigger instanceof AndTrigger)) return [[trigger]]
  return trigger.triggers.reduce<readonly (readonly Trigger[])[]>(
    (rows, child) => rows.flatMap((row) => alternativesOf(child).map((parts) => [...row, ...parts])),
    [[]],
  )
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
