/** C10: the books agree: sums stand for exactly the fire times between, and the store shows what the log saw happen. */

import { dueTimes } from './due-times.ts'
import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'
import type { JobFacts } from './job-facts.ts'

/** Where the scheduler stops counting the fire times of a crontab; what it says then is a lower bound. */
const COUNT_LIMIT = 10_000

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
    const coverage = facts.coverageOf(job.id)
    for (const { after, run } of coverage.sums) {
      const expected = countsBetween(job, after, run.at)
      if (!expected.includes(run.count) && run.count < COUNT_LIMIT)
        report(run.id, `stands for ${run.count} fire times of ${expected.join(' or ')}`)
    }
  }
  return found
}

/** How many fire times there were; a job that was rescheduled has several answers. */
function countsBetween(job: JobFacts, after: number, until: number): number[] {
  return job.schedules.map((schedule) => dueTimes(schedule, after + 1, until).length)
}
