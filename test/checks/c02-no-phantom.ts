/** C2: nothing runs that is not due: each start, and each record, has a fire time or a request, and no start is early. */

import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

export function checkNoPhantom(facts: Facts): Violation[] {
  const found: Violation[] = []
  const { timeline, settings } = facts
  const report = (subject: string, text: string): void => void found.push({ check: 'C2', subject, text })
  const enqueued = new Map(facts.events('enqueued').map((request) => [request.runId, request]))
  const isKnown = (runId: string, jobId: string | null, at: number): boolean => {
    if (jobId === null) return enqueued.get(runId)?.dueAt === at
    return facts.jobs.get(jobId)?.isAllowed(at) ?? false
  }
  for (const { runId, jobId, dueAt, start } of facts.attempts) {
    if (!isKnown(runId, jobId, dueAt)) report(runId, 'started, and was not due')
    const early = timeline.firstAt(dueAt - settings.skewMs) - start
    // The clock of a process shows whole milliseconds.
    if (early >= 1) report(runId, `started ${Math.ceil(early)} ms early`)
  }
  for (const { id, jobId, at } of facts.history.runs) {
    if (!isKnown(id, jobId, at)) report(id, 'has a record, and was not due')
  }
  return found
}
