/**
 * What every trigger can do: a pure function from one instant to the next, plus counting, JSON and text.
 * Instants are epoch milliseconds inside and `Date`s only in {@link Trigger.next}. Nothing here reads a clock.
 */

import { InvalidArgumentError } from '../errors.ts'
import type { TriggerBody, TriggerJSON } from './json.ts'

/** What `nextAt` answers when there is no fire time any more. */
export const NEVER = Number.POSITIVE_INFINITY

/** What `latestAt` answers when there is no fire time in the range. */
export const NONE = Number.NEGATIVE_INFINITY

/** 0001-01-01T00:00:00.000Z, the first instant that a trigger knows. */
export const FIRST_INSTANT = -62_135_596_800_000

/** 9999-12-31T23:59:59.999Z, the last instant that a trigger knows. */
export const LAST_INSTANT = 253_402_300_799_999

/** What a job gives to a trigger that left it out. */
export interface BindContext {
  /** IANA time zone of triggers without one. */
  readonly timezone: string
  /** Epoch ms from which interval grids without a start count: when the job was added. */
  readonly anchorMs: number
  /** What makes the jitter of one job differ from another's: the job id. */
  readonly seed: string
}

/** A rule that gives the fire times of a job. Immutable, pure and serialisable. */
export abstract class Trigger {
  /** The kind, as in JSON. */
  abstract readonly type: TriggerBody['type']

  /**
   * True while the fire times depend on the instant that is asked from, because neither a start nor {@link bind}
   * has fixed the grid. @internal
   */
  abstract readonly floating: boolean

  /**
   * The first fire time strictly after `after`, or null when there is none up to the year 9999.
   *
   * @throws InvalidArgumentError when `after` is not a valid `Date`
   * @example cron('0 9 * * 1-5', { timezone: 'Europe/Athens' }).next(new Date())
   */
  next(after: Date): Date | null {
    const ms = this.nextAt(instantOf(after))
    return ms === NEVER ? null : new Date(ms)
  }

  /** The first fire time strictly after `afterMs`, both in epoch ms; {@link NEVER} when there is none. */
  abstract nextAt(afterMs: number): number

  /** How many fire times t there are with `afterMs < t <= untilMs`; counting stops at `limit`. */
  countBetween(afterMs: number, untilMs: number, limit: number): number {
    return countByWalking((ms) => this.nextAt(ms), afterMs, untilMs, limit)
  }

  /** The last fire time t with `afterMs < t <= untilMs`, in epoch ms; {@link NONE} when there is none. */
  latestAt(afterMs: number, untilMs: number): number {
    return latestByBisection((ms) => this.nextAt(ms), afterMs, untilMs)
  }

  /** This trigger with everything filled in that was left out; itself when nothing was. */
  abstract bind(context: BindContext): Trigger

  /** This trigger with a floating grid fixed as seen from `anchorMs`; itself when nothing floats. @internal */
  abstract anchoredAt(anchorMs: number): Trigger

  /** This trigger with intervals that have no start counted from the Unix epoch, as `and` needs. @internal */
  onEpochGrid(): Trigger {
    return this
  }

  /** The plain description inside {@link toJSON}, without the version. @internal */
  abstract toBody(): TriggerBody

  /** Plain JSON; `triggerFromJSON` makes an equal trigger of it. */
  toJSON(): TriggerJSON {
    return { v: 1, ...this.toBody() }
  }

  /** A text for people. */
  abstract toString(): string
}

/** The number of fire times in `(afterMs, untilMs]`, at most `limit`. */
export function countByWalking(next: (ms: number) => number, afterMs: number, untilMs: number, limit: number): number {
  const until = Math.min(untilMs, LAST_INSTANT)
  let count = 0
  for (let t = next(afterMs); count < limit && t <= until; t = next(t)) count += 1
  return count
}

/**
 * The last fire time in `(afterMs, untilMs]` of any monotone `next`. Each step halves the range, so a dense
 * trigger over a century takes about forty steps.
 */
export function latestByBisection(next: (ms: number) => number, afterMs: number, untilMs: number): number {
  let end = Math.min(untilMs, LAST_INSTANT)
  const first = next(afterMs)
  if (first > end) return NONE
  let latest = first
  for (;;) {
    const following = next(latest)
    if (following > end) return latest
    latest = following
    const middle = Math.floor((latest + end) / 2)
    const candidate = next(middle)
    if (candidate <= end) latest = candidate
    else end = middle
  }
}

function instantOf(after: unknown): number {
  const ms = isDate(after) ? after.getTime() : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError('after', after, 'must be a valid Date')
  return ms
}

/** `instanceof` is the fast way; the tag recognises a `Date` of another realm, such as a test runner's. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || Object.prototype.toString.call(value) === '[object Date]'
}
