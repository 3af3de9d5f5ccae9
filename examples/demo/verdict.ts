/** What came of it: tables for people, and each claim checked against what was seen. */

import { percentile } from '../service/percentile.ts'
import { type Audit, skippedByReason } from './audit.ts'
import type { Evidence } from './kill-and-restart.ts'
import { milliseconds, printTable } from './print.ts'
import type { JobReading, RunLine, RunReading } from './readings.ts'

/** What was seen from outside, beside the evidence from the store. */
export interface Testimony {
  /** Every run that a process said had ended. */
  readonly lines: readonly RunLine[]
  /** Lines that the reminder wrote. */
  readonly remindersWritten: number
  /** Exit code of the service after SIGTERM. */
  readonly exitCode: number | null
}

/** Half of the runs have to begin within this many milliseconds of their due time, on a busy machine too. */
const MAX_MEDIAN_LATENESS = 100

/** The fire times that were missed, and what the misfire policy of each job made of them. */
export function showMissed({ audits, reminderRuns }: Evidence): void {
  const rows = audits.map(({ jobId, missed }) => missedRow(jobId, missed))
  printTable(['JOB', 'MISSED', 'CAUGHT UP', 'SKIPPED, WITH REASON'], [...rows, missedRow('reminder', reminderRuns)])
}

function missedRow(jobId: string, missed: readonly RunReading[]): string[] {
  return [jobId, String(missed.length), String(completed(missed)), skippedByReason(missed)]
}

export function showSummary({ audits }: Evidence): void {
  const rows = audits.map(({ jobId, lateness, missed }) => [
    jobId,
    String(lateness.length),
    milliseconds(percentile(lateness, 50)),
    milliseconds(percentile(lateness, 100)),
    String(missed.length),
    String(completed(missed)),
  ])
  printTable(['JOB', 'RUNS IN TIME', 'P50 LATE', 'MAX LATE', 'MISSED', 'CAUGHT UP'], rows)
}

/** Prints every claim with its verdict. Gives whether all of them hold. */
export function judge(evidence: Evidence, { lines, remindersWritten, exitCode }: Testimony): boolean {
  const { audits, jobsBefore, jobsAfter, reminderRuns, service } = evidence
  const ran = lines.filter(({ outcome }) => outcome === 'completed').map(({ job, dueAt }) => `${job}@${dueAt}`)
  const lateness = audits.flatMap((audit) => audit.lateness)
  const rotation = missedOf(audits, 'rotate-log')
  const report = missedOf(audits, 'write-report')
  const claims: readonly (readonly [string, boolean])[] = [
    ['the jobs came back with their functions and kept their phase', described(jobsBefore) === described(jobsAfter)],
    ['each of them has run again since', jobsAfter.every(({ id }) => hasRunSince(id, service.startedAt, lines))],
    ['no fire time is absent from the record', audits.every(({ absent }) => absent.length === 0)],
    ['no fire time ran twice', new Set(ran).size === ran.length],
    ['missed rotations became one run (coalesce)', completed(rotation) === 1],
    ['each missed report was made up for (no coalesce)', report.length > 0 && completed(report) === report.length],
    ['of the missed measurements one ran at most, the others are on record as skipped', isSkipped(audits)],
    [
      'the reminder, due while nothing ran, was given exactly once',
      reminderRuns.length === 1 && completed(reminderRuns) === 1 && remindersWritten === 1,
    ],
    [
      `runs in time began at most ${MAX_MEDIAN_LATENESS} ms late (median)`,
      (percentile(lateness, 50) ?? Number.NaN) <= MAX_MEDIAN_LATENESS,
    ],
    ['SIGTERM ended the service in order', exitCode === 0],
  ]
  for (const [claim, holds] of claims) console.log(`  ${holds ? 'yes' : 'NO '}  ${claim}`)
  return claims.every(([, holds]) => holds)
}

function hasRunSince(jobId: string, instant: number, lines: readonly RunLine[]): boolean {
  return lines.some(({ job, outcome, dueAt, latenessMs }) => {
    return job === jobId && outcome === 'completed' && dueAt + (latenessMs ?? 0) >= instant
  })
}

function isSkipped(audits: readonly Audit[]): boolean {
  const missed = missedOf(audits, 'measure-latency')
  const skipped = missed.filter(({ state, reason }) => state === 'skipped' && reason !== null)
  return skipped.length > 0 && missed.length - skipped.length <= 1
}

function missedOf(audits: readonly Audit[], id: string): readonly RunReading[] {
  return audits.find(({ jobId }) => jobId === id)?.missed ?? []
}

function completed(runs: readonly RunReading[]): number {
  return runs.filter(({ state }) => state === 'completed').length
}

function described(jobs: readonly JobReading[]): string {
  return JSON.stringify(jobs.map(({ id, functionRef, trigger }) => [id, functionRef, trigger]).sort())
}
