/** C8: a run whose process died, with no other fault near, is started again, or ended, within lease + poll + 0.5 s. */

import { type Attempt, activeUntil } from './attempts.ts'
import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

/** An attempt whose process died under it, with no other fault near, and when the run was taken over. */
interface Takeover {
  readonly attempt: Attempt
  /** From the death to the next start; to the end of the course where there was none. */
  readonly ms: number
}

export function checkTakeover(facts: Facts): Violation[] {
  const bound = facts.settings.leaseMs + facts.boundMs
  return takeovers(facts)
    .filter(({ ms }) => ms > bound)
    .map(({ attempt, ms }) => ({
      check: 'C8',
      subject: attempt.runId,
      text: `not taken over ${Math.round(ms)} ms after ${attempt.process} died`,
    }))
}

/** Every takeover that there had to be. */
export function takeovers(facts: Facts): Takeover[] {
  const found: Takeover[] = []
  const { leaseMs, endAt } = facts.settings
  for (const attempts of facts.attemptsOfRun.values()) {
    for (const [index, attempt] of attempts.entries()) {
      if (attempt.died > Math.min(attempt.end, attempt.stop) || attempt.died >= endAt) continue
      const next = attempts[index + 1]
      const deadline = attempt.died + leaseMs + facts.boundMs
      if (deadline >= endAt || !facts.health.isOnlyFault(attempt.died, deadline, attempt.process)) continue
      if (isOverBy(attempt, deadline, facts) || isCrowded(attempt, deadline, facts)) continue
      found.push({ attempt, ms: (next?.start ?? endAt) - attempt.died })
    }
  }
  return found
}

/** Whether the record was over in time, or another attempt was at work all the while. */
function isOverBy({ runId, died }: Attempt, deadline: number, facts: Facts): boolean {
  const run = facts.runs.get(runId)
  if (run === undefined) return true
  if (run.finishedAt !== null && run.finishedAt <= facts.timeline.wallAt(deadline) + facts.settings.skewMs) return true
  return (facts.attemptsOfRun.get(runId) ?? []).some(
    (other) => other.start <= died && activeUntil(other, facts.settings.endAt) > died,
  )
}

/** Whether other runs of the job took its places meanwhile. */
function isCrowded({ runId, jobId, died }: Attempt, deadline: number, facts: Facts): boolean {
  if (jobId === null) return false
  return (facts.attemptsOfJob.get(jobId) ?? []).some(
    (other) => other.runId !== runId && other.start <= deadline && other.end >= died,
  )
}
