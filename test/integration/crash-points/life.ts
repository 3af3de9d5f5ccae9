/**
 * The life that a process leads until it is killed: a cron job, an enqueued run that is tried again, a long one with
 * progress, one that is cancelled at work and one before it starts, one that it takes over from a dead process, and a
 * shutdown that hands one back. All times are those of its clock, so it can be led in virtual and in real time.
 */

import type { Clock } from '../../../src/core/clock.ts'
import { CronwrightError } from '../../../src/errors.ts'
import {
  cron,
  type EnqueueOptions,
  type RunContext,
  type Scheduler,
  type SchedulerOptions,
} from '../../../src/index.ts'
import { never } from '../reliability/connections.ts'

export const LEASE_MS = 2_000
export const POLL_MS = 500

/** What every process of these tests is made with. */
export const TIMES = { timezone: 'UTC', leaseDuration: LEASE_MS, pollInterval: POLL_MS } satisfies SchedulerOptions

/** What a process did, as it is known outside of it. */
export type Note = {
  readonly process: string
  readonly runId: string
  /** Epoch ms, by its clock. */
  readonly at: number
} & (
  | { readonly what: 'started'; readonly fence: number }
  /** The scheduler told its listeners that the run is over. */
  | { readonly what: 'ended'; readonly state: string }
  /** A call returned: what it asked for is promised. For `addJob` the run id is that of the first fire. */
  | { readonly what: 'enqueued' | 'cancelled' | 'added job' }
)

/** A process, as far as its life needs it. */
export interface Process {
  readonly name: string
  readonly scheduler: Scheduler
  readonly clock: Clock
  /** Whether its handlers take their time; otherwise each ends at once. */
  readonly isPatient: boolean
  note(note: Note): void
  isDead(): boolean
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, ms))
}

/** Registers the handlers of the life, and notes what becomes of runs. */
export function prepare(process: Process): void {
  const { name, scheduler, clock, isPatient } = process
  const register = (functionRef: string, work: (run: RunContext) => unknown): void => {
    scheduler.register(functionRef, (_input: unknown, run) => {
      // A handler that the event loop still starts after the death of its process was never started.
      if (process.isDead()) return never()
      process.note({ process: name, what: 'started', runId: run.id, fence: run.fence, at: clock.now() })
      return work(run)
    })
  }
  register('tick', () => undefined)
  register('flaky', ({ attempt }) => {
    if (attempt === 1) throw new Error('the first attempt fails')
  })
  register('long', async (run) => {
    for (let step = 1; isPatient && step <= 8; step += 1) {
      await sleep(clock, 200)
      run.progress(step, 8)
    }
  })
  register('orphan', () => sleep(clock, 100))
  register('endless', () => (isPatient ? never() : undefined))

  const end = { 'run:completed': 'completed', 'run:failed': 'failed', 'run:cancelled': 'cancelled' } as const
  for (const event of ['run:completed', 'run:failed', 'run:cancelled'] as const) {
    scheduler.on(event, ({ runId, run }) => {
      if (process.isDead()) return
      // `run:failed` also tells of dead and unknown runs.
      const state = event === 'run:failed' ? run.state : end[event]
      process.note({ process: name, what: 'ended', runId, state, at: clock.now() })
    })
  }
}

/** Leads the life to its end: the process is then shut down. Of a process that is killed it is never over. */
export async function live({ name, scheduler, clock, note }: Process): Promise<void> {
  const promised = (what: 'enqueued' | 'cancelled' | 'added job', runId: string): void =>
    note({ process: name, what, runId, at: clock.now() })
  const enqueue = async (functionRef: string, id: string, options: EnqueueOptions = {}): Promise<void> => {
    await insist(() => scheduler.enqueue(functionRef, undefined, { ...options, id }))
    promised('enqueued', id)
  }
  await scheduler.start()
  await insist(() => scheduler.addJob('tick', cron('* * * * * *'), { id: 'tick', coalesce: false }))
  const job = await insist(() => scheduler.getJob('tick'))
  promised('added job', `tick@${job?.nextRunTime?.getTime()}`)
  await enqueue('long', 'long')
  await enqueue('flaky', 'flaky', { retry: { attempts: 3, delay: 300 } })
  await enqueue('endless', 'cancelled at work')
  await enqueue('tick', 'cancelled while it waits', { delay: 2_500 })
  await sleep(clock, 700)
  for (const id of ['cancelled at work', 'cancelled while it waits']) {
    await insist(() => scheduler.cancelRun(id))
    promised('cancelled', id)
  }
  await sleep(clock, 1_300)
  await enqueue('endless', 'handed back')
  await sleep(clock, 100)
  await scheduler.shutdown({ timeout: 100 })
}

/** Errors that say, when a call is repeated, that it took effect the first time. */
const DONE_BEFORE = new Set(['CONFLICTING_ID', 'RUN_STATE'])

/** Calls again when the store failed, as a careful caller does. */
async function insist<T>(call: () => Promise<T>): Promise<T | undefined> {
  let failure: unknown
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      return await call()
    } catch (error) {
      if (failure !== undefined && error instanceof CronwrightError && DONE_BEFORE.has(error.code)) return undefined
      failure = error
    }
  }
  throw failure
}
