/** How many finished runs are kept, and how long. */

import { describe, expect, it } from 'vitest'
import { interval } from '../../../src/index.ts'
import { at, DAY, HOUR, MINUTE, newBench, Recorder, recordEvents, SECOND, STORES, startedBench } from './support.ts'

describe.each(STORES)('history on %s', (_name, newStore) => {
  it('keeps the newest runs of each job, a tenth more at most', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('1s'), { id: 'few', history: { keep: 20 } })
    await scheduler.addJob('work', interval('10s'), { id: 'many', history: { keep: 50 } })
    await clock.advance(2 * MINUTE)
    await clock.settle()
    const runs = await scheduler.getRuns({ jobId: 'few', limit: 1_000 })
    expect(runs.length).toBeGreaterThanOrEqual(20)
    expect(runs.length).toBeLessThanOrEqual(22)
    expect(runs[0]?.dueAt).toEqual(at(2 * MINUTE))
    expect(await scheduler.getRuns({ jobId: 'many' })).toHaveLength(12)
  })

  it('keeps the newest of the runs that were enqueued of a function', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined, { history: { keep: 10 } })
    for (let input = 0; input < 60; input += 1) await scheduler.enqueue('work', input, { delay: input })
    await clock.advance(SECOND)
    await clock.settle()
    const runs = await scheduler.getRuns({ limit: 1_000 })
    expect(runs.length).toBeLessThanOrEqual(11)
    expect(runs[0]?.input).toBe(59)
  })

  it('removes runs when they are old enough', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 1, { history: { maxAge: '1h' } })
    await scheduler.enqueue('work', 2, { history: { maxAge: '2h' } })
    await clock.advance(0)
    clock.step(HOUR - MINUTE)
    await clock.advance(MINUTE - SECOND)
    expect(await scheduler.getRuns()).toHaveLength(2)
    await clock.advance(2 * SECOND)
    expect(await scheduler.getRuns()).toMatchObject([{ input: 2 }])
    clock.step(HOUR)
    await clock.advance(MINUTE)
    expect(await scheduler.getRuns()).toEqual([])
  })

  it('keeps none with keep 0; events tell all the same', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const events = recordEvents(scheduler)
    await scheduler.addJob('work', interval('1m'), { id: 'tick', history: { keep: 0 } })
    await clock.advance(3 * MINUTE)
    await clock.settle()
    expect(recorder.calls).toHaveLength(3)
    expect(events.filter((event) => event.startsWith('run:completed'))).toHaveLength(3)
    expect(await scheduler.getRuns()).toEqual([])
  })
})

describe('history', () => {
  it('an enqueued run of which none is kept removes no other run of its function', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 'kept')
    await scheduler.enqueue('work', 'forgotten', { history: { keep: 0 }, delay: '1s' })
    await clock.advance(2 * SECOND)
    await clock.settle()
    expect(await scheduler.getRuns()).toMatchObject([{ input: 'kept', state: 'completed' }])
  })

  it('holds for skipped and cancelled runs too', async () => {
    const { clock, scheduler } = newBench()
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('1s'), { id: 'tick', history: { keep: 10 }, misfireGraceTime: '1ms' })
    await clock.advance(5 * MINUTE + 500)
    await scheduler.start()
    await clock.advance(0)
    expect((await scheduler.getRuns({ jobId: 'tick', limit: 1_000 })).length).toBeLessThanOrEqual(11)
    await scheduler.removeAllJobs()

    const runs = await scheduler.enqueueMany(
      'work',
      Array.from({ length: 60 }, (_, index) => index),
      { history: { keep: 10 }, delay: '1h' },
    )
    for (const { id } of runs) await scheduler.cancelRun(id)
    expect((await scheduler.getRuns({ state: 'cancelled', limit: 1_000 })).length).toBeLessThanOrEqual(11)
  })

  it('a fire time missed with keep 0 leaves no record, but an event', async () => {
    const { clock, scheduler } = newBench()
    const history = { keep: 0 }
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick', history, misfireGraceTime: '1s' })
    await clock.advance(1.5 * MINUTE)
    const events = recordEvents(scheduler)
    await scheduler.start()
    await clock.advance(0)
    expect(events).toContain(`run:skipped tick@${at(MINUTE).getTime()}`)
    expect(await scheduler.getRuns()).toEqual([])
  })

  it('comes from the scheduler, the registration or the call', async () => {
    const { scheduler } = newBench({ history: { keep: 7, maxAge: '2d' } })
    scheduler.register('work', () => undefined, { history: { keep: 8 } })
    expect(await scheduler.addJob(() => undefined, interval('1m'))).toMatchObject({
      history: { keep: 7, maxAge: 2 * DAY },
    })
    expect(await scheduler.addJob('work', interval('1m'))).toMatchObject({ history: { keep: 8, maxAge: 2 * DAY } })
    expect(await scheduler.addJob('work', interval('1m'), { history: { maxAge: '1h' } })).toMatchObject({
      history: { keep: 8, maxAge: HOUR },
    })
  })

  it('a run that has to be looked at stays whatever the history says', async () => {
    const { clock, scheduler } = await startedBench()
    const history = { keep: 0, maxAge: '1s' }
    await scheduler.enqueue(() => Promise.reject(new Error('no')), 1, { retry: { attempts: 2, delay: 0 }, history })
    await clock.advance(DAY)
    expect(await scheduler.getRuns()).toMatchObject([{ state: 'dead' }])
  })
})
