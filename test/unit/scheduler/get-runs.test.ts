/** Lists of runs: their order, their filters, their pages. */

import { describe, expect, it } from 'vitest'
import { interval, MemoryJobStore, type Scheduler } from '../../../src/index.ts'
import { at, MINUTE, newBench, rejection, STORES, startedBench } from './support.ts'

async function inputs(scheduler: Scheduler, filter?: Parameters<Scheduler['getRuns']>[0]): Promise<unknown[]> {
  return (await scheduler.getRuns(filter)).map((run) => run.input)
}

describe.each(STORES)('getRuns on %s', (_name, newStore) => {
  it('gives the newest first', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    for (const minute of [2, 5, 1]) await scheduler.enqueue('work', minute, { runAt: at(minute * MINUTE) })
    expect(await inputs(scheduler)).toEqual([5, 2, 1])
  })

  it('filters by state, by several states, by job, by queue', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', (input: unknown) => {
      if (input === 'bad') throw new Error('bad')
    })
    await scheduler.addJob('work', interval('1m'), { id: 'tick', input: 'fired' })
    await scheduler.enqueue('work', 'good', { queue: 'critical' })
    await scheduler.enqueue('work', 'bad')
    await scheduler.enqueue('work', 'waits', { delay: '1h', queue: 'low' })
    await clock.advance(MINUTE)
    await clock.settle()
    expect(await inputs(scheduler, { state: 'failed' })).toEqual(['bad'])
    expect(await inputs(scheduler, { state: ['failed', 'pending'] })).toEqual(['waits', 'bad'])
    expect(await inputs(scheduler, { jobId: 'tick' })).toEqual(['fired'])
    expect(await inputs(scheduler, { queue: 'critical' })).toEqual(['good'])
    expect(await inputs(scheduler, { jobId: 'tick', state: 'pending' })).toEqual([])
    expect(await inputs(scheduler, { jobId: 'nobody' })).toEqual([])
  })

  it('gives page after page by limit and before', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    for (let minute = 1; minute <= 5; minute += 1) {
      await scheduler.enqueue('work', minute, { runAt: at(minute * MINUTE) })
    }
    const first = await scheduler.getRuns({ limit: 2 })
    const second = await scheduler.getRuns({ limit: 2, before: first.at(-1)?.dueAt ?? at(0) })
    const third = await scheduler.getRuns({ limit: 2, before: second.at(-1)?.dueAt.toISOString() ?? at(0) })
    expect([first, second, third].map((page) => page.map((run) => run.input))).toEqual([[5, 4], [3, 2], [1]])
  })
})

describe('getRuns', () => {
  it('gives a hundred unless told otherwise', async () => {
    const { scheduler } = newBench()
    await scheduler.enqueueMany(
      () => undefined,
      Array.from({ length: 150 }, (_, index) => index),
      { delay: '1h' },
    )
    expect(await scheduler.getRuns()).toHaveLength(100)
    expect(await scheduler.getRuns({ limit: 1_000 })).toHaveLength(150)
  })

  it('puts the runs of several stores together, newest first, or gives those of one', async () => {
    const { scheduler } = newBench({ jobStores: { other: new MemoryJobStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 1, { runAt: at(1) })
    await scheduler.enqueue('work', 2, { runAt: at(2), store: 'other' })
    await scheduler.enqueue('work', 3, { runAt: at(3) })
    expect(await inputs(scheduler)).toEqual([3, 2, 1])
    expect(await inputs(scheduler, { limit: 2 })).toEqual([3, 2])
    expect(await inputs(scheduler, { store: 'other' })).toEqual([2])
    const [run] = await scheduler.getRuns({ store: 'other' })
    expect(run?.store).toBe('other')
  })

  it('getRun looks into every store, or into the one given', async () => {
    const { scheduler } = newBench({ jobStores: { other: new MemoryJobStore() } })
    const run = await scheduler.enqueue(() => undefined, 1, { store: 'other' })
    expect(await scheduler.getRun(run.id)).toEqual(run)
    expect(await scheduler.getRun(run.id, 'other')).toEqual(run)
    expect(await scheduler.getRun(run.id, { store: 'default' })).toBeUndefined()
    expect(await rejection(scheduler.getRun(run.id, 'nowhere'))).toMatchObject({ code: 'STORE_LOOKUP' })
  })

  it('what a caller does to a run does not reach the store', async () => {
    const { scheduler } = newBench()
    const { id } = await scheduler.enqueue(() => undefined, { items: [1] })
    const [run] = await scheduler.getRuns()
    const input = run?.input as { items: number[] }
    input.items.push(2)
    expect((await scheduler.getRun(id))?.input).toEqual({ items: [1] })
  })

  it.each([
    ['an unknown state', { state: 'asleep' }],
    ['a limit of 0', { limit: 0 }],
    ['a limit beyond 10,000', { limit: 10_001 }],
    ['a limit that is no whole number', { limit: 1.5 }],
    ['an instant that is none', { before: 'yesterday' }],
    ['an unknown filter', { colour: 'red' }],
  ])('refuses %s', async (_name, filter) => {
    const { scheduler } = newBench()
    const [field] = Object.keys(filter)
    expect(await rejection(scheduler.getRuns(filter as never))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: `options.${field}` },
    })
  })
})
