/** `replaceExisting`: what a service does at every start, which must not disturb what runs already. */

import { describe, expect, it } from 'vitest'
import { cron, interval, type JobOptions, type Trigger } from '../../../src/index.ts'
import {
  at,
  jobOf,
  MINUTE,
  newBench,
  Recorder,
  recordEvents,
  rejection,
  STORES,
  settled,
  startedBench,
} from './support.ts'

describe.each(STORES)('replaceExisting on %s', (_name, newStore) => {
  it('ZJ-05 a job of 30 minutes in a process that restarts every 20 still fires every 30', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() }, pollInterval: '1m' })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    for (let restart = 0; restart < 6; restart += 1) {
      await scheduler.addJob('work', interval('30m'), { id: 'tick', replaceExisting: true })
      await scheduler.start()
      await clock.advance(20 * MINUTE - 1)
      await settled(clock, scheduler.shutdown())
      await clock.advance(20 * MINUTE * (restart + 1) - (clock.now() - at(0).getTime()))
    }
    expect(recorder.times).toEqual([30, 60, 90].map((minute) => minute * MINUTE))
  })

  it('ZJ-05 also after the trigger was changed once', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() }, pollInterval: '1m' })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const register = (trigger: Trigger) => scheduler.addJob('work', trigger, { id: 'tick', replaceExisting: true })
    await register(interval('1h'))
    await clock.advance(10 * MINUTE)
    expect((await register(interval('30m'))).nextRunTime).toEqual(at(40 * MINUTE))
    await clock.advance(20 * MINUTE)
    expect((await register(interval('30m'))).nextRunTime).toEqual(at(40 * MINUTE))
    await clock.advance(20 * MINUTE)
    expect((await register(interval('30m'))).nextRunTime).toEqual(at(70 * MINUTE))
    expect(recorder.times).toEqual([40 * MINUTE])
  })

  it("ZJ-05 keeps an operator's pause, and takes the new input and options", async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const register = (options: JobOptions) =>
      scheduler.addJob('work', interval('1m'), { id: 'tick', replaceExisting: true, ...options })
    await register({ input: 'old' })
    await scheduler.pauseJob('tick')
    expect(await register({ input: 'new', maxInstances: 4 })).toMatchObject({
      paused: true,
      nextRunTime: null,
      input: 'new',
      maxInstances: 4,
    })
    await clock.advance(5 * MINUTE)
    expect(recorder.calls).toEqual([])
    await scheduler.resumeJob('tick')
    await clock.advance(MINUTE)
    expect(recorder.inputs).toEqual(['new'])
  })

  it('ZJ-05 keeps a pause also when the trigger changes, until the call says otherwise', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    const options = { id: 'tick', replaceExisting: true }
    await scheduler.addJob('work', interval('1m'), options)
    await scheduler.pauseJob('tick')
    expect(await scheduler.addJob('work', interval('2m'), options)).toMatchObject({ paused: true, nextRunTime: null })
    expect(await scheduler.addJob('work', interval('2m'), { ...options, paused: false })).toMatchObject({
      paused: false,
      nextRunTime: at(2 * MINUTE),
    })
    expect(await scheduler.addJob('work', interval('2m'), { ...options, paused: true })).toMatchObject({ paused: true })
  })
})

describe('replaceExisting', () => {
  it('adds the job where there is none', async () => {
    const { scheduler } = newBench()
    const events = recordEvents(scheduler)
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'new', replaceExisting: true })
    expect(events).toEqual(['job:added new'])
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'new', replaceExisting: true })
    expect(events).toEqual(['job:added new', 'job:modified new'])
  })

  it('a fire time that was missed while the process was down is not forgotten', async () => {
    const { clock, scheduler } = newBench()
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', cron('0 * * * *'), { id: 'hourly', replaceExisting: true })
    await clock.advance(90 * MINUTE)
    await scheduler.addJob('work', cron('0 * * * *'), { id: 'hourly', replaceExisting: true })
    await scheduler.start()
    await clock.advance(0)
    expect(recorder.calls.map(({ run }) => run.dueAt)).toEqual([at(60 * MINUTE)])
  })

  it('a changed trigger, and a next run time of its own, begin anew', async () => {
    const { clock, scheduler } = newBench()
    const options = { id: 'tick', replaceExisting: true }
    await scheduler.addJob(() => undefined, interval('1h'), options)
    await clock.advance(10 * MINUTE)
    const changed = await scheduler.addJob(() => undefined, interval('5m'), options)
    expect(changed.nextRunTime).toEqual(at(15 * MINUTE))
    const moved = await scheduler.addJob(() => undefined, interval('5m'), { ...options, nextRunTime: at(11 * MINUTE) })
    expect(moved.nextRunTime).toEqual(at(11 * MINUTE))
  })

  it('keeps the count of a job with maxRuns', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    const register = () =>
      scheduler.addJob(recorder.handler, interval('1m'), { id: 'three', maxRuns: 3, replaceExisting: true })
    await register()
    await clock.advance(2 * MINUTE)
    expect(await register()).toMatchObject({ fires: 2 })
    await clock.advance(5 * MINUTE)
    expect(recorder.calls).toHaveLength(3)
  })

  it('two processes that register at once both succeed', async () => {
    const { scheduler } = newBench()
    const options = { id: 'tick', replaceExisting: true }
    await Promise.all(
      [1, 2, 3, 4].map((input) => scheduler.addJob(() => undefined, interval('1m'), { ...options, input })),
    )
    expect(await scheduler.getJobs()).toHaveLength(1)
    expect(await jobOf(scheduler, 'tick')).toMatchObject({ nextRunTime: at(MINUTE) })
  })

  it('is no wish to replace when it is false', async () => {
    const { scheduler } = newBench()
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    const again = scheduler.addJob(() => undefined, interval('1m'), { id: 'tick', replaceExisting: false })
    expect(await rejection(again)).toMatchObject({ code: 'CONFLICTING_ID' })
  })
})
