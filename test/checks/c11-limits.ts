/** C11: no job has more runs at work than its `maxInstances`, at any instant and over all processes. */

import { type Attempt, activeUntil } from './attempts.ts'
import { couldNotKnow } from './c04-exclusion.ts'
import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

export function checkLimits(facts: Facts): Violation[] {
  const found: Violation[] = []
  const { endAt } = facts.settings
  for (const [jobId, attempts] of facts.attemptsOfJob) {
    const limit = jobId === null ? undefined : facts.jobs.get(jobId)?.maxInstances
    if (jobId === null || limit === undefined) continue
    let atWork: Attempt[] = []
    for (const attempt of attempts) {
      atWork = atWork.filter((other) => activeUntil(other, endAt) > attempt.start)
      const others = atWork.filter(
        (other) => other.runId !== attempt.runId && !couldNotKnow(other, attempt.start, facts),
      )
      atWork.push(attempt)
      if (others.length < limit) continue
      const text = `${others.length + 1} at work, ${limit} allowed, when ${attempt.runId} started in ${attempt.process}`
      found.push({ check: 'C11', subject: jobId, text })
    }
  }
  return found
}
