/** What the scheduler's tests are made of: a scheduler on a clock that stands still, and ways to let time pass. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import {
  type Job,
  MemoryJobStore,
  type Run,
  type RunContext,
  Scheduler,
  type SchedulerEvents,
  type SchedulerOptions,
} from '../../../src/index.ts'
import { EVENT_NAMES } from '../../../src/scheduler/events.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'

export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** What every clock begins with: 2026-01-01T00:00:00Z. */
export const START = Date.UTC(2026, 0, 1)

/** The instant this long after {@link START}. */
export function at(ms: number): Date {
  return new Date(START + ms)
}

/** A scheduler, and the clock it lives by. It is shut down when the test ends. */
export interface Bench {
  readonly clock: ManualClock
  readonly scheduler: Scheduler
}

export function newBench({ clock = new ManualClock(START), ...options }: BenchOptions = {}): Bench {
  const scheduler = new Scheduler({ timezone: 'UTC', clock, ...options })
  onTestFinished(async () => {
    await settled(clock, scheduler.shutdown({ wait: false }))
  })
  return { clock, scheduler }
}

export type BenchOptions = Omit<SchedulerOptions, 'clock'> & { readonly clock?: ManualClock }

/** A bench whose scheduler runs. */
export async function startedBench(options: BenchOptions = {}): Promise<Bench> {
  const bench = newBench(options)
  await bench.scheduler.start()
  return bench
}

/**
 * Lets time pass until a promise is settled, a minute at most. What takes long may be something real, such as the loading
 * of a driver: that gets some real time with each step.
 */
export async function settled<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let isOver = false
  const over = promise.finally(() => {
    isOver = true
  })
  over.catch(() => undefined)
  await clock.settle()
  for (let passed = 0; !isOver && passed < MINUTE; passed += 100) {
    if (passed > 2 * SECOND) await sleep(5)
    await clock.advance(100)
  }
  if (!isOver) throw new Error('the promise was not settled within a minute')
  return over
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('the promise was not rejected')
}

/** A handler that notes when it was called, and with what. */
export class Recorder {
  readonly calls: { readonly input: unknown; readonly run: RunContext; readonly at: number }[] = []
  readonly #clock: ManualClock

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  readonly handler = (input: unknown, run: RunContext): void => {
    this.calls.push({ input, run, at: this.#clock.now() })
  }

  /** When it was called, in ms since {@link START}. */
  get times(): number[] {
    return this.calls.map((call) => call.at - START)
  }

  get inputs(): unknown[] {
    return this.calls.map((call) => call.input)
  }
}

/** A handler that stays at work until the test lets go of it; it ignores its signal. */
export class Gate {
  readonly entered: RunContext[] = []
  readonly #waiting: { readonly id: string; readonly open: (value: unknown) => void }[] = []

  readonly handler = (_input: unknown, run: RunContext): Promise<unknown> => {
    this.entered.push(run)
    return new Promise((open) => {
      this.#waiting.push({ id: run.id, open })
    })
  }

  /** Lets the handler that came first end with a value. */
  open(value?: unknown): void {
    this.#waiting.shift()?.open(value)
  }
}

/** Every event of a scheduler from now on, as `name` or `name subject`. */
export function recordEvents(scheduler: Scheduler): string[] {
  const seen: string[] = []
  for (const name of EVENT_NAMES) {
    scheduler.on(name, (payload) => {
      const subject = subjectOf(payload)
      seen.push(subject === undefined ? name : `${name} ${subject}`)
    })
  }
  return seen
}

function subjectOf(payload: SchedulerEvents[keyof SchedulerEvents]): string | undefined {
  if ('runId' in payload) return payload.runId
  if ('jobId' in payload) return payload.jobId
  if ('alias' in payload) return payload.alias
  return 'store' in payload ? payload.store : undefined
}

/** The job, which must be there. */
export async function jobOf(scheduler: Scheduler, id: string): Promise<Job> {
  const job = await scheduler.getJob(id)
  if (job === undefined) throw new Error(`there is no job ${id}`)
  return job
}

/** The run, which must be there. */
export async function runOf(scheduler: Scheduler, id: string): Promise<Run> {
  const run = await scheduler.getRun(id)
  if (run === undefined) throw new Error(`there is no run ${id}`)
  return run
}

/** The runs of a job, oldest first: when each was due (ms since {@link START}), what became of it, and why. */
export async function historyOf(scheduler: Scheduler, jobId: string): Promise<[number, string, string?][]> {
  const runs = await scheduler.getRuns({ jobId, limit: 10_000 })
  return runs.reverse().map(({ dueAt, state, reason }) => {
    const due = dueAt.getTime() - START
    return reason === null ? [due, state] : [due, state, reason]
  })
}

/** What the important tests run on. Each call makes a store with data of its own, gone when the test ends. */
export const STORES: readonly (readonly [name: string, newStore: () => RecordJobStore])[] = [
  ['memory', () => new MemoryJobStore()],
  ['SQLite', () => new SqliteJobStore({ path: newDatabasePath() })],
]

/** The path of a database that does not exist yet; removed when the test ends. */
export function newDatabasePath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-scheduler-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'jobs.db')
}
