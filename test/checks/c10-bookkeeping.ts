/** C10: the books agree: sums stand for exactly the fire times between, and the store shows what the log saw happen. */

import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

export function checkBookkeeping(facts: Facts): Violation[] {
  const found: Violation[] = []
  const report = (subject: string, text: string): void => void found.push({ check: 'C10', subject, text })
  for (const { runId, dueAt, count, reason } of facts.events('skip')) {
    const run = facts.runs.get(runId)
    if (run === undefined) report(runId, 'was skipped, and has no record')
    else if (run.state !== 'skipped' || run.at !== dueAt || run.count !== count || run.reason !== reason)
      report(runId, `was skipped (${reason}, ${count}), and its record says ${run.state} (${run.reason}, ${run.count})`)
  }
  for (const { runId, dueAt, jobId } of facts.attempts) {
    const run = facts.runs.get(runId)
    if (run === undefined) report(runId, 'was started, and has no record')
    else if (run.at !== dueAt || run.jobId !== jobId) report(runId, 'was started for another time than is stored')
  }
  for (const job of facts.jobs.values()) {
    for (const { run, first } of facts.coverageOf(job.id).sums) {
      if (first === undefined) report(run.id, `stands for ${run.count} fire times, which cannot be`)
    }
  }
  return found
}
