/**
 * A history, put in order for the checks: the attempts of each run with their ends, what was asked of each job and when,
 * which fire times are owed, and when a process was well. Pure.
 */

import { type Attempt, attemptsOf } from './attempts.ts'
import { Coverage } from './coverage.ts'
import { groupBy } from './group-by.ts'
import { Health } from './health.ts'
import type { History, LogEvent, RunDump, Settings } from './history.ts'
import { JobFacts } from './job-facts.ts'
import { Timeline } from './timeline.ts'

const SLACK_MS = 500
/** By how much two readings of one clock may differ from an even course. */
const READINGS_DIFFER_MS = 1

type EventOf<E extends LogEvent['ev']> = Extract<LogEvent, { readonly ev: E }>

export class Facts {
  readonly history: History
  readonly settings: Settings
  readonly timeline: Timeline
  readonly health: Health
  /** By start. */
  readonly attempts: readonly Attempt[]
  readonly attemptsOfRun: ReadonlyMap<string, readonly Attempt[]>
  /** Of enqueued runs: under null. */
  readonly attemptsOfJob: ReadonlyMap<string | null, readonly Attempt[]>
  readonly runs: ReadonlyMap<string, RunDump>
  /** Runs of each job by due time. */
  readonly runsOfJob: ReadonlyMap<string, readonly RunDump[]>
  readonly jobs: ReadonlyMap<string, JobFacts>
  /** Ms after its due time (and with a process that is well) in which a fire time has its record. */
  readonly boundMs: number
  readonly #coverage: ReadonlyMap<string, Coverage>

  constructor(history: History) {
    const { settings, log, faults } = history
    this.history = history
    this.settings = settings
    this.boundMs = settings.pollMs + (settings.slackMs ?? SLACK_MS)
    this.timeline = new Timeline(settings.clock)
    this.health = new Health(faults, settings)
    this.attempts = attemptsOf(log, faults, settings.endAt)
    this.attemptsOfRun = groupBy(this.attempts, (attempt) => attempt.runId)
    this.attemptsOfJob = groupBy(this.attempts, (attempt) => attempt.jobId)
    this.runs = new Map(history.runs.map((run) => [run.id, run]))
    const fired = history.runs.filter((run) => run.jobId !== null).sort((a, b) => a.at - b.at)
    this.runsOfJob = groupBy(fired, (run) => run.jobId ?? '')
    const edits = groupBy(this.events('edit'), (edit) => edit.jobId)
    this.jobs = new Map([...edits].map(([id, list]) => [id, new JobFacts(id, list, this)]))
    this.#coverage = new Map(
      [...this.jobs].map(([id, { schedules }]) => [id, new Coverage(this.#runsOf(id), schedules)]),
    )
  }

  coverageOf(jobId: string): Coverage {
    return this.#coverage.get(jobId) ?? new Coverage(this.#runsOf(jobId), [])
  }

  #runsOf(jobId: string): readonly RunDump[] {
    return this.runsOfJob.get(jobId) ?? []
  }

  events<E extends LogEvent['ev']>(ev: E): EventOf<E>[] {
    return this.history.log.filter((event): event is EventOf<E> => event.ev === ev)
  }

  /** Whether the machine's wall clock was ever set back, by more than readings of it may differ. */
  get clockWentBack(): boolean {
    const { clock } = this.settings
    return clock.some(({ from, wall }, index) => {
      const before = clock[index - 1]
      return before !== undefined && wall < before.wall + (from - before.from) * before.rate - READINGS_DIFFER_MS
    })
  }

  /** Wall time up to which everything that was due is over. */
  get caughtUpTo(): number {
    return this.settings.caughtUpTo ?? Number.NEGATIVE_INFINITY
  }

  /** True time by which whatever is due at `at` must have been seen to; infinite when no process was ever well. */
  seenToBy(at: number): number {
    return this.health.wellFor(at, this.boundMs)
  }

  /** True time by which a run that was due at `at` must be over, faults and all. */
  overBy(at: number): number {
    const { leaseMs, longestRunMs } = this.settings
    return Math.max(at, this.health.lastFaultEnd) + this.health.recoveryMs + leaseMs + this.boundMs + longestRunMs
  }
}
