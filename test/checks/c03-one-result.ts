/** C3: of each run one result at most is accepted, and the record is that result. */

import type { Facts } from './facts.ts'
import { groupBy } from './group-by.ts'
import type { SettledEvent, Violation } from './history.ts'

/** Ends after which nothing more is accepted. */
const FINAL = new Set(['completed', 'failed', 'cancelled', 'dead', 'unknown'])

export function checkOneResult(facts: Facts): Violation[] {
  const found: Violation[] = []
  const report = (subject: string, text: string): void => void found.push({ check: 'C3', subject, text })
  const final = facts.events('settled').filter(({ state }) => FINAL.has(state))
  for (const [runId, results] of groupBy(final, (event) => event.runId)) {
    if (results.length > 1 && !areOne(results))
      report(
        runId,
        `${results.length} results accepted: ${results.map(({ state, fence }) => `${state} (fence ${fence})`).join(', ')}`,
      )
    const run = facts.runs.get(runId)
    const [result] = results
    if (run === undefined || result === undefined) continue
    if (run.state !== result.state || run.fence !== result.fence)
      report(runId, `accepted as ${result.state} (fence ${result.fence}), stored as ${run.state} (fence ${run.fence})`)
  }
  return found
}

/**
 * Whether one result was told several times. A cancellation is told by whoever was asked for it, and by whoever had the run.
 * And two processes that find in the same millisecond that a run's process died write the same end of it; a process that got
 * no answer finds it as it wrote it.
 */
function areOne(results: readonly SettledEvent[]): boolean {
  const [first] = results
  const isSame = (key: (result: SettledEvent) => unknown): boolean => new Set(results.map(key)).size === 1
  if (!isSame(({ state, fence }) => `${state} ${fence}`)) return false
  if (first?.state === 'cancelled') return true
  const areFromDifferent = new Set(results.map(({ process }) => process)).size === results.length
  return first?.state !== 'completed' && areFromDifferent && isSame(({ finishedAt }) => finishedAt)
}
