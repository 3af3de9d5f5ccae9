/** A course in figures: what was due, what became of it, and how late it was. */

import { isOver } from '../checks/coverage.ts'
import { Facts } from '../checks/facts.ts'
import type { RunDump, Violation } from '../checks/history.ts'
import { violationsOf } from '../checks/index.ts'
import { told } from './event-log.ts'
import type { Course } from './fleet.ts'

export interface Summary {
  /** Fire times that are owed, and runs that were enqueued. */
  readonly due: number
  /**
   * Of these: started exactly once; more than once; never, but skipped for a reason; not yet, but on record; never, and
   * without a record, or over without a start.
   */
  readonly once: number
  readonly more: number
  readonly skipped: number
  readonly waiting: number
  readonly lost: number
  /** Starts before the due time. */
  readonly early: number
  /** Of first attempts at scheduled runs, ms. */
  readonly lateness: Quantiles
  /** Process -> how many handlers it started. */
  readonly starts: ReadonlyMap<string, number>
  /** How often the machine left a process without a turn. */
  readonly stalls: number
  readonly violations: readonly Violation[]
  /** What failed, as text. */
  readonly errors: readonly string[]
  /** How often a process died, by itself or because it was killed. */
  readonly deaths: number
  /** How often one died of what nobody had caught. */
  readonly unhandled: number
}

export interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export function summaryOf({ history, errors }: Course): Summary {
  const facts = new Facts(history)
  const violations = violationsOf(history)
  const runs = [...facts.jobs.values()].flatMap((job) => {
    const coverage = facts.coverageOf(job.id)
    return job.owed.map((at) => ({ id: `${job.id}@${at}`, record: coverage.of(at) }))
  })
  runs.push(...facts.events('enqueued').map(({ runId }) => ({ id: runId, record: facts.runs.get(runId) })))
  const fates = { once: 0, more: 0, skipped: 0, waiting: 0, lost: 0 }
  for (const { id, record } of runs) {
    const starts = facts.attemptsOfRun.get(id)?.length ?? 0
    fates[starts === 1 ? 'once' : starts > 1 ? 'more' : withoutStart(record)] += 1
  }
  return {
    due: runs.length,
    ...fates,
    early: violations.filter(({ check, text }) => check === 'C2' && text.endsWith('early')).length,
    lateness: quantilesOf(latenessOf(facts)),
    starts: startsOf(facts),
    stalls: history.faults.filter(({ kind }) => kind === 'block').length,
    violations,
    errors: errors.map(told),
    deaths: history.faults.filter(({ kind }) => kind === 'crash').length,
    unhandled: errors.filter(({ of }) => of === 'unhandled').length,
  }
}

function withoutStart(record: RunDump | undefined): 'skipped' | 'waiting' | 'lost' {
  if (record === undefined) return 'lost'
  if (!isOver(record)) return 'waiting'
  return record.state === 'skipped' ? 'skipped' : 'lost'
}

/** How long after its due time each scheduled run was first started. */
export function latenessOf({ attemptsOfRun, timeline }: Facts): number[] {
  const firsts = [...attemptsOfRun.values()].flatMap(([first]) => first ?? [])
  return firsts.filter(({ jobId }) => jobId !== null).map(({ start, dueAt }) => start - timeline.firstAt(dueAt))
}

function startsOf({ attempts, settings }: Facts): Map<string, number> {
  const starts = new Map(settings.processes.map((name) => [name, 0]))
  for (const { process } of attempts) starts.set(process, (starts.get(process) ?? 0) + 1)
  return starts
}

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b)
  // The smallest value that at least this share of all do not exceed.
  const quantile = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: quantile(0.5), p99: quantile(0.99), max: sorted.at(-1) ?? 0 }
}
