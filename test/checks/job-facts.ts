/**
 * What was asked of one job, as spells between two edits: which fire times are owed, and which are allowed.
 *
 * An edit takes effect somewhere between the moment it was asked for and the moment its call returned. What was due
 * shortly before an edit that ends a spell is allowed but not owed: the edit may have come before the fire.
 */

import { dueTimes, isDueTime, type Schedule } from './due-times.ts'
import type { Facts } from './facts.ts'
import type { EditEvent, LoggedPolicy } from './history.ts'

/** A time in which a job has one schedule. */
interface Spell {
  readonly schedule: Schedule
  /** Wall time from which its fire times are allowed, and from which they are owed. */
  readonly allowedFrom: number
  readonly owedFrom: number
  /** True time at which the next edit was asked for, and was done. */
  readonly askedToEnd: number
  readonly ended: number
}

const ENDS_A_SPELL = new Set(['pause', 'remove', 'reschedule'])

export class JobFacts {
  readonly id: string
  readonly edits: readonly EditEvent[]
  /** The different ones that it had. */
  readonly policies: readonly LoggedPolicy[]
  readonly schedules: readonly Schedule[]
  /** Fire times that must have a record, epoch ms, in order. */
  readonly owed: readonly number[]
  readonly #spells: readonly Spell[]
  readonly #facts: Facts

  constructor(id: string, edits: readonly EditEvent[], facts: Facts) {
    this.id = id
    this.edits = [...edits].sort((a, b) => a.at - b.at)
    this.policies = distinct(edits.map((edit) => edit.policy))
    this.schedules = distinct(edits.map((edit) => edit.schedule))
    this.#facts = facts
    this.#spells = spellsOf(this.edits, facts)
    this.owed = this.#owed()
  }

  /** Whether the job may have been fired for this instant. */
  isAllowed(at: number): boolean {
    const { timeline, settings } = this.#facts
    const reached = timeline.firstAt(at - settings.skewMs)
    return this.#spells.some(
      ({ schedule, allowedFrom, ended }) => at >= allowedFrom && reached <= ended && isDueTime(schedule, at),
    )
  }

  /** The most runs that may be at work at once. */
  get maxInstances(): number {
    return Math.max(...this.policies.map((policy) => policy.maxInstances))
  }

  #owed(): number[] {
    const { timeline, settings } = this.#facts
    const owed: number[] = []
    for (const { schedule, owedFrom, askedToEnd } of this.#spells) {
      if (owedFrom === Number.POSITIVE_INFINITY) continue
      const highest = timeline.highestUpTo(Math.min(askedToEnd, settings.endAt))
      const waitedTo = askedToEnd === Number.POSITIVE_INFINITY ? this.#facts.caughtUpTo : Number.NEGATIVE_INFINITY
      let reached = Number.NaN
      let by = 0
      for (const at of dueTimes(schedule, owedFrom, highest)) {
        if (at <= waitedTo) {
          owed.push(at)
          continue
        }
        const now = timeline.firstAt(at + settings.skewMs)
        // A clock that was set forward reaches many at once.
        if (now !== reached) by = this.#facts.seenToBy(now)
        reached = now
        if (by > settings.endAt) break
        if (by < askedToEnd) owed.push(at)
      }
    }
    owed.sort((a, b) => a - b)
    return owed.filter((at, index) => at !== owed[index - 1])
  }
}

function spellsOf(edits: readonly EditEvent[], facts: Facts): Spell[] {
  const spells: Spell[] = []
  const { skewMs, lagMs = 0 } = facts.settings
  let isPaused = false
  let isThere = false
  for (const [index, edit] of edits.entries()) {
    if (edit.op === 'remove') isThere = false
    if (edit.op === 'pause') isPaused = true
    const isSame = isThere && (edit.op === 'ensure' || edit.op === 'modify' || (edit.op === 'resume' && !isPaused))
    if (edit.op === 'remove' || edit.op === 'pause' || isSame) continue
    if (edit.op === 'resume') isPaused = false
    isThere = true
    if (isPaused) continue
    const end = edits.slice(index + 1).find((later) => ENDS_A_SPELL.has(later.op))
    spells.push({
      schedule: edit.schedule,
      allowedFrom: isAnytime(edit)
        ? Number.NEGATIVE_INFINITY
        : facts.timeline.lowestIn(edit.askedAt, edit.at) - skewMs - lagMs,
      owedFrom: edit.nextRun === null ? Number.POSITIVE_INFINITY : owedFrom(edit.nextRun, edit, facts),
      askedToEnd: end?.askedAt ?? Number.POSITIVE_INFINITY,
      ended: end?.at ?? Number.POSITIVE_INFINITY,
    })
  }
  return spells
}

/** A one-off time may have passed when it is added; a job that every process ensures was there before the first of them. */
function isAnytime({ op, schedule }: EditEvent): boolean {
  return schedule.kind === 'at' || op === 'ensure'
}

/** Fire times that the clock had shown before the edit, and shows again because it was set back, are not owed again. */
function owedFrom(nextRun: number, { at, schedule }: EditEvent, { timeline, settings }: Facts): number {
  return schedule.kind === 'at' ? nextRun : Math.max(nextRun, timeline.highestUpTo(at) - settings.skewMs)
}

function distinct<T>(things: readonly T[]): T[] {
  return [...new Map(things.map((thing) => [JSON.stringify(thing), thing])).values()]
}
