/** Starting, pausing, resuming and starting again. */

import { expect, it } from 'vitest'
import { type Executor, interval, MemoryJobStore, Scheduler } from '../../../src/index.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
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

it('a new scheduler is stopped, and takes jobs before it starts', async () => {
  const { clock, scheduler } = newBench()
  const recorder = new Recorder(clock)
  expect(scheduler.state).toBe('stopped')
  await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
  expect(await scheduler.getJobs()).toHaveLength(1)
  await clock.advance(MINUTE)
  expect(recorder.calls).toHaveLength(0)

  await scheduler.start()
  expect(scheduler.state).toBe('running')
  await clock.advance(0)
  expect(recorder.times).toEqual([MINUTE])
})

it('a second start is refused, also while the first is under way', async () => {
  const { scheduler } = newBench()
  const first = scheduler.start()
  expect(await rejection(scheduler.start())).toMatchObject({ code: 'SCHEDULER_ALREADY_RUNNING' })
  await first
  expect(await rejection(scheduler.start())).toMatchObject({ code: 'SCHEDULER_ALREADY_RUNNING' })
  expect(scheduler.state).toBe('running')
})

it('of two starts during a shutdown one is refused', async () => {
  const { clock, scheduler } = await startedBench()
  const stopping = scheduler.shutdown()
  const starts = Promise.allSettled([scheduler.start(), scheduler.start()])
  await settled(clock, stopping)
  expect((await settled(clock, starts)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(scheduler.state).toBe('running')
})

it('start({ paused: true }) fires nothing until resume', async () => {
  const { clock, scheduler } = newBench()
  const recorder = new Recorder(clock)
  scheduler.register('work', recorder.handler)
  await scheduler.addJob('work', interval('1m'), { id: 'tick', input: 'fired' })
  await scheduler.enqueue('work', 'enqueued')
  await scheduler.start({ paused: true })
  expect(scheduler.state).toBe('paused')
  await clock.advance(5 * MINUTE)
  expect(recorder.calls).toEqual([])

  scheduler.resume()
  expect(scheduler.state).toBe('running')
  await clock.advance(0)
  expect(recorder.inputs.sort()).toEqual(['enqueued', 'fired'])
})

it('pause stops firing, lets runs at work go on, and resume catches up', async () => {
  const { clock, scheduler } = await startedBench()
  const gate = new Gate()
  const recorder = new Recorder(clock)
  const slow = await scheduler.enqueue(gate.handler)
  await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
  await clock.advance(MINUTE)
  expect(recorder.calls).toHaveLength(1)

  scheduler.pause()
  scheduler.pause()
  gate.open('done')
  await clock.advance(10 * MINUTE)
  expect(recorder.calls).toHaveLength(1)
  expect(await runOf(scheduler, slow.id)).toMatchObject({ state: 'completed', output: 'done' })

  scheduler.resume()
  scheduler.resume()
  await clock.advance(0)
  expect(recorder.calls).toHaveLength(2)
  await clock.advance(MINUTE)
  expect(recorder.times.at(-1)).toBe(12 * MINUTE)
})

it('a fire that is under way when pause is called starts nothing before resume', async () => {
  const store = new UnrulyStore()
  const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
  const recorder = new Recorder(clock)
  await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
  store.holdReplies()
  await clock.advance(MINUTE)
  scheduler.pause()
  store.behave()
  await clock.advance(10 * SECOND)
  expect(recorder.calls).toEqual([])
  scheduler.resume()
  await clock.advance(0)
  expect(recorder.calls).toMatchObject([{ run: { jobId: 'tick', attempt: 1 } }])
})

it('keeps the lease of a run at work while paused', async () => {
  const { clock, scheduler } = await startedBench({ leaseDuration: '15s' })
  const gate = new Gate()
  const run = await scheduler.enqueue(gate.handler)
  await clock.advance(0)
  scheduler.pause()
  await clock.advance(5 * MINUTE)
  gate.open('done')
  await clock.advance(0)
  scheduler.resume()
  await clock.advance(0)
  expect(gate.entered).toHaveLength(1)
  expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1 })
})

it('pause and resume need a started scheduler', () => {
  const { scheduler } = newBench()
  expect(() => scheduler.pause()).toThrow(expect.objectContaining({ code: 'SCHEDULER_NOT_RUNNING' }))
  expect(() => scheduler.resume()).toThrow(expect.objectContaining({ code: 'SCHEDULER_NOT_RUNNING' }))
})

it('starts again after a shutdown, catches up, and notes results as before', async () => {
  const { clock, scheduler } = newBench()
  const recorder = new Recorder(clock)
  scheduler.register('work', recorder.handler)
  await scheduler.addJob('work', interval('1m'), { id: 'tick' })
  for (const round of [1, 2, 3]) {
    await scheduler.start()
    await clock.advance(MINUTE)
    await settled(clock, scheduler.shutdown())
    expect(scheduler.state).toBe('stopped')
    expect(recorder.calls).toHaveLength(round)
    await clock.advance(10 * SECOND)
  }
  const runs = await scheduler.getRuns({ jobId: 'tick' })
  expect(runs.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed'])
})

it('tells of each step, in order', async () => {
  const { clock, scheduler } = newBench()
  const events = recordEvents(scheduler)
  await scheduler.start()
  scheduler.pause()
  scheduler.resume()
  await settled(clock, scheduler.shutdown())
  await scheduler.shutdown()
  await scheduler.start({ paused: true })
  expect(events).toEqual([
    'scheduler:started',
    'scheduler:paused',
    'scheduler:resumed',
    'scheduler:shutdown',
    'scheduler:started',
  ])
})

it('await using shuts it down', async () => {
  const clock = new ManualClock()
  let outer: Scheduler | undefined
  const run = async (): Promise<void> => {
    await using scheduler = new Scheduler({ clock })
    outer = scheduler
    await scheduler.start()
  }
  await settled(clock, run())
  expect(outer?.state).toBe('stopped')
})

it('a store that cannot be opened is reported, tried again, and keeps no other waiting', async () => {
  const broken = new UnrulyStore()
  const { clock, scheduler } = newBench({ jobStores: { default: new MemoryJobStore(), broken } })
  const recorder = new Recorder(clock)
  scheduler.register('work', recorder.handler)
  await scheduler.addJob('work', interval('1m'), { id: 'well' })
  broken.fail()
  const events = recordEvents(scheduler)
  await scheduler.start()
  await clock.advance(MINUTE)
  expect(recorder.calls).toHaveLength(1)
  expect(events.filter((event) => event === 'store:error broken')).toHaveLength(1)

  broken.behave()
  await scheduler.addJob('work', interval('1m'), { id: 'healed', store: 'broken' })
  await clock.advance(MINUTE)
  expect(recorder.calls).toHaveLength(3)
})

it('a store that never answers holds up neither the start nor the other stores', async () => {
  const mute = new UnrulyStore()
  const { clock, scheduler } = newBench({ jobStores: { default: new MemoryJobStore(), mute } })
  const recorder = new Recorder(clock)
  await scheduler.addJob(recorder.handler, interval('1m'), { id: 'well' })
  mute.hang()
  await settled(clock, scheduler.start())
  expect(scheduler.state).toBe('running')
  await clock.advance(MINUTE)
  expect(recorder.calls).toHaveLength(1)
})

it('an executor that cannot start makes start fail, and the next start tries again', async () => {
  let isBroken = true
  const executor: Executor = {
    maxConcurrency: 1,
    start: async () => {
      if (isBroken) throw new Error('no threads')
    },
    execute: ({ code, input, run }) => (typeof code === 'function' ? code(input as never, run) : undefined),
    shutdown: async () => undefined,
  }
  const { clock, scheduler } = newBench({ executors: { default: executor } })
  const recorder = new Recorder(clock)
  await scheduler.addJob(recorder.handler, interval('1m'))
  expect(await rejection(scheduler.start())).toMatchObject({ message: 'no threads' })
  expect(scheduler.state).toBe('stopped')
  isBroken = false
  await scheduler.start()
  await clock.advance(MINUTE)
  expect(recorder.calls).toHaveLength(1)
})

it.each([
  ['an unknown option', { soon: true }],
  ['a value that is no truth value', { paused: 'yes' }],
])('start refuses %s', async (_name, options) => {
  const { scheduler } = newBench()
  expect(await rejection(scheduler.start(options as never))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(scheduler.state).toBe('stopped')
})
