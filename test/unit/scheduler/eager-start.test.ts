/** Runs that are added where they can start at once are added as claimed; who added them hears of that first. */

import { describe, expect, it } from 'vitest'
import { ConflictingIdError, SerializationError } from '../../../src/errors.ts'
import type { Change } from '../../../src/jobs/record.ts'
import {
  type BenchOptions,
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

const ONE_AT_ONCE = { executors: { default: { type: 'async', maxConcurrency: 1 } } } as const

const bench = async (options: BenchOptions = {}) => {
  const store = new UnrulyStore()
  const { clock, scheduler } = await startedBench({ jobStores: { default: store }, ...options })
  const recorder = new Recorder(clock)
  const gate = new Gate()
  scheduler.register('work', recorder.handler)
  scheduler.register('gate', gate.handler)
  await clock.advance(SECOND)
  const counted = async (work: () => Promise<void>) => {
    const { commits, questions } = store
    await work()
    return { commits: store.commits - commits, questions: store.questions - questions }
  }
  return { clock, scheduler, store, recorder, gate, counted }
}

const addsRuns = (changes: readonly Change[]): boolean =>
  changes.some((change) => 'record' in change && change.record.kind === 'run')

describe('a run that is added where it can start at once', () => {
  it('is written once before its handler is called, and nothing is asked for', async () => {
    const { clock, scheduler, recorder, gate, counted } = await bench()
    const added = await counted(async () => {
      await scheduler.enqueue('gate')
      await clock.advance(0)
    })
    expect(gate.entered).toHaveLength(1)
    expect(added).toEqual({ commits: 1, questions: 0 })
    for (const input of [1, 2, 3]) {
      await scheduler.enqueue('work', input)
      await clock.advance(0)
    }
    expect(recorder.inputs).toEqual([1, 2, 3])
  })

  it('is at work under a lease and a fence like any other', async () => {
    const { clock, scheduler, gate } = await bench()
    const { id } = await scheduler.enqueue('gate')
    await clock.advance(10 * MINUTE)
    const run = await runOf(scheduler, id)
    expect(run).toMatchObject({ state: 'running', attempt: 1, worker: scheduler.workerId })
    expect(run.fence).toBe(gate.entered[0]?.fence)
    gate.open('done')
    await clock.advance(SECOND)
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', output: 'done', attempt: 1 })
  })

  it('begins after who added it has heard of it', async () => {
    const { clock, scheduler, recorder } = await bench()
    const events = recordEvents(scheduler)
    const run = await scheduler.enqueue('work')
    expect(run.state).toBe('pending')
    expect(recorder.calls).toHaveLength(0)
    expect(events).toEqual([`run:submitted ${run.id}`])
    await clock.advance(0)
    expect(events).toEqual([`run:submitted ${run.id}`, `run:started ${run.id}`, `run:completed ${run.id}`])
  })

  it('never begins when it is cancelled right away', async () => {
    const { clock, scheduler, recorder } = await bench()
    const { id } = await scheduler.enqueue('work')
    const cancelled = await scheduler.cancelRun(id)
    await clock.advance(SECOND)
    expect(cancelled.state).toBe('cancelled')
    expect(recorder.calls).toHaveLength(0)
    expect((await runOf(scheduler, id)).state).toBe('cancelled')
  })

  it('is handed back when the scheduler is shut down right away', async () => {
    const { clock, scheduler, store, recorder } = await bench()
    const { id } = await scheduler.enqueue('work')
    await settled(clock, scheduler.shutdown())
    expect(recorder.calls).toHaveLength(0)
    const other = newBench({ jobStores: { default: store } })
    expect(await runOf(other.scheduler, id)).toMatchObject({ state: 'pending', attempt: 0 })
  })

  it('is handed back when the scheduler is shut down while it is being added', async () => {
    const { clock, scheduler, store, recorder } = await bench()
    store.holdReplies()
    const adding = scheduler.enqueue('work')
    await clock.advance(0)
    const stopping = scheduler.shutdown()
    await clock.advance(10)
    store.behave()
    const { id } = await settled(clock, adding)
    await settled(clock, stopping)
    expect(recorder.calls).toHaveLength(0)
    const other = newBench({ jobStores: { default: store } })
    expect(await runOf(other.scheduler, id)).toMatchObject({ state: 'pending', attempt: 0 })
  })

  it('is taken over after its lease when its process dies before it began', async () => {
    const store = new UnrulyStore({ shared: true })
    const dying = await startedBench({ jobStores: { default: store } })
    dying.scheduler.register('work', () => undefined)
    await dying.clock.advance(SECOND)
    const { id } = await dying.scheduler.enqueue('work')
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await clock.advance(14 * SECOND)
    expect(recorder.calls).toHaveLength(0)
    await clock.advance(4 * SECOND)
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', attempt: 2, worker: scheduler.workerId })
  })
})

describe('a run that cannot start at once', () => {
  it('waits behind what has waited for longer', async () => {
    const { clock, scheduler, recorder, gate } = await bench(ONE_AT_ONCE)
    await scheduler.enqueue('gate')
    await clock.advance(0)
    await scheduler.enqueue('work', 'early')
    await clock.advance(SECOND)
    await scheduler.enqueue('work', 'late')
    await scheduler.enqueue('work', 'urgent', { priority: 9 })
    gate.open()
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['urgent', 'early', 'late'])
  })

  it('does not start while its queue is paused, nor before it is due', async () => {
    const { clock, scheduler, recorder } = await bench()
    await scheduler.queue('default').pause()
    await scheduler.enqueue('work', 'paused')
    await scheduler.enqueue('work', 'delayed', { queue: 'low', delay: MINUTE })
    await clock.advance(SECOND)
    expect(recorder.calls).toEqual([])
    await scheduler.queue('default').resume()
    await clock.advance(MINUTE)
    expect(recorder.inputs).toEqual(['paused', 'delayed'])
  })

  it('waits while the scheduler is paused, where this process executes nothing, and in a queue that is not served', async () => {
    const paused = await bench()
    await paused.scheduler.pause()
    await paused.scheduler.enqueue('work')
    const scheduling = await bench({ roles: { execute: false } })
    await scheduling.scheduler.enqueue('work')
    const elsewhere = await bench()
    await elsewhere.scheduler.enqueue('work', 1, { queue: 'elsewhere' })
    for (const { clock, scheduler, recorder } of [paused, scheduling, elsewhere]) {
      await clock.advance(SECOND)
      expect(recorder.calls).toHaveLength(0)
      expect((await scheduler.getRuns({}))[0]?.state).toBe('pending')
    }
  })

  it('waits for a place of its queue', async () => {
    const { clock, scheduler, gate } = await bench({ queues: [{ name: 'default', concurrency: 2 }] })
    await scheduler.enqueueMany('gate', [1, 2, 3])
    await clock.advance(0)
    expect(gate.entered).toHaveLength(2)
    gate.open()
    await clock.advance(0)
    expect(gate.entered).toHaveLength(3)
  })

  it('starts when there is room, of many that were added in one call', async () => {
    const { clock, scheduler, recorder } = await bench()
    const inputs = Array.from({ length: 1_200 }, (_, index) => index)
    await scheduler.enqueueMany('work', inputs)
    await clock.advance(SECOND)
    expect(recorder.inputs).toEqual(inputs)
  })
})

describe('a run whose adding fails', () => {
  it('starts once, and is told of, when only the reply was lost', async () => {
    const { clock, scheduler, store, recorder } = await bench()
    const events = recordEvents(scheduler)
    store.loseReply(addsRuns)
    const error = await rejection(scheduler.enqueue('work', 'lost', { id: 'lost' }))
    expect(String(error)).toContain('the reply was lost')
    await clock.advance(SECOND)
    expect(recorder.inputs).toEqual(['lost'])
    expect(events).toEqual(['run:submitted lost', 'run:started lost', 'run:completed lost'])
    expect(await runOf(scheduler, 'lost')).toMatchObject({ state: 'completed', attempt: 1 })
  })

  it('leaves no place taken when another has its id', async () => {
    const { clock, scheduler, recorder } = await bench(ONE_AT_ONCE)
    await scheduler.enqueue('work', 'first', { id: 'same' })
    await clock.advance(0)
    expect(await rejection(scheduler.enqueue('work', 'second', { id: 'same' }))).toBeInstanceOf(ConflictingIdError)
    await scheduler.enqueue('work', 'third')
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['first', 'third'])
  })

  it('leaves no place taken when the store cannot keep it', async () => {
    const { clock, scheduler, store, recorder } = await bench(ONE_AT_ONCE)
    const whole = store.checkStorable.bind(store)
    store.checkStorable = () => {
      throw new SerializationError('$.input', 'large', 'must be less')
    }
    expect(await rejection(scheduler.enqueue('work', 'large'))).toBeInstanceOf(SerializationError)
    store.checkStorable = whole
    await scheduler.enqueue('work', 'small')
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['small'])
  })

  it('starts once when the store answers later than it may', async () => {
    const { clock, scheduler, store, recorder } = await bench()
    store.holdReplies()
    const failure = rejection(scheduler.enqueue('work', 'late', { id: 'late' }))
    await clock.advance(5 * SECOND)
    expect(String(await failure)).toContain('did not answer')
    expect(recorder.calls).toHaveLength(0)
    store.behave()
    await clock.advance(5 * SECOND)
    expect(recorder.inputs).toEqual(['late'])
    expect(await runOf(scheduler, 'late')).toMatchObject({ state: 'completed', attempt: 1 })
  })
})

describe('a run with a unique key', () => {
  it('starts at once, and is given to whoever adds another under its key', async () => {
    const { clock, scheduler, gate, recorder } = await bench(ONE_AT_ONCE)
    const first = await scheduler.enqueue('gate', 1, { unique: { key: 'k' } })
    await clock.advance(0)
    const second = await scheduler.enqueue('gate', 2, { unique: { key: 'k' } })
    expect(second.id).toBe(first.id)
    expect(gate.entered).toHaveLength(1)
    gate.open()
    await clock.advance(0)
    await scheduler.enqueue('work', 'next')
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['next'])
  })
})
