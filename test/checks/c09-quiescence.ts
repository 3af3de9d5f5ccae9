/**
 * C9: after the last fault all is well again: no lease is over with nobody taking the run, nothing due waits, every job's
 * next due time is in the future, jobs still fire, and nobody spins.
 */

import type { Facts } from './facts.ts'
import type { Violation } from './history.ts'

/** The deadlines of the steps of a shutdown, and the longest time that these histories give to runs at work. */
const LONGEST_SHUTDOWN_MS = 20_000

export function checkQuiescence(facts: Facts): Violation[] {
  const found: Violation[] = []
  const { settings, health, timeline } = facts
  const report = (subject: string, text: string): void => void found.push({ check: 'C9', subject, text })
  for (const { process, askedAt, at } of facts.events('shutdown')) {
    const isStopped = health.during(askedAt, at, process).some(({ kind }) => kind === 'stop' || kind === 'block')
    if (at - askedAt > LONGEST_SHUTDOWN_MS && !isStopped)
      report(process, `took ${Math.round(at - askedAt)} ms to shut down`)
  }
  const recovered = health.lastFaultEnd + health.recoveryMs + settings.leaseMs + facts.boundMs
  if (recovered >= settings.endAt) return found
  const latest = timeline.wallAt(settings.endAt) - facts.boundMs - settings.skewMs
  for (const { id, due, state } of facts.history.jobs) {
    if (due !== null && due < latest) report(id, `${state}, and was due ${Math.round(latest - due)} ms ago`)
  }
  for (const run of facts.history.runs) {
    if (run.due === null || run.due >= latest) continue
    if (run.state === 'running') report(run.id, 'its lease is over and nobody takes it')
    const isBehind =
      run.jobId !== null && (facts.attemptsOfJob.get(run.jobId) ?? []).some((other) => other.end >= settings.endAt)
    if (run.state === 'pending' && !isBehind && facts.overBy(timeline.firstAt(run.at)) < settings.endAt)
      report(run.id, 'is due and nobody takes it')
  }
  for (const job of facts.jobs.values()) {
    const last = job.owed.at(-1)
    const firstCalm = job.owed.find((at) => timeline.firstAt(at) > recovered)
    const run = facts.runsOfJob.get(job.id)?.at(-1)
    if (firstCalm !== undefined && last !== undefined && (run === undefined || run.at < last))
      report(job.id, 'does not fire any more')
  }
  return found
}
