/**
 * Judges what a killed process and the one after it left behind: nothing lost, no due time without its end, at most one
 * extra start for what was at work when the process died, nothing accepted twice. Pure.
 */

import type { Run } from '../../../src/index.ts'
import { isFinal } from '../../../src/jobs/run.ts'
import { LEASE_MS, type Note, POLL_MS } from './life.ts'

/** What is known when both processes are gone. */
export interface Evidence {
  readonly notes: readonly Note[]
  /** Every run in the store when the first process was dead and the second not yet started. */
  readonly runsAtDeath: readonly Run[]
  readonly runsAtEnd: readonly Run[]
  /** The next fire time of the cron job in the end, epoch ms. */
  readonly nextFire: number | undefined
  readonly diedAt: number
  readonly endedAt: number
  /** Name of the second process. */
  readonly survivor: string
  /** Milliseconds that a takeover may be late because time is real. */
  readonly slackMs: number
}

const TICK_MS = 1_000

/** Starts that a run needs when nothing happens to its process: of a `flaky` run two. */
function neededStarts(run: Run, atDeath: Run | undefined): number {
  if (run.functionRef === 'flaky') return 2
  return atDeath?.reason === 'handed-back' ? 2 : 1
}

/** What is wrong, in words; empty when all is well. */
export function violations(evidence: Evidence): string[] {
  const atDeath = new Map(evidence.runsAtDeath.map((run) => [run.id, run]))
  const atEnd = new Map(evidence.runsAtEnd.map((run) => [run.id, run]))
  const wrong: string[] = []
  for (const run of evidence.runsAtEnd) wrong.push(...wrongsOfRun(evidence, run, atDeath.get(run.id)))
  for (const { runId, what } of evidence.notes) {
    const run = atEnd.get(runId)
    if (run === undefined) wrong.push(`${runId}: lost, although it was ${what}`)
    else if (what === 'cancelled' && run.state !== 'cancelled') wrong.push(`${runId}: ${run.state} after a cancel`)
  }
  return [...wrong, ...wrongsOfJob(evidence)]
}

function wrongsOfRun(evidence: Evidence, run: Run, atDeath: Run | undefined): string[] {
  const { notes, survivor, diedAt, slackMs } = evidence
  const wrong: string[] = []
  const say = (words: string): number => wrong.push(`${run.id} (${run.functionRef}): ${words}`)
  const mine = notes.filter(({ runId }) => runId === run.id)

  const fences = mine.flatMap((note) => (note.what === 'started' ? [note.fence] : []))
  if (fences.some((fence, index) => index > 0 && fence <= (fences[index - 1] ?? 0))) say(`fences ${fences.join()}`)
  const wasAtWork = atDeath?.state === 'running'
  const allowed = neededStarts(run, atDeath) + (wasAtWork ? 1 : 0)
  if (fences.length > allowed) say(`${fences.length} starts, ${allowed} are allowed`)

  const ends = mine.flatMap((note) => (note.what === 'ended' ? [note.state] : []))
  if (ends.length > 1) say(`ended ${ends.length} times: ${ends.join()}`)
  if (ends.length === 1 && ends[0] !== run.state) say(`is ${run.state}, and was told to be ${ends[0]}`)
  if (!isFinal(run.state)) say(`not over: ${run.state}`)
  else if (!['completed', 'cancelled', 'skipped'].includes(run.state)) say(`ended as ${run.state}: ${run.reason}`)
  if (run.state === 'completed' && fences.length === 0) say('completed without a start')
  if (run.state === 'skipped' && run.reason === null) say('skipped without a reason')

  const restart = mine.find(({ process, what }) => process === survivor && what === 'started')
  if (atDeath !== undefined && isFinal(atDeath.state)) {
    if (restart !== undefined) say(`started again, although it was ${atDeath.state}`)
    if (`${run.finishedAt}` !== `${atDeath.finishedAt}` || run.state !== atDeath.state) say('its end was changed')
  }
  if (wasAtWork && restart !== undefined && restart.at - diedAt > LEASE_MS + POLL_MS + slackMs) {
    say(`taken over after ${restart.at - diedAt} ms`)
  }
  return wrong
}

/** Every second from the first fire to the end has its run, and the job goes on. */
function wrongsOfJob({ notes, runsAtEnd, nextFire, endedAt, slackMs }: Evidence): string[] {
  const dues = new Set(runsAtEnd.filter(({ jobId }) => jobId === 'tick').map(({ dueAt }) => dueAt.getTime()))
  const added = notes.find(({ what }) => what === 'added job')
  const first = added === undefined ? Math.min(...dues) : Number(added.runId.split('@')[1])
  if (added === undefined && nextFire === undefined && dues.size === 0) return []
  if (nextFire === undefined) return ['the cron job is lost']
  const wrong: string[] = []
  for (let due = first; due < nextFire; due += TICK_MS) if (!dues.has(due)) wrong.push(`tick@${due} has no run`)
  if (nextFire <= endedAt - slackMs || nextFire > endedAt + TICK_MS + slackMs)
    wrong.push(`next fire ${nextFire - endedAt} ms after the end`)
  return wrong
}
