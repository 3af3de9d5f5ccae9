/** C5: of one run, every later start has a larger fence, no two have the same, and what is stored has the largest. */

import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

export function checkFences(facts: Facts): Violation[] {
  const found: Violation[] = []
  const report = (subject: string, text: string): void => void found.push({ check: 'C5', subject, text })
  for (const [runId, attempts] of facts.attemptsOfRun) {
    const fences = new Set(attempts.map(({ fence }) => fence))
    if (fences.size < attempts.length) report(runId, `two starts with one fence: ${attempts.map(({ fence }) => fence)}`)
    for (const [index, { fence, start }] of attempts.entries()) {
      const before = attempts[index - 1]
      // A claimer that was stopped before its start comes late, under an older fence; C4 judges what it may do.
      const wasStopped = facts.health.during(before?.start ?? start, start, attempts[index]?.process ?? '').length > 0
      if (before !== undefined && fence < before.fence && !wasStopped)
        report(runId, `fence ${fence} started after fence ${before.fence}`)
    }
    const stored = facts.runs.get(runId)
    const highest = Math.max(...fences)
    if (stored !== undefined && stored.fence < highest)
      report(runId, `stored under fence ${stored.fence}, started under ${highest}`)
  }
  return found
}
