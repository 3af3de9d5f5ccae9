/** The stores in numbers. */

import { describe, expect, it } from 'vitest'
import { interval } from '../../../src/index.ts'
import { NO_COUNTS } from '../../../src/jobs/counters.ts'
import { Gate, HOUR, newBench, rejection, SECOND, STORES, startedBench } from './support.ts'

describe.each(STORES)('statistics of %s', (_name, newStore) => {
  it('ZJ-39 give jobs, paused jobs, what waits, is at work, is dead, and what became of the rest', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', () => undefined)
    scheduler.register('long', gate.handler)
    scheduler.register('fail', () => {
      throw new Error('no')
    })
    await scheduler.addJob('work', interval('1h'), { id: 'hourly' })
    await scheduler.addJob('work', interval('1h'), { id: 'paused', paused: true })
    await scheduler.addJob('work', interval('10s'), { id: 'often', queue: 'critical', maxRuns: 2 })
    await scheduler.enqueue('long')
    await scheduler.enqueue('work', null, { delay: '1d' })
    await scheduler.enqueue('fail', null, { queue: 'low' })
    await scheduler.enqueue('fail', null, { queue: 'low', retry: { attempts: 2, delay: '1s', jitter: 0 } })
    await scheduler.enqueue('fail', null, { queue: 'low', retry: { attempts: 2, delay: '1d' } })
    await scheduler.enqueue('work', null, { queue: 'elsewhere' })
    const { id } = await scheduler.enqueue('work', null, { delay: '1h' })
    await scheduler.cancelRun(id)
    await clock.advance(30 * SECOND)
    const stats = await scheduler.getStats()
    expect(stats).toEqual({
      jobs: 2,
      pausedJobs: 1,
      pending: 3,
      scheduled: 2,
      running: 1,
      dead: 1,
      workers: 1,
      queues: {
        critical: {
          ...NO_COUNTS,
          submitted: 2,
          started: 2,
          completed: 2,
          pending: 0,
          running: 0,
          isPaused: false,
        },
        default: {
          ...NO_COUNTS,
          submitted: 3,
          started: 1,
          cancelled: 1,
          pending: 1,
          running: 1,
          isPaused: false,
        },
        low: {
          ...NO_COUNTS,
          submitted: 3,
          started: 4,
          retried: 2,
          failed: 2,
          dead: 1,
          pending: 1,
          running: 0,
          isPaused: false,
        },
        elsewhere: { ...NO_COUNTS, submitted: 1, pending: 1, running: 0, isPaused: false },
      },
      totals: { ...NO_COUNTS, submitted: 9, started: 7, completed: 2, failed: 2, retried: 2, cancelled: 1, dead: 1 },
    })
    expect(await scheduler.queue('low').stats()).toEqual(stats.queues['low'])
    expect(await scheduler.queue('never used').stats()).toMatchObject({ ...NO_COUNTS, pending: 0 })
    gate.open()
  })

  it('count fire times that were skipped, each of them', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('1m'), { id: 'tick', misfireGraceTime: '10s', coalesce: false })
    scheduler.pause()
    clock.step(HOUR)
    scheduler.resume()
    await clock.advance(SECOND)
    const { submitted, completed, skipped } = (await scheduler.getStats()).totals
    expect(submitted).toBe(completed)
    expect(skipped + completed).toBe(60)
  })

  it('stay when runs are removed', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueueMany('work', Array.from({ length: 30 }), { history: { keep: 0 } })
    await clock.advance(SECOND)
    expect(await scheduler.getRuns()).toEqual([])
    expect((await scheduler.getStats()).totals).toEqual({ ...NO_COUNTS, submitted: 30, started: 30, completed: 30 })
  })

  it('do not tell what is due later apart while very much is due now', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueueMany('work', Array.from({ length: 600 }))
    await scheduler.enqueueMany('work', Array.from({ length: 7 }), { delay: '1h' })
    expect(await scheduler.getStats()).toMatchObject({ pending: 607, scheduled: null, workers: 0 })
  })

  it('of several stores are added up, and each has its own', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore(), second: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work')
    await scheduler.enqueueMany('work', [1, 2], { store: 'second' })
    await scheduler.queue('default', 'second').pause()
    await scheduler.enqueue('work', 3, { store: 'second' })
    await clock.advance(SECOND)
    expect(await scheduler.getStats()).toMatchObject({ pending: 3, workers: 1, totals: { submitted: 4, completed: 1 } })
    expect(await scheduler.getStats('second')).toMatchObject({
      pending: 3,
      queues: { default: { submitted: 3, completed: 0, isPaused: true } },
    })
    expect((await scheduler.getStats({ store: 'default' })).queues['default']).toMatchObject({ isPaused: false })
    expect(await rejection(scheduler.getStats('third'))).toMatchObject({ code: 'STORE_LOOKUP' })
    expect(await rejection(scheduler.getWorkers('third'))).toMatchObject({ code: 'STORE_LOOKUP' })
  })
})
