/**
 * C4: two attempts at one run are never at work at once, unless the process of the earlier one was stopped (or its clock
 * was set) meanwhile and could not know; then its result is refused.
 */

import { type Attempt, activeUntil } from './attempts.ts'
import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

const FINAL = new Set(['completed', 'failed', 'cancelled', 'dead'])
const CANNOT_KNOW = new Set(['stop', 'block', 'clock-step'])

export function checkExclusion(facts: Facts): Violation[] {
  const found: Violation[] = []
  for (const [runId, attempts] of facts.attemptsOfRun) {
    for (const [index, later] of attempts.entries()) {
      for (const earlier of attempts.slice(0, index)) {
        const text = conflict(earlier, later, facts)
        if (text !== undefined) found.push({ check: 'C4', subject: runId, text })
      }
    }
  }
  return found
}

function conflict(earlier: Attempt, later: Attempt, facts: Facts): string | undefined {
  const { endAt } = facts.settings
  const until = activeUntil(earlier, endAt)
  // A step that lets it wait again may be told late, when the next attempt is under way; an end may not.
  const isEnd = earlier.settledAs !== null && FINAL.has(earlier.settledAs)
  if (isEnd && earlier.settled > later.start && earlier.fence < later.fence)
    return `the result of ${earlier.process} (fence ${earlier.fence}) was accepted after ${later.process} (fence ${later.fence}) had started`
  if (later.start >= until || couldNotKnow(earlier, Math.min(until, later.start), facts)) return undefined
  return `at work in ${earlier.process} (fence ${earlier.fence}) and in ${later.process} (fence ${later.fence}) for ${Math.round(Math.min(until, activeUntil(later, endAt)) - later.start)} ms`
}

/** Whether the process of an attempt was stopped, or its clock set, while it was at work. */
export function couldNotKnow({ process, start }: Attempt, until: number, facts: Facts): boolean {
  return facts.health.during(start, until, process).some(({ kind }) => CANNOT_KNOW.has(kind))
}
