/** One-off runs: enqueued now or for later, one or many, in queues and by priority. */

import { describe, expect, it } from 'vitest'
import { interval } from '../../../src/index.ts'
import {
  at,
  DAY,
  Gate,
  MINUTE,
  newBench,
  Recorder,
  rejection,
  runOf,
  SECOND,
  STORES,
  settled,
  startedBench,
} from './support.ts'

describe.each(STORES)('enqueue on %s', (_name, newStore) => {
  it('ZJ-02 gives the id of a pending run in its queue at once, and executes it', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    const mail = scheduler.register('mail', recorder.handler)
    const run = await scheduler.enqueue(mail, { to: 'a@b.c' }, { queue: 'critical' })
    expect(run).toMatchObject({ state: 'pending', queue: 'critical', jobId: null, functionRef: 'mail', dueAt: at(0) })
    expect(await scheduler.getRuns({ queue: 'critical', state: 'pending' })).toEqual([run])

    await scheduler.start()
    await clock.advance(0)
    expect(recorder.inputs).toEqual([{ to: 'a@b.c' }])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, startedAt: at(0) })
  })

  it('ZJ-03 a delayed run and one with a time are due then and not before, behind 1,000 far-future runs', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.enqueue('work', 'in a minute', { delay: '1m' })
    await scheduler.enqueue('work', 'at half past', { runAt: at(30 * MINUTE) })
    await scheduler.enqueueMany(
      'work',
      Array.from({ length: 1_000 }, (_, index) => index),
      { runAt: at(400 * DAY) },
    )
    await clock.advance(MINUTE - 1)
    expect(recorder.inputs).toEqual([])
    await clock.advance(1)
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['in a minute'])
    await clock.advance(30 * MINUTE)
    expect(recorder.inputs).toEqual(['in a minute', 'at half past'])
    expect(recorder.times).toEqual([MINUTE, 30 * MINUTE])
  })

  it('serves queues in their order, within a queue the higher priority first, then the earlier', async () => {
    const { clock, scheduler } = newBench({
      jobStores: { default: newStore() },
      executors: { default: { type: 'async', maxConcurrency: 1 } },
    })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.enqueue('work', 'low', { queue: 'low', priority: 9 })
    await scheduler.enqueue('work', 'default')
    await scheduler.enqueue('work', 'default second', { runAt: at(-1_000) })
    await scheduler.enqueue('work', 'default first', { priority: 1 })
    await scheduler.enqueue('work', 'critical', { queue: 'critical' })
    await scheduler.start()
    await clock.advance(SECOND)
    expect(recorder.inputs).toEqual(['critical', 'default first', 'default second', 'default', 'low'])
  })

  it('serves runs that are alike in the order in which they came', async () => {
    const { clock, scheduler } = await startedBench({
      jobStores: { default: newStore() },
      executors: { default: { type: 'async', maxConcurrency: 2 } },
    })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const inputs = Array.from({ length: 30 }, (_, index) => index)
    await scheduler.enqueueMany('work', inputs)
    await clock.advance(SECOND)
    expect(recorder.inputs).toEqual(inputs)
  })

  it('never has more at work than the executor takes, and goes on as places come free', async () => {
    const { clock, scheduler } = await startedBench({
      jobStores: { default: newStore() },
      executors: { default: { type: 'async', maxConcurrency: 2 } },
    })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.enqueueMany('work', [1, 2, 3, 4, 5])
    const seen: [entered: number, running: number][] = []
    for (let ended = 0; ended < 5; ended += 1) {
      await clock.advance(0)
      seen.push([gate.entered.length, (await scheduler.getRuns({ state: 'running' })).length])
      gate.open()
    }
    expect(seen).toEqual([
      [2, 2],
      [3, 2],
      [4, 2],
      [5, 2],
      [5, 1],
    ])
  })
})

describe('enqueue', () => {
  it('ZJ-02 takes a job that was made by a class with constructor arguments', async () => {
    const { clock, scheduler } = await startedBench()
    class Mailer {
      readonly #host: string
      constructor(host: string) {
        this.#host = host
      }
      run(to: string): string {
        return `${to} by ${this.#host}`
      }
    }
    const mail = scheduler.register('mail', new Mailer('smtp.example'))
    const run = await scheduler.enqueue(mail, 'a@b.c')
    expect(await settled(clock, scheduler.waitForRun(run))).toBe('a@b.c by smtp.example')
  })

  it('takes defaults from the registration, and the call goes first', async () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined, { queue: 'low', priority: 5 })
    expect(await scheduler.enqueue('work')).toMatchObject({ queue: 'low', priority: 5 })
    expect(await scheduler.enqueue('work', 1, { priority: 7 })).toMatchObject({ queue: 'low', priority: 7 })
  })

  it('an id of its own makes a run unique: a second enqueue with it is refused', async () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    expect(await scheduler.enqueue('work', 1, { id: 'once' })).toMatchObject({ id: 'once' })
    expect(await rejection(scheduler.enqueue('work', 2, { id: 'once' }))).toMatchObject({ code: 'CONFLICTING_ID' })
    expect(await runOf(scheduler, 'once')).toMatchObject({ input: 1 })
  })

  it('gives the runs of many inputs in their order', async () => {
    const { clock, scheduler } = await startedBench()
    const double = scheduler.register('double', (value: number) => value * 2)
    const runs = await scheduler.enqueueMany(double, [1, 2, 3])
    const outputs = await settled(clock, Promise.all(runs.map((run) => scheduler.waitForRun(run))))
    expect(outputs).toEqual([2, 4, 6])
    expect(await scheduler.enqueueMany(double, [])).toEqual([])
  })

  it('what a caller does to its input afterwards does not reach the handler, nor what the handler does the store', async () => {
    const { clock, scheduler } = newBench()
    const seen: unknown[] = []
    scheduler.register('work', (input: { items: number[] }) => {
      seen.push([...input.items])
      input.items.push(99)
    })
    const input = { items: [1] }
    const run = await scheduler.enqueue('work', input)
    input.items.push(2)
    await scheduler.start()
    await clock.advance(0)
    expect(seen).toEqual([[1]])
    expect((await runOf(scheduler, run.id)).input).toEqual({ items: [1] })
  })

  it('leaves alone the runs of a queue that it does not serve', async () => {
    const { clock, scheduler } = await startedBench({ queues: ['mine'] })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.enqueue('work', 'mine', { queue: 'mine' })
    await scheduler.enqueue('work', 'theirs', { queue: 'theirs' })
    await scheduler.addJob('work', interval('1m'), { id: 'fired', input: 'fired theirs', queue: 'theirs' })
    await clock.advance(MINUTE)
    expect(recorder.inputs).toEqual(['mine'])
    expect((await scheduler.getRuns({ state: 'pending' })).map((run) => run.input)).toEqual(['fired theirs', 'theirs'])
  })

  it('a full executor keeps no run of another executor waiting', async () => {
    const { clock, scheduler } = await startedBench({
      executors: { slow: { type: 'async', maxConcurrency: 1 }, default: { type: 'async', maxConcurrency: 1 } },
    })
    const gate = new Gate()
    const recorder = new Recorder(clock)
    scheduler.register('slow', gate.handler, { executor: 'slow' })
    scheduler.register('quick', recorder.handler)
    await scheduler.enqueueMany('slow', [1, 2, 3, 4, 5])
    await clock.advance(0)
    await scheduler.enqueue('quick', 'now')
    await scheduler.enqueue('quick', 'later', { delay: '10s' })
    await clock.advance(10 * SECOND)
    expect(recorder.times).toEqual([0, 10 * SECOND])
    expect(gate.entered).toHaveLength(1)
    gate.open()
    await clock.advance(0)
    expect(gate.entered).toHaveLength(2)
  })

  it.each([
    ['an unknown function', () => ['nobody'], 'FUNCTION_LOOKUP'],
    ['an unknown store', () => ['work', 1, { store: 'nowhere' }], 'STORE_LOOKUP'],
    ['an unknown executor', () => ['work', 1, { executor: 'nobody' }], 'EXECUTOR_LOOKUP'],
    ['an unknown option', () => ['work', 1, { colour: 'red' }], 'INVALID_ARGUMENT'],
    ['a negative delay', () => ['work', 1, { delay: -1 }], 'INVALID_ARGUMENT'],
    ['both delay and runAt', () => ['work', 1, { delay: 1, runAt: at(0) }], 'INVALID_ARGUMENT'],
    ['an input that cannot be stored', () => ['work', { f: () => 1 }], 'SERIALIZATION'],
    ['no function at all', () => [undefined], 'INVALID_ARGUMENT'],
  ])('refuses %s and writes nothing', async (_name, args, code) => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    const enqueue = scheduler.enqueue.bind(scheduler) as (...args: unknown[]) => Promise<unknown>
    expect(await rejection(enqueue(...args()))).toMatchObject({ code })
    expect(await scheduler.getRuns()).toEqual([])
  })

  it('refuses one id for several inputs, and inputs that are no list', async () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    const error = await rejection(scheduler.enqueueMany('work', [1, 2], { id: 'same' }))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'options.id', value: 'same' } })
    const inputs = 'no list' as unknown as unknown[]
    expect(await rejection(scheduler.enqueueMany('work', inputs))).toMatchObject({ details: { field: 'inputs' } })
    expect(await scheduler.getRuns()).toEqual([])
  })
})
