/** Jobs and runs whose function or executor is unknown here wait, keep nobody else waiting, and run once it is known. */

import { describe, expect, it } from 'vitest'
import { AsyncExecutor, interval, MemoryJobStore, type RunContext } from '../../../src/index.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { at, historyOf, MINUTE, newBench, Recorder, rejection, STORES, settled, startedBench } from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

/** A job and a run of the function `later`, in the store, made by a scheduler that knows it. */
async function prepare(store: RecordJobStore): Promise<void> {
  const { clock, scheduler } = newBench({ jobStores: { default: store } })
  scheduler.register('later', () => undefined)
  await scheduler.addJob('later', interval('1m'), { id: 'tick', input: 'fired' })
  await scheduler.enqueue('later', 'enqueued', { id: 'enqueued' })
  await settled(clock, scheduler.shutdown())
}

describe.each(STORES)('a function that is unknown, on %s', (_name, newStore) => {
  it('its jobs and runs wait, those of others go on, and all run once it is registered', async () => {
    const store = newStore()
    await prepare(store)
    const { clock, scheduler } = newBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    scheduler.register('known', recorder.handler)
    await scheduler.addJob('known', interval('1m'), { id: 'known', input: 'known' })
    await scheduler.start()
    await clock.advance(3.5 * MINUTE)
    expect(recorder.inputs).toEqual(['known', 'known', 'known'])
    expect(await scheduler.getJob('tick')).toMatchObject({ nextRunTime: at(MINUTE), paused: false })
    expect(await historyOf(scheduler, 'tick')).toEqual([])

    const late = new Recorder(clock)
    scheduler.register('later', late.handler)
    await clock.advance(0)
    expect(late.inputs.sort()).toEqual(['enqueued', 'fired'])
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [MINUTE, 'skipped', 'coalesced'],
      [2 * MINUTE, 'skipped', 'coalesced'],
      [3 * MINUTE, 'completed'],
    ])
    await clock.advance(MINUTE)
    expect(late.times.at(-1)).toBe(4 * MINUTE)
  })
})

describe('a name that is unknown', () => {
  it('the scheduler does not spin on what it cannot do', async () => {
    const store = new UnrulyStore()
    await prepare(store)
    const { clock, scheduler } = newBench({ jobStores: { default: store } })
    store.questions = 0
    await scheduler.start()
    await clock.advance(60 * MINUTE)
    expect(store.questions).toBeLessThan(20)
  })

  it('jobs of a removed executor wait until there is one with its alias again; others of the same function go on', async () => {
    const { clock, scheduler } = await startedBench({ executors: { special: new AsyncExecutor() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    scheduler.register('rare', (input: unknown, run: RunContext) => recorder.handler(input, run))
    await scheduler.addJob('work', interval('1m'), { id: 'a', input: 'special', executor: 'special', priority: 9 })
    await scheduler.addJob('work', interval('1m'), { id: 'b', input: 'default' })
    await scheduler.enqueue('rare', 'special run', { executor: 'special', delay: '30s' })
    await scheduler.enqueue('work', 'default run', { delay: '90s' })
    await scheduler.removeExecutor('special')
    await clock.advance(2.5 * MINUTE)
    expect(recorder.inputs).toEqual(['default', 'default run', 'default'])

    await scheduler.addExecutor('special', { type: 'async' })
    await clock.advance(0)
    expect(recorder.inputs.slice(3).sort()).toEqual(['special', 'special run'])
    await clock.advance(MINUTE)
    expect(recorder.inputs.slice(5).sort()).toEqual(['default', 'special'])
  })

  it('a job of an unknown function can be looked at, changed and removed', async () => {
    const store = new MemoryJobStore()
    await prepare(store)
    const { scheduler } = await startedBench({ jobStores: { default: store } })
    expect(await scheduler.getJob('tick')).toMatchObject({ functionRef: 'later' })
    expect(await scheduler.modifyJob('tick', { priority: 3 })).toMatchObject({ priority: 3 })
    expect(await scheduler.pauseJob('tick')).toMatchObject({ paused: true })
    await scheduler.removeJob('tick')
    expect(await scheduler.cancelRun('enqueued')).toMatchObject({ state: 'cancelled' })
  })

  it('a name that another function has, or that is no name, cannot be registered', () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => 1)
    expect(() => scheduler.register('work', () => 2)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => scheduler.register('', () => 1)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => scheduler.register('bad', () => 1, { colour: 1 } as never)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ field: 'defaults.colour' }) }),
    )
  })

  it('a function registered again replaces its defaults', async () => {
    const { scheduler } = newBench()
    const work = (): void => undefined
    scheduler.register('work', work, { priority: 1 })
    scheduler.register('work', work, { priority: 2 })
    expect(await scheduler.addJob(work, interval('1m'))).toMatchObject({ priority: 2, functionRef: 'work' })
  })

  it('a wrong default is refused where it is declared', async () => {
    const { scheduler } = newBench()
    expect(() => scheduler.register('work', () => 1, { maxInstances: 0 })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ field: 'defaults.maxInstances' }) }),
    )
    expect(await rejection(scheduler.addJob('work', interval('1m')))).toMatchObject({ code: 'FUNCTION_LOOKUP' })
  })
})
