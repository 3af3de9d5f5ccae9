/** Jobs that fire all the time in several processes, on a store that is away for a while. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Facts } from '../../checks/facts.ts'
import type { ServerProcess } from '../../integration/stores/own-server.ts'
import type { ToldError } from '../event-log.ts'
import { Fleet } from '../fleet.ts'
import { type Summary, summaryOf } from '../summary.ts'
import { trueTime } from '../true-time.ts'
import { holdWriteLock } from '../write-lock.ts'
import { LONGEST_RUN_MS, startJobs } from './steady-load.ts'

export interface OutageOptions {
  readonly url: string
  /** Undefined for SQLite: there another connection keeps the write lock. */
  readonly server: ServerProcess | undefined
  readonly processes: number
  readonly jobs: number
  /** For how long the store is away. */
  readonly seconds: number
}

export interface Outage extends Summary {
  /** From when the store answers again until the last of the runs that had become due before was started, ms. */
  readonly catchUpMs: number
  /** The most that it may be. */
  readonly catchUpBoundMs: number
  /** Of each process, how often it told of the outage: once. */
  readonly tellings: readonly number[]
}

/** What a scheduler has by default. */
const TIMES = { leaseMs: 15_000, pollMs: 1_000, longestRunMs: LONGEST_RUN_MS }
const BEFORE_MS = 5_000
const AFTER_MS = 10_000
const CATCH_UP_BOUND_MS = 5_000
const CATCH_UP_MS = 60_000

export async function outage({ url, server, processes, jobs, seconds }: OutageOptions): Promise<Outage> {
  await using fleet = new Fleet({ url, processes, ...TIMES })
  await fleet.start()
  await startJobs(fleet, jobs)
  await sleep(BEFORE_MS)
  const from = trueTime()
  const endFault = fleet.faults.begin('outage', null)
  await away(url, server, 1_000 * seconds)
  const answeredAt = trueTime()
  endFault()
  await sleep(AFTER_MS)
  await fleet.catchUp(CATCH_UP_MS)
  const course = await fleet.course()
  await fleet.shutDown(1_000)
  const { attempts, timeline } = new Facts(course.history)
  const overdue = attempts.filter(({ dueAt, attempt }) => attempt === 1 && timeline.firstAt(dueAt) <= answeredAt)
  const told = course.errors.filter(({ of, at }) => of === 'store' && at >= from)
  return {
    ...summaryOf(course),
    catchUpMs: Math.max(0, ...overdue.map(({ start }) => start - answeredAt)),
    catchUpBoundMs: CATCH_UP_BOUND_MS,
    tellings: course.history.settings.processes.map((name) => tellingsOf(name, told)),
  }
}

function tellingsOf(name: string, told: readonly ToldError[]): number {
  return told.filter(({ process }) => process === name).length
}

/** Resolves when the store answers again. */
async function away(url: string, server: ServerProcess | undefined, ms: number): Promise<void> {
  if (server === undefined) {
    const release = await holdWriteLock(url)
    await sleep(ms)
    release()
  } else {
    server.kill()
    await sleep(ms)
    await server.start()
  }
}
