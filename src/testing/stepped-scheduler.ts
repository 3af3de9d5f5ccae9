/** A scheduler that a test steps by hand: time passes when the test says so, and everything it sets off is over then. */

import assert from 'node:assert/strict'
import { type Duration, parseDuration } from '../core/duration.ts'
import { checkInstant } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { executorFrom } from '../executors/factory.ts'
import type { ShutdownOptions } from '../scheduler/requests.ts'
import { Scheduler } from '../scheduler/scheduler.ts'
import type { SchedulerOptions } from '../scheduler/settings.ts'
import { storeFrom } from '../stores/factory.ts'
import { ManualClock, PATIENCE_MS } from './manual-clock.ts'
import { WatchedExecutor, WatchedJobStore } from './watched.ts'

/** Options of {@link steppedScheduler}: those of a scheduler, and these. */
export interface SteppedSchedulerOptions extends Omit<SchedulerOptions, 'clock'> {
  /** Several stepped schedulers may share one clock, as processes do. @default a new one, from 2026-01-01T00:00:00Z */
  readonly clock?: ManualClock
  /** IANA time zone of triggers that name none. @default 'UTC', so that a test is the same everywhere */
  readonly timezone?: string
  /** The longest that a store shared with other processes goes unasked. @default 30 s, so that long times pass fast */
  readonly pollInterval?: Duration
  /**
   * How long, in real time, a handler or a call of a store may take before time moves on without it. A handler that waits
   * for the test, or for its signal, costs this once; one that sleeps by `clock.sleep` costs nothing. @default 1 s
   */
  readonly patience?: Duration
}

const POLL_MS = 30_000

/** A started scheduler on a clock that stands still. */
export class SteppedScheduler {
  readonly scheduler: Scheduler
  readonly clock: ManualClock

  constructor(scheduler: Scheduler, clock: ManualClock) {
    this.scheduler = scheduler
    this.clock = clock
  }

  /** Lets time pass: what is due on the way is done at its time, one thing after the other, and is over at the end. */
  async advance(duration: Duration): Promise<void> {
    await this.clock.advance(duration)
  }

  /** Lets time pass until an instant. @throws InvalidArgumentError when it is past */
  async advanceTo(instant: Date | string | number): Promise<void> {
    const ms = checkInstant(instant, 'instant') - this.clock.now()
    if (ms < 0) throw new InvalidArgumentError('instant', instant, 'must not be before the present of the clock')
    await this.clock.advance(ms)
  }

  /** Does what is due now, and lets what is under way come to rest; no time passes. */
  async settled(): Promise<void> {
    await this.clock.advance(0)
  }

  /** Lets time pass until a promise is settled, and gives what it gives: `until(scheduler.waitForRun(run))`. */
  until<T>(promise: Promise<T>): Promise<T> {
    return driven(this.clock, promise)
  }

  /**
   * Lets time pass until no run waits or is at work: enqueued runs with a delay, retries.
   *
   * @param limit - how much time may pass. @default 1 day
   * @throws AssertionError that names the runs that are left then
   */
  async runAll(limit: Duration = '1d'): Promise<void> {
    const end = this.clock.monotonic() + parseDuration(limit, 'limit')
    for (;;) {
      await this.settled()
      const left = await this.#runsLeft()
      if (left?.length === 0) return
      if (this.clock.monotonic() >= end || !(await this.clock.next())) {
        assert.fail(`runs that are not over: ${left?.join(', ') ?? 'unknown, since the store does not answer'}`)
      }
    }
  }

  /** Shuts the scheduler down, letting as much time pass as that takes. */
  async shutdown(options?: ShutdownOptions): Promise<void> {
    await this.until(this.scheduler.shutdown(options))
  }

  /** Shuts down without waiting for runs that are at work. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ wait: false })
  }

  /** Ids of runs that are not over; undefined while a store fails. */
  async #runsLeft(): Promise<string[] | undefined> {
    try {
      const runs = await this.scheduler.getRuns({ state: ['pending', 'running'], limit: 10 })
      return runs.map(({ id }) => id)
    } catch {
      return undefined
    }
  }
}

/**
 * A scheduler for tests: started, on a clock that moves only by `advance`, `advanceTo` and `runAll`.
 *
 * @example
 * await using stepped = await steppedScheduler()
 * await stepped.scheduler.addJob(report, cron('0 9 * * *'))
 * await stepped.advance('1d')
 */
export async function steppedScheduler(options: SteppedSchedulerOptions = {}): Promise<SteppedScheduler> {
  const { clock = new ManualClock(), patience = PATIENCE_MS, jobStores, executors, ...settings } = options
  const patienceMs = parseDuration(patience, 'options.patience')
  const scheduler = new Scheduler({
    timezone: 'UTC',
    pollInterval: POLL_MS,
    ...settings,
    clock,
    jobStores: mapped({ default: 'memory:', ...jobStores }, (source, alias) => {
      return new WatchedJobStore(storeFrom(source, `options.jobStores.${alias}`), clock, patienceMs)
    }),
    executors: mapped({ default: { type: 'async' }, ...executors }, (source, alias) => {
      return new WatchedExecutor(executorFrom(source, `options.executors.${alias}`), clock, patienceMs)
    }),
  })
  await driven(clock, scheduler.start())
  return new SteppedScheduler(scheduler, clock)
}

/** Lets time pass until a promise is settled. */
async function driven<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let isOver = false
  const end = (): void => {
    isOver = true
  }
  promise.then(end, end)
  await clock.settle()
  while (!isOver) await clock.next()
  return promise
}

function mapped<From, To>(
  values: Readonly<Record<string, From>>,
  make: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value, name)]))
}
