/**
 * C12: a second opinion that knows no ids. Of each job, the owed fire times that nobody skipped are matched with the
 * starts, each fire time being a window from its due time to the latest start that its faults excuse. Starts are points
 * and windows are intervals, so taking the window that closes first is exact. What finds no start is lost.
 */

import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'
import type { JobFacts } from './job-facts.ts'

interface Window {
  readonly at: number
  readonly opens: number
  readonly closes: number
}

export function checkBlindly(facts: Facts): Violation[] {
  const found: Violation[] = []
  for (const job of facts.jobs.values()) {
    const starts = (facts.attemptsOfJob.get(job.id) ?? []).map(({ start }) => start)
    for (const { at } of unmatched(windowsOf(job, facts), starts)) {
      found.push({ check: 'C12', subject: job.id, text: `no start is left for the fire time ${at}` })
    }
  }
  return found
}

function windowsOf(job: JobFacts, facts: Facts): Window[] {
  const { timeline, settings } = facts
  const coverage = facts.coverageOf(job.id)
  const windows: Window[] = []
  for (const at of job.owed) {
    const state = coverage.of(at)?.state
    if (state === 'skipped' || state === 'cancelled' || state === 'dead') continue
    const opens = timeline.firstAt(at - settings.skewMs) - 1
    const calm = facts.health.isCalm(opens - settings.leaseMs, opens + facts.boundMs)
    const closes = calm ? opens + facts.boundMs + settings.longestRunMs : facts.overBy(opens)
    if (closes < settings.endAt) windows.push({ at, opens, closes })
  }
  return windows.sort((a, b) => a.opens - b.opens)
}

/** The windows for which no start is left. Both lists are in order. */
function unmatched(windows: readonly Window[], starts: readonly number[]): Window[] {
  const lost: Window[] = []
  const open: Window[] = []
  let next = 0
  for (const start of starts) {
    for (let window = windows[next]; window !== undefined && window.opens <= start; window = windows[next]) {
      open.push(window)
      next += 1
    }
    open.sort((a, b) => a.closes - b.closes)
    while (open[0] !== undefined && open[0].closes < start) lost.push(...open.splice(0, 1))
    open.shift()
  }
  return [...lost, ...open, ...windows.slice(next)]
}
