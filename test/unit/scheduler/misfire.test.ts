/** Fire times that were missed, and fire times for which there is no place: each ends as a run, or as a skipped one. */

import { describe, expect, it } from 'vitest'
import { date, interval, type JobOptions } from '../../../src/index.ts'
import {
  at,
  DAY,
  Gate,
  HOUR,
  historyOf,
  MINUTE,
  newBench,
  Recorder,
  recordEvents,
  SECOND,
  STORES,
  settled,
  startedBench,
} from './support.ts'

describe.each(STORES)('an outage of three hours on %s', (_name, newStore) => {
  it.each<[string, JobOptions, number[], [number, string, string?][]]>([
    [
      'runs once by default, for the last of them',
      {},
      [3],
      [
        [1, 'skipped', 'coalesced'],
        [2, 'skipped', 'coalesced'],
        [3, 'completed'],
      ],
    ],
    [
      'runs all without coalesce',
      { coalesce: false, maxInstances: 3 },
      [1, 2, 3],
      [
        [1, 'completed'],
        [2, 'completed'],
        [3, 'completed'],
      ],
    ],
    [
      'runs all one after the other with one instance',
      { coalesce: false },
      [1, 2, 3],
      [
        [1, 'completed'],
        [2, 'completed'],
        [3, 'completed'],
      ],
    ],
    [
      'runs none that is later than the grace',
      { misfireGraceTime: '1m' },
      [],
      [
        [1, 'skipped', 'misfire'],
        [2, 'skipped', 'misfire'],
        [3, 'skipped', 'misfire'],
      ],
    ],
    [
      'runs those within the grace',
      { misfireGraceTime: '100m', coalesce: false },
      [2, 3],
      [
        [1, 'skipped', 'misfire'],
        [2, 'completed'],
        [3, 'completed'],
      ],
    ],
    [
      'runs the last if it is within the grace',
      { misfireGraceTime: '100m' },
      [3],
      [
        [1, 'skipped', 'coalesced'],
        [2, 'skipped', 'coalesced'],
        [3, 'completed'],
      ],
    ],
  ])('FD-57 an hourly job %s', async (_policy, options, runs, history) => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1h'), { id: 'hourly', ...options })
    await settled(clock, scheduler.shutdown())
    clock.step(at(3.5 * HOUR).getTime() - clock.now())
    await scheduler.start()
    await clock.advance(MINUTE)
    const dueTimes = recorder.calls.map(({ run }) => (run.dueAt.getTime() - at(0).getTime()) / HOUR)
    expect(dueTimes).toEqual(runs)
    expect(recorder.calls.every(({ run }) => run.isCatchUp)).toBe(true)
    expect((await historyOf(scheduler, 'hourly')).map(([due, ...rest]) => [due / HOUR, ...rest])).toEqual(history)
    clock.step(28 * MINUTE)
    await clock.advance(MINUTE)
    await clock.settle()
    expect(recorder.times.at(-1)).toBe(4 * HOUR)
  })
})

describe('misfires', () => {
  it('a one-off time that has passed runs at once', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, date(at(-HOUR)), { id: 'late' })
    await clock.advance(0)
    expect(recorder.calls.map(({ run }) => run.dueAt)).toEqual([at(-HOUR)])
    expect(await scheduler.getJob('late')).toBeUndefined()
  })

  it('a one-off time later than the grace is skipped, with a run that says so', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    const events = recordEvents(scheduler)
    await scheduler.addJob(recorder.handler, date(at(-HOUR)), { id: 'late', misfireGraceTime: '30m' })
    await clock.advance(0)
    expect(recorder.calls).toEqual([])
    expect(await historyOf(scheduler, 'late')).toEqual([[-HOUR, 'skipped', 'misfire']])
    expect(await scheduler.getJob('late')).toBeUndefined()
    expect(events).toEqual(['job:added late', `run:skipped late@${at(-HOUR).getTime()}`, 'job:removed late'])
  })

  it('a grace from the scheduler holds for its jobs, and null in the call takes it away', async () => {
    const { clock, scheduler } = newBench({ jobDefaults: { misfireGraceTime: '1m', coalesce: false } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1h'), { id: 'strict', input: 'strict' })
    await scheduler.addJob(recorder.handler, interval('1h'), { id: 'any', input: 'any', misfireGraceTime: null })
    await clock.advance(2.5 * HOUR)
    await scheduler.start()
    await clock.advance(SECOND)
    expect(recorder.inputs).toEqual(['any', 'any'])
  })

  it('each of the last hundred missed fire times is on record, and the rest of a long outage is summed up', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.pause()
    await scheduler.addJob(recorder.handler, interval('1s'), { id: 'tick', history: { keep: 1_000 } })
    clock.step(DAY)
    scheduler.resume()
    await clock.advance(0)
    const runs = await scheduler.getRuns({ jobId: 'tick', limit: 10_000 })
    expect(runs.reduce((sum, run) => sum + run.count, 0)).toBe(DAY / SECOND)
    expect(runs.length).toBeLessThan(110)
    expect(recorder.calls).toHaveLength(1)
    await clock.advance(10 * SECOND)
    expect(recorder.calls).toHaveLength(11)
  })

  it('catches up a thousand at most, the newest, and skips the older ones with a reason', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.pause()
    const history = { keep: 10_000 }
    await scheduler.addJob(recorder.handler, interval('1s'), { id: 'tick', coalesce: false, maxInstances: 50, history })
    clock.step(1_200 * SECOND)
    scheduler.resume()
    await clock.advance(0)
    expect(recorder.calls).toHaveLength(1_000)
    const skipped = await scheduler.getRuns({ jobId: 'tick', state: 'skipped', limit: 10_000 })
    expect(new Set(skipped.map((run) => run.reason))).toEqual(new Set(['catch-up-limit']))
    expect(skipped.reduce((sum, run) => sum + run.count, 0)).toBe(200)
  })

  it('maxRuns counts runs, not skipped fire times', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.pause()
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'three', maxRuns: 3 })
    await clock.advance(10.5 * MINUTE)
    scheduler.resume()
    await clock.advance(0)
    expect(await scheduler.getJob('three')).toMatchObject({ fires: 1 })
    await clock.advance(10 * MINUTE)
    expect(recorder.times).toEqual([10.5, 11, 12].map((minute) => minute * MINUTE))
    expect(await scheduler.getJob('three')).toBeUndefined()
  })

  it('catching up stops at maxRuns', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.pause()
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'two', maxRuns: 2, coalesce: false })
    await clock.advance(5 * MINUTE)
    scheduler.resume()
    await clock.advance(MINUTE)
    expect(recorder.calls).toHaveLength(2)
    expect(await scheduler.getJob('two')).toBeUndefined()
  })
})

describe.each(STORES)('maxInstances on %s', (_name, newStore) => {
  it('a fire time for which there is no place is a skipped run with its reason', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const events = recordEvents(scheduler)
    await scheduler.addJob('work', interval('1m'), { id: 'tick' })
    await clock.advance(3 * MINUTE)
    gate.open()
    await clock.advance(MINUTE)
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [MINUTE, 'completed'],
      [2 * MINUTE, 'skipped', 'max-instances'],
      [3 * MINUTE, 'skipped', 'max-instances'],
      [4 * MINUTE, 'running'],
    ])
    expect(events).toContain(`run:skipped tick@${at(2 * MINUTE).getTime()}`)
  })

  it('as many run beside each other as it says', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.addJob('work', interval('1m'), { id: 'tick', maxInstances: 2 })
    await clock.advance(4 * MINUTE)
    expect(gate.entered).toHaveLength(2)
    expect((await scheduler.getRuns({ jobId: 'tick', state: 'skipped' })).map((run) => run.reason)).toEqual([
      'max-instances',
      'max-instances',
    ])
  })

  it('runs that are caught up wait for their turn, and each comes as soon as the one before ended', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.addJob('work', interval('1h'), { id: 'hourly', coalesce: false })
    await clock.advance(3.5 * HOUR)
    await scheduler.start()
    for (const entered of [1, 2, 3]) {
      await clock.advance(SECOND)
      expect(gate.entered).toHaveLength(entered)
      gate.open()
    }
  })

  it('one job at its limit keeps no other waiting', async () => {
    const { clock, scheduler } = newBench({
      jobStores: { default: newStore() },
      executors: { default: { type: 'async', maxConcurrency: 3 } },
    })
    const gate = new Gate()
    const recorder = new Recorder(clock)
    scheduler.register('slow', gate.handler)
    scheduler.register('quick', recorder.handler)
    await scheduler.addJob('slow', interval('1m'), { id: 'slow', coalesce: false, priority: 9 })
    await clock.advance(20 * MINUTE)
    await scheduler.enqueue('quick', 'now')
    await scheduler.start()
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['now'])
    expect(gate.entered).toHaveLength(1)
  })
})
