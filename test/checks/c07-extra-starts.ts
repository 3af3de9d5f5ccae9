/**
 * C7: a run starts again only for a reason: its handler threw and may be tried again, or a fault hit the process that had
 * it. And a run whose processes die of it is started three times at most.
 */

import type { Attempt } from './attempts.ts'
import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

const MAX_CRASHES = 3

export function checkExtraStarts(facts: Facts): Violation[] {
  const found: Violation[] = []
  const report = (subject: string, text: string): void => void found.push({ check: 'C7', subject, text })
  for (const [runId, attempts] of facts.attemptsOfRun) {
    const last = attempts.at(-1)
    for (const [index, attempt] of attempts.entries()) {
      const next = attempts[index + 1]
      if (next !== undefined && !hasReason(attempt, next, facts))
        report(
          runId,
          `started again in ${next.process} (attempt ${next.attempt}) for no reason, after ${attempt.process}`,
        )
    }
    const deaths = attempts.filter((attempt) => attempt.died < Math.min(attempt.end, attempt.stop)).length
    if (deaths > MAX_CRASHES) report(runId, `${deaths} processes died of it`)
    const state = facts.runs.get(runId)?.state
    if (
      deaths === MAX_CRASHES &&
      last !== undefined &&
      state !== 'dead' &&
      // A user may cancel it before anybody has found its last lease over; who did is checked by C1.
      state !== 'cancelled' &&
      facts.overBy(last.start) < facts.settings.endAt
    )
      report(runId, `${deaths} processes died of it, and it is ${state}`)
  }
  return found
}

function hasReason(attempt: Attempt, next: Attempt, facts: Facts): boolean {
  if (attempt.outcome === 'threw' && attempt.end <= next.start) return true
  const { leaseMs } = facts.settings
  return facts.health.during(attempt.start - leaseMs, next.start, attempt.process).length > 0
}
