/** C1: every fire time that is owed, and every enqueued run, has a record that is over, in a way that its policy allows. */

import { isOver } from './coverage.ts'
import type { Facts } from './facts.ts'
import type { EditEvent, Fault, RunDump, Violation } from './history.ts'
import type { JobFacts } from './job-facts.ts'

/** Reason for which an overdue fire time was skipped -> what was done to its job. */
const CHANGED_BY: Readonly<Record<string, EditEvent['op']>> = {
  paused: 'pause',
  rescheduled: 'reschedule',
  removed: 'remove',
}

const LOSES_ANSWERS: ReadonlySet<Fault['kind']> = new Set(['outage', 'flaky', 'slow'])

export function checkNoLoss(facts: Facts): Violation[] {
  const found: Violation[] = []
  const report = (subject: string, text: string): void => void found.push({ check: 'C1', subject, text })
  for (const job of facts.jobs.values()) {
    const coverage = facts.coverageOf(job.id)
    for (const at of job.owed) {
      const run = coverage.of(at)
      if (run === undefined) report(`${job.id}@${at}`, 'a fire time without a record')
    }
  }
  for (const { runId } of facts.events('enqueued')) {
    if (!facts.runs.has(runId)) report(runId, 'an enqueued run without a record')
  }
  for (const run of facts.runs.values()) {
    const wrong = isOver(run) ? wrongEnd(run, facts) : tooLate(run, facts)
    if (wrong !== undefined) report(run.id, wrong)
  }
  return found
}

/** What is wrong with a run that is not over; undefined when it is young. */
function tooLate(run: RunDump, facts: Facts): string | undefined {
  const { timeline, settings } = facts
  const waits = run.state === 'pending' && run.due !== null && run.due > timeline.wallAt(settings.endAt)
  const isYoung = waits || facts.overBy(timeline.firstAt(run.at)) >= settings.endAt
  return isYoung && run.at > facts.caughtUpTo ? undefined : `still ${run.state} at the end`
}

function wrongEnd(run: RunDump, facts: Facts): string | undefined {
  const attempts = facts.attemptsOfRun.get(run.id) ?? []
  const ends = attempts.filter((attempt) => attempt.fence === run.fence)
  switch (run.state) {
    case 'completed':
      return ends.some(({ outcome }) => outcome === 'returned') ? undefined : 'completed, but no handler returned'
    case 'failed':
      return ends.some(({ outcome }) => outcome === 'threw') ? undefined : 'failed, but no handler threw'
    case 'skipped':
      return run.jobId === null ? 'an enqueued run was skipped' : wrongSkip(run, facts.jobs.get(run.jobId), facts)
    case 'cancelled':
      return facts.events('cancelled').some(({ runId }) => runId === run.id) ? undefined : 'cancelled by nobody'
    case 'dead':
      if (attempts.length === 0 && !mayBeClaimedUnheard(run, facts)) return 'dead, and its handler was never called'
      return run.crashes >= 3 || run.reason === 'attempts-used-up' ? undefined : `dead with ${run.crashes} crashes`
    default:
      return `ended as ${run.state}`
  }
}

/** Whether a claim of a run may have been written of which its process did not hear: that costs the run a lease. */
function mayBeClaimedUnheard({ at, finishedAt }: RunDump, { health, settings, timeline }: Facts): boolean {
  const to = finishedAt === null ? settings.endAt : timeline.firstAt(finishedAt)
  return settings.processes.some((process) =>
    health.during(timeline.firstAt(at), to, process).some(({ kind }) => LOSES_ANSWERS.has(kind)),
  )
}

function wrongSkip(run: RunDump, job: JobFacts | undefined, facts: Facts): string | undefined {
  const policies = job?.policies ?? []
  switch (run.reason) {
    case 'coalesced':
      return policies.some(({ coalesce }) => coalesce) ? undefined : 'coalesced, which its policy does not say'
    case 'misfire': {
      const late = (run.finishedAt ?? run.at) - run.at
      const isLate = policies.some(({ misfireGrace }) => misfireGrace !== null && late > misfireGrace)
      return isLate ? undefined : `a misfire after ${late} ms`
    }
    case 'max-instances': {
      const skippedAt = run.finishedAt ?? run.at
      const since = skippedAt - 2 * facts.settings.longestRunMs
      // An end before its own due time shows that the clock was set back: it says nothing about when it was.
      // And fire times that it shows again are skipped while runs of later ones are at work.
      const isBefore = (at: number): boolean => at < run.at || facts.clockWentBack
      const isAtWork = ({ at, id, finishedAt }: RunDump): boolean =>
        id !== run.id && isBefore(at) && (finishedAt === null || finishedAt < at || finishedAt >= since)
      const runs = facts.runsOfJob.get(run.jobId ?? '') ?? []
      return runs.some(isAtWork) ? undefined : 'skipped for max-instances with nothing at work'
    }
    case 'paused':
    case 'rescheduled':
    case 'removed': {
      const isChanged = job?.edits.some(({ op }) => op === CHANGED_BY[run.reason ?? ''])
      return isChanged ? undefined : `skipped because the job was ${run.reason}, which nobody asked for`
    }
    default:
      return run.reason === 'catch-up-limit' ? undefined : `skipped for ${run.reason}`
  }
}
