/**
 * Several processes with a scheduler each, on one store, and what they leave behind: the same kind of history as a
 * simulation has, for the same checks. Everything is real: processes, store, network and time.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Scheduler } from '../../src/index.ts'
import { storeFrom } from '../../src/stores/factory.ts'
import type { RecordJobStore } from '../../src/stores/record-job-store.ts'
import type { EditEvent, History, LogEvent, Settings } from '../checks/history.ts'
import { dumpJobs, dumpRuns } from '../workload/dump.ts'
import { describeJob, WHOLE_HISTORY } from '../workload/job-calls.ts'
import type { Behaviour, JobPlan } from '../workload/plan.ts'
import { EventLog, readEventLog, type ToldError } from './event-log.ts'
import { FaultLog } from './fault-log.ts'
import type { ClockPlan } from './member-clock.ts'
import { MemberProcess } from './member-process.ts'
import { trueTime, WallClock } from './true-time.ts'

export interface FleetOptions {
  /** Of the store; nothing else may be in it. */
  readonly url: string
  readonly processes: number
  readonly leaseMs: number
  readonly pollMs: number
  /** The longest that a handler of the workload is at work, and that a failed run waits. */
  readonly longestRunMs: number
  /** Decides how long each run takes. @default 'fleet' */
  readonly seed?: string
  /** Name of a bug that the store of each process is to have. */
  readonly bug?: string | undefined
  /** Process -> its clock, where that is not the machine's. */
  readonly clocks?: ReadonlyMap<string, ClockPlan>
  /** By how many ms the wall clocks of processes that judge the time themselves are wrong at most. @default 1: each shows whole ones */
  readonly skewMs?: number
  /** By how much a process may take the clock of the store's server to be behind. @default 0 */
  readonly lagMs?: number | undefined
  /** What the machine may take beyond what the schedulers plan. @default 500 */
  readonly slackMs?: number | undefined
  /** The way of a process to the store. @default `url` */
  readonly urlOf?: (process: string) => string
}

/** A change of a job. */
export type Edit = Pick<EditEvent, 'op' | 'jobId' | 'schedule' | 'policy'>

/** What a fleet left behind. */
export interface Course {
  readonly history: History
  readonly errors: readonly ToldError[]
}

/** How far the clocks of the processes of one machine are apart: each shows whole milliseconds. */
const SKEW_MS = 1
/** How long a server may work on what it was sent by a process that was frozen since. */
const LAST_REQUESTS_MS = 100
/** A fifth of it is how long a call of the office may take, on a machine that is busy with the processes. */
const OFFICE_LEASE_MS = 100_000
const LOOK_AGAIN_MS = 50
const MOST_RUNS = 10_000
const USER = 'user'

/** What the processes of a fleet are called. */
export function processNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `p${index + 1}`)
}

export class Fleet {
  readonly members: readonly MemberProcess[]
  readonly faults = new FaultLog()
  readonly #options: FleetOptions
  readonly #folder = mkdtempSync(join(tmpdir(), 'cronwright-fleet-'))
  readonly #log = join(this.#folder, 'events.jsonl')
  readonly #user = new EventLog(this.#log, { process: USER, boot: 1 })
  readonly #wallClock = new WallClock()
  readonly #askedFor = new Map<Edit, number>()
  #caughtUpTo: number | null = null
  readonly #store: RecordJobStore
  /** Adds jobs and runs, and is never started. */
  readonly #office: Scheduler

  constructor(options: FleetOptions) {
    const { url, processes, leaseMs, pollMs, seed = 'fleet', bug, clocks, urlOf = () => url } = options
    this.#options = options
    this.#store = storeFrom(url, 'url')
    this.#office = new Scheduler({
      timezone: 'UTC',
      workerId: USER,
      jobStores: { default: this.#store },
      leaseDuration: OFFICE_LEASE_MS,
    })
    this.#office.register('work', () => undefined)
    const settings = { leaseMs, pollMs, seed, bug, log: this.#log }
    this.members = processNames(processes).map(
      (name) => new MemberProcess(name, { ...settings, url: urlOf(name), clock: clocks?.get(name) }, this.faults),
    )
  }

  /** Resolves when the schedulers of all processes have started. */
  async start(): Promise<void> {
    await Promise.all(this.members.map((member) => member.start()))
  }

  async addJobs(plans: readonly JobPlan[]): Promise<void> {
    const askedAt = trueTime()
    const jobs = await this.#office.addJobs(plans.map(describeJob))
    for (const [index, { id: jobId, schedule, policy }] of plans.entries()) {
      const nextRun = jobs[index]?.nextRunTime?.getTime() ?? null
      this.#user.note({ ev: 'edit', op: 'add', jobId, askedAt, schedule, policy, nextRun })
    }
  }

  /**
   * Makes a change of a job through the scheduler of the office; an edit that failed may have been made all the same, so it is
   * in force from when it was first asked for. False when it failed: ask again with the same edit.
   */
  async edit(edit: Edit, make: (office: Scheduler) => Promise<number | null>): Promise<boolean> {
    const askedAt = this.#askedFor.get(edit) ?? trueTime()
    this.#askedFor.set(edit, askedAt)
    try {
      const nextRun = await make(this.#office)
      this.#user.note({ ev: 'edit', ...edit, askedAt, nextRun })
      return true
    } catch (error) {
      this.#user.note({ ev: 'error', of: 'edit', message: `${edit.op} ${edit.jobId}: ${error}` })
      return false
    }
  }

  /** Enqueues so many runs at once. */
  async enqueue(count: number, behaviour: Behaviour): Promise<void> {
    const askedAt = trueTime()
    const inputs = Array.from({ length: count }, () => ({ behaviour }))
    const runs = await this.#office.enqueueMany('work', inputs, { history: WHOLE_HISTORY })
    for (const { id: runId, dueAt } of runs)
      this.#user.note({ ev: 'enqueued', runId, askedAt, dueAt: dueAt.getTime(), attempts: 1 })
  }

  /**
   * Waits until all that was due by now is over. What is not, after so many ms, is lost in the eyes of the checks.
   */
  async catchUp(withinMs: number): Promise<void> {
    const now = Date.now()
    this.#caughtUpTo = now
    const until = performance.now() + withinMs
    while (performance.now() < until && !(await this.#isCaughtUp(now))) await sleep(LOOK_AGAIN_MS)
  }

  async #isCaughtUp(now: number): Promise<boolean> {
    const [next = null] = await this.#store.nextDue([{ lane: 'job' }])
    if (next !== null && next <= now) return false
    const active = await this.#store.list({ kind: 'run', states: ['pending', 'running'], limit: MOST_RUNS })
    return active.every(({ at }) => at > now)
  }

  /** What the processes have logged so far. */
  events(): readonly LogEvent[] {
    return readEventLog(this.#log).events
  }

  /** The course up to now. The processes stand still while log and store are read, so that both tell of one moment. */
  async course(): Promise<Course> {
    const { leaseMs, pollMs, longestRunMs, slackMs, lagMs, skewMs = SKEW_MS } = this.#options
    const up = this.members.filter(({ isUp }) => isUp)
    for (const member of up) member.freeze()
    try {
      await sleep(LAST_REQUESTS_MS)
      const endAt = trueTime()
      const { events, faults: late, errors } = readEventLog(this.#log)
      const settings: Settings = {
        processes: this.members.map(({ name }) => name),
        leaseMs,
        pollMs,
        skewMs,
        longestRunMs,
        lagMs,
        slackMs,
        clock: this.#wallClock.segments(),
        caughtUpTo: this.#caughtUpTo,
        endAt,
      }
      const faults = [...this.faults.upTo(endAt), ...late]
      const [runs, jobs] = [await dumpRuns(this.#store), await dumpJobs(this.#store)]
      return { history: { settings, log: [...events].sort((a, b) => a.at - b.at), faults, runs, jobs }, errors }
    } finally {
      for (const member of up) member.thaw()
    }
  }

  /** Has every scheduler shut down. @throws Error when one of the processes failed */
  async shutDown(graceMs: number): Promise<void> {
    const up = this.members.filter(({ isUp }) => isUp)
    await Promise.all(up.map((member) => member.shutDown(graceMs)))
  }

  /** Ends whatever is left of it, and removes its log. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.members) member.end()
    this.#wallClock.end()
    await this.#office.shutdown({ timeout: 0 })
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
