/** C6: where no fault is near, a first attempt starts within the bound after its due time. */

import type { Attempt } from './attempts.ts'
import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

export function checkLateness(facts: Facts): Violation[] {
  const found: Violation[] = []
  for (const { attempt, late } of calmStarts(facts)) {
    if (late > facts.boundMs)
      found.push({ check: 'C6', subject: attempt.runId, text: `started ${Math.round(late)} ms late, without a fault` })
  }
  return found
}

/** First attempts of scheduled runs far from any fault, and how late each started, in ms. */
export function calmStarts(facts: Facts): { readonly attempt: Attempt; readonly late: number }[] {
  const calm: { attempt: Attempt; late: number }[] = []
  const { leaseMs } = facts.settings
  for (const attempt of facts.attempts) {
    if (attempt.jobId === null || attempt.attempt > 1) continue
    const due = facts.timeline.firstAt(attempt.dueAt)
    if (!facts.health.isCalm(due - leaseMs, attempt.start) || isBehindAnother(attempt, due, facts)) continue
    calm.push({ attempt, late: attempt.start - due })
  }
  return calm
}

/** Whether a run waited for one of its job that was at work: then its lateness is not the scheduler's. */
function isBehindAnother(attempt: Attempt, due: number, facts: Facts): boolean {
  return (facts.attemptsOfJob.get(attempt.jobId) ?? []).some(
    (other) =>
      other.runId !== attempt.runId && other.start <= attempt.start && Math.max(other.end, other.settled) >= due,
  )
}
