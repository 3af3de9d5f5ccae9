/** Job stores and executors that come and go while the scheduler runs. */

import { describe, expect, it } from 'vitest'
import { AsyncExecutor, CronwrightError, type Executor, interval, MemoryJobStore } from '../../../src/index.ts'
import {
  Gate,
  MINUTE,
  newBench,
  Recorder,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  settled,
  startedBench,
} from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

describe('job stores', () => {
  it('one that is added to a running scheduler fires what is in it', async () => {
    const store = new MemoryJobStore()
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const events = recordEvents(scheduler)
    await scheduler.addJobStore('second', store)
    expect(events).toEqual(['store:added second'])
    await scheduler.addJob('work', interval('1m'), { id: 'tick', store: 'second' })
    await clock.advance(MINUTE)
    expect(recorder.calls).toHaveLength(1)
  })

  it('one that is removed fires no more, and its jobs stay in it', async () => {
    const store = new MemoryJobStore()
    const { clock, scheduler } = await startedBench({ jobStores: { second: store } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1m'), { id: 'tick', store: 'second' })
    const events = recordEvents(scheduler)
    await settled(clock, scheduler.removeJobStore('second'))
    expect(events).toEqual(['store:removed second'])
    await clock.advance(5 * MINUTE)
    expect(recorder.calls).toEqual([])
    expect(await scheduler.getJobs()).toEqual([])
    expect(await rejection(scheduler.getJobs({ store: 'second' }))).toMatchObject({ code: 'STORE_LOOKUP' })

    await scheduler.addJobStore('again', store)
    await clock.advance(0)
    expect(recorder.calls).toHaveLength(1)
    expect(await scheduler.getJob('tick')).toMatchObject({ store: 'again' })
  })

  it('a run at work in a store that is removed is told to stop and handed back, and nothing is left behind', async () => {
    const store = new MemoryJobStore()
    const { clock, scheduler } = await startedBench({ jobStores: { second: store } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const run = await scheduler.enqueue('work', 1, { store: 'second' })
    await clock.advance(0)
    const events = recordEvents(scheduler)
    await settled(clock, scheduler.removeJobStore('second'))
    expect(gate.entered[0]?.signal.aborted).toBe(true)
    gate.open('too late')
    await clock.advance(5 * MINUTE)
    expect(events.filter((event) => event.startsWith('store:error'))).toEqual([])

    await scheduler.addJobStore('second', store)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'pending', attempt: 0 })
    await settled(clock, scheduler.shutdown({ wait: false }))
    expect(clock.pendingTimers).toBe(0)
  })

  it('one that never answers can be removed', async () => {
    const mute = new UnrulyStore({ shared: true })
    const { clock, scheduler } = await startedBench({ jobStores: { mute } })
    mute.hang()
    await clock.advance(2 * SECOND)
    await settled(clock, scheduler.removeJobStore('mute'))
    expect(await rejection(scheduler.removeJobStore('mute'))).toMatchObject({ code: 'STORE_LOOKUP' })
  })

  it('one that cannot be opened is not added, and its alias stays free', async () => {
    const broken = new UnrulyStore()
    broken.fail()
    const { scheduler } = await startedBench()
    const events = recordEvents(scheduler)
    expect(await rejection(scheduler.addJobStore('second', broken))).toMatchObject({ message: 'the server is gone' })
    expect(events).toEqual([])
    broken.behave()
    await scheduler.addJobStore('second', broken)
    expect(events).toEqual(['store:added second'])
  })

  it('an alias that is taken, a source that is none, and an unknown alias are refused', async () => {
    const { scheduler } = newBench()
    expect(await rejection(scheduler.addJobStore('default', 'memory:'))).toMatchObject({ code: 'CONFLICTING_ID' })
    expect(await rejection(scheduler.addJobStore('x', 'ftp:'))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await rejection(scheduler.addJobStore('', 'memory:'))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await rejection(scheduler.removeJobStore('nowhere'))).toMatchObject({ code: 'STORE_LOOKUP' })
  })
})

describe('executors', () => {
  it('one can be added and removed while the scheduler runs', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    const events = recordEvents(scheduler)
    await scheduler.addExecutor('second', new AsyncExecutor({ maxConcurrency: 1 }))
    await scheduler.enqueue(recorder.handler, 1, { executor: 'second' })
    await clock.advance(0)
    expect(recorder.calls).toHaveLength(1)
    await scheduler.removeExecutor('second')
    expect(events.filter((event) => event.startsWith('executor'))).toEqual([
      'executor:added second',
      'executor:removed second',
    ])
    const refused = scheduler.enqueue(recorder.handler, 1, { executor: 'second' })
    expect(await rejection(refused)).toMatchObject({ code: 'EXECUTOR_LOOKUP' })
  })

  it('is given a task with code, input and run, and its value or error is that of the run', async () => {
    const executor: Executor = {
      maxConcurrency: 1,
      start: async () => undefined,
      execute: async ({ input, run }) => {
        if (input === 'bad') throw new Error('broken')
        return `${String(input)} ${run.attempt}`
      },
      shutdown: async () => undefined,
    }
    const { clock, scheduler } = await startedBench({ executors: { default: executor } })
    const good = await scheduler.enqueue(() => 'never called', 'good')
    const bad = await scheduler.enqueue(() => 'never called', 'bad')
    await clock.advance(SECOND)
    expect(await runOf(scheduler, good.id)).toMatchObject({ state: 'completed', output: 'good 1' })
    expect(await runOf(scheduler, bad.id)).toMatchObject({ state: 'failed', error: { message: 'broken' } })
  })

  it('a run that an executor gave up because it was removed waits for the next', async () => {
    class Threads implements Executor {
      readonly maxConcurrency = 1
      giveUp: (error: Error) => void = () => undefined
      async start(): Promise<void> {}
      execute(): Promise<never> {
        return new Promise((_resolve, reject) => {
          this.giveUp = reject
        })
      }
      async shutdown(): Promise<void> {
        this.giveUp(new CronwrightError('SHUTDOWN', 'the executor was shut down'))
      }
    }
    const { clock, scheduler } = await startedBench({ executors: { threads: new Threads() } })
    const run = await scheduler.enqueue(() => 'done', 1, { executor: 'threads' })
    await clock.advance(0)
    await scheduler.removeExecutor('threads')
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'pending', attempt: 0, reason: 'handed-back' })
    await scheduler.addExecutor('threads', { type: 'async' })
    await clock.advance(0)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, output: 'done' })
  })

  it('one that cannot be started is not added', async () => {
    const executor: Executor = {
      maxConcurrency: 1,
      start: () => Promise.reject(new Error('no threads')),
      execute: () => undefined,
      shutdown: async () => undefined,
    }
    const { scheduler } = await startedBench()
    expect(await rejection(scheduler.addExecutor('second', executor))).toMatchObject({ message: 'no threads' })
    await scheduler.addExecutor('second', { type: 'async' })
  })

  it('an alias that is taken, a source that is none, and an unknown alias are refused', async () => {
    const { scheduler } = newBench()
    const async_ = { type: 'async' }
    expect(await rejection(scheduler.addExecutor('default', async_))).toMatchObject({ code: 'CONFLICTING_ID' })
    expect(await rejection(scheduler.addExecutor('x', { type: 'fibre' }))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await rejection(scheduler.removeExecutor('nobody'))).toMatchObject({ code: 'EXECUTOR_LOOKUP' })
  })
})
