/** Which queue is served next, and how many runs of each at once. */

import { describe, expect, it } from 'vitest'
import { interval, type QueueOptions, Scheduler, type SchedulerOptions } from '../../../src/index.ts'
import type { ManualClock } from '../../../src/testing/manual-clock.ts'
import { Gate, MINUTE, newBench, Recorder, rejection, SECOND, STORES, settled, startedBench } from './support.ts'

const oneAtATime: SchedulerOptions['executors'] = { default: { type: 'async', maxConcurrency: 1 } }

const count = (items: readonly unknown[], item: unknown): number => items.filter((other) => other === item).length

/** Lets everything go on until so many runs were served. */
async function served(clock: ManualClock, recorder: Recorder, count: number): Promise<void> {
  for (let turns = 0; recorder.calls.length < count && turns < 1_000; turns += 1) await clock.advance(1)
  expect(recorder.calls).toHaveLength(count)
}

describe.each(STORES)('the order of queues on %s', (_name, newStore) => {
  it('ZJ-18 without weights is strict: a queue is served when those before it are empty', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() }, executors: oneAtATime })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.enqueueMany('work', Array<string>(20).fill('low'), { queue: 'low' })
    await scheduler.enqueueMany('work', Array<string>(20).fill('default'))
    await scheduler.enqueueMany('work', Array<string>(20).fill('critical'), { queue: 'critical' })
    await scheduler.start()
    await served(clock, recorder, 60)
    const order = [...recorder.inputs].sort((a, b) => ORDER.indexOf(String(a)) - ORDER.indexOf(String(b)))
    expect(recorder.inputs).toEqual(order)
  })

  it('ZJ-19 with weights every queue has its share while all are saturated, also the lowest', async () => {
    const queues: QueueOptions[] = [
      { name: 'critical', weight: 5 },
      { name: 'default', weight: 3 },
      { name: 'low', weight: 1 },
    ]
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() }, executors: oneAtATime, queues })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    for (const queue of ['low', 'default', 'critical']) {
      await scheduler.enqueueMany('work', Array<string>(60).fill(queue), { queue })
    }
    await scheduler.start()
    await served(clock, recorder, 180)
    // As long as all three have runs: 12 rounds of 9.
    const saturated = recorder.inputs.slice(0, 9 * 12)
    expect(ORDER.map((queue) => count(saturated, queue))).toEqual([60, 36, 12])
    for (let round = 0; round < 12; round += 1) expect(saturated.slice(9 * round, 9 * (round + 1))).toContain('low')
  })

  it('ZJ-19 the places of an empty queue go to the others, and a queue without a weight counts as 1', async () => {
    const queues = ['critical', { name: 'default', weight: 2 }, 'low']
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() }, executors: oneAtATime, queues })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.enqueueMany('work', Array<string>(20).fill('default'))
    await scheduler.enqueueMany('work', Array<string>(20).fill('low'), { queue: 'low' })
    await scheduler.start()
    await served(clock, recorder, 40)
    const saturated = recorder.inputs.slice(0, 30)
    expect([count(saturated, 'default'), count(saturated, 'low')]).toEqual([20, 10])
  })

  it('a queue has no more runs at work than its concurrency, and holds back no other', async () => {
    const queues = [{ name: 'critical', concurrency: 2 }, 'default']
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() }, queues })
    const narrow = new Gate()
    const wide = new Gate()
    scheduler.register('narrow', narrow.handler, { queue: 'critical' })
    scheduler.register('wide', wide.handler)
    await scheduler.enqueueMany('narrow', [1, 2, 3, 4, 5])
    await scheduler.enqueueMany('wide', [1, 2, 3])
    await clock.advance(0)
    expect([narrow.entered.length, wide.entered.length]).toEqual([2, 3])
    for (const expected of [3, 4, 5, 5, 5]) {
      narrow.open()
      await clock.advance(0)
      expect(narrow.entered).toHaveLength(expected)
    }
    expect(await scheduler.getRuns({ queue: 'critical', state: 'completed' })).toHaveLength(5)
  })

  it('a concurrency holds for runs that start as their job fires, too; what fires beyond it waits', async () => {
    const queues = [{ name: 'default', concurrency: 2 }]
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() }, queues })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    for (const id of ['a', 'b', 'c', 'd', 'e']) await scheduler.addJob('work', interval('1m'), { id })
    await clock.advance(MINUTE)
    expect(gate.entered).toHaveLength(2)
    expect(await scheduler.getRuns({ state: 'pending' })).toHaveLength(3)
    gate.open()
    await clock.advance(0)
    expect(gate.entered).toHaveLength(3)
    for (let opened = 0; opened < 4; opened += 1) {
      gate.open()
      await clock.advance(0)
    }
    expect((await scheduler.getRuns()).map(({ state }) => state)).toEqual(Array(5).fill('completed'))
  })

  it('weights and a concurrency go together: a full queue leaves its turns to the others', async () => {
    const queues = [{ name: 'critical', weight: 9, concurrency: 1 }, 'default']
    const executors = { default: { type: 'async', maxConcurrency: 4 } }
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() }, executors, queues })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.enqueueMany('work', [1, 2, 3, 4], { queue: 'critical' })
    await scheduler.enqueueMany('work', [1, 2, 3, 4, 5])
    await scheduler.start()
    await clock.advance(0)
    expect(gate.entered.map(({ queue }) => queue)).toEqual(['critical', 'default', 'default', 'default'])
  })
})

const ORDER = ['critical', 'default', 'low']

describe('a limit of a queue', () => {
  it('holds over all stores together, and a place that comes free goes to any of them', async () => {
    const jobStores = { default: 'memory:', other: 'memory:' }
    const { clock, scheduler } = await startedBench({ jobStores, queues: [{ name: 'default', concurrency: 1 }] })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.enqueueMany('work', [1, 2])
    await scheduler.enqueueMany('work', [3, 4], { store: 'other' })
    for (let opened = 0; opened < 4; opened += 1) {
      await clock.advance(0)
      expect(await scheduler.getRuns({ state: 'running' })).toHaveLength(1)
      gate.open()
    }
    await clock.advance(0)
    expect(gate.entered).toHaveLength(4)
    expect(await scheduler.getRuns({ state: 'completed' })).toHaveLength(4)
  })

  it('a place is given back however its run ends: thrown, timed out, cancelled', async () => {
    const { clock, scheduler } = await startedBench({ queues: [{ name: 'default', concurrency: 1 }] })
    const gate = new Gate()
    const recorder = new Recorder(clock)
    scheduler.register('throws', () => {
      throw new Error('on purpose')
    })
    scheduler.register('hangs', gate.handler)
    scheduler.register('work', recorder.handler)
    await rejection(settled(clock, scheduler.waitForRun(await scheduler.enqueue('throws'))))
    await rejection(settled(clock, scheduler.waitForRun(await scheduler.enqueue('hangs', 1, { timeout: '1s' }))))
    const run = await scheduler.enqueue('hangs')
    await clock.advance(0)
    await scheduler.cancelRun(run.id)
    await scheduler.enqueue('work', 'still served')
    await clock.advance(SECOND)
    expect(recorder.inputs).toEqual(['still served'])
  })
})

describe('the option queues', () => {
  it('is the same in configuration', async () => {
    const text = '{ "queues": ["now", { "name": "later", "weight": 2, "concurrency": 3 }] }'
    const scheduler = Scheduler.fromConfig(text)
    expect(scheduler.state).toBe('stopped')
    await scheduler.shutdown()
  })

  it.each([
    ['no list', 'default', 'options.queues', /list of names/],
    ['none', [], 'options.queues', /at least one/],
    ['a name twice', ['a', { name: 'a' }], 'options.queues', /twice/],
    ['a number', [5], 'options.queues[0]', /text/],
    ['a hole', Array(1), 'options.queues[0]', /text/],
    ['no name', [{ weight: 1 }], 'options.queues[0].name', /text/],
    ['an unknown option', [{ name: 'a', size: 1 }], 'options.queues[0].size', /one of the options/],
    ['a weight of 0', ['b', { name: 'a', weight: 0 }], 'options.queues[1].weight', /1 to 1000/],
    ['half a weight', [{ name: 'a', weight: 0.5 }], 'options.queues[0].weight', /whole number/],
    ['a concurrency of 0', [{ name: 'a', concurrency: 0 }], 'options.queues[0].concurrency', /1 to 1000000/],
  ])('refuses %s', (_name, queues, field, rule) => {
    const make = (): Scheduler => new Scheduler({ queues: queues as string[] })
    expect(make).toThrow(rule)
    expect(make).toThrow(expect.objectContaining({ details: expect.objectContaining({ field }) }))
  })
})
