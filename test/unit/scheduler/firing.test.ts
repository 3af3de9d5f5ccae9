/** Jobs that fire: when, as which run, and what becomes of the job. */

import { describe, expect, it } from 'vitest'
import { and, calendarInterval, cron, date, interval, or, type RunContext } from '../../../src/index.ts'
import {
  at,
  HOUR,
  historyOf,
  jobOf,
  MINUTE,
  newBench,
  Recorder,
  recordEvents,
  runOf,
  SECOND,
  STORES,
  startedBench,
} from './support.ts'

describe.each(STORES)('firing on %s', (_name, newStore) => {
  it('makes the run jobId@fireTime at each fire time, and moves the job to the next', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1m'), { id: 'tick', input: { n: 1 } })
    await clock.advance(3 * MINUTE)
    await clock.settle()
    expect(recorder.times).toEqual([MINUTE, 2 * MINUTE, 3 * MINUTE])
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [MINUTE, 'completed'],
      [2 * MINUTE, 'completed'],
      [3 * MINUTE, 'completed'],
    ])
    expect(await runOf(scheduler, `tick@${at(MINUTE).getTime()}`)).toMatchObject({
      jobId: 'tick',
      origin: 'schedule',
      input: { n: 1 },
      dueAt: at(MINUTE),
      startedAt: at(MINUTE),
    })
    expect((await jobOf(scheduler, 'tick')).nextRunTime).toEqual(at(4 * MINUTE))
  })

  it('a one-off job runs once and is removed; its run stays', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const events = recordEvents(scheduler)
    await scheduler.addJob('work', date(at(MINUTE)), { id: 'once' })
    await clock.advance(2 * MINUTE)
    expect(recorder.times).toEqual([MINUTE])
    expect(await scheduler.getJob('once')).toBeUndefined()
    const id = `once@${at(MINUTE).getTime()}`
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', jobId: 'once' })
    expect(events).toContain('job:removed once')
  })

  it('FD-03 a limit of 100 runs gives 100 runs, and then the job is removed', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1s'), { id: 'hundred', maxRuns: 100 })
    await clock.advance(50 * SECOND)
    expect(await jobOf(scheduler, 'hundred')).toMatchObject({ fires: 50, maxRuns: 100 })
    await clock.advance(100 * SECOND)
    expect(recorder.calls).toHaveLength(100)
    expect(await scheduler.getJob('hundred')).toBeUndefined()
  })

  it('thousands of jobs due at once all fire, each once', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const ids = Array.from({ length: 1_200 }, (_, index) => `job-${index}`)
    const trigger = interval('1m')
    await scheduler.addJobs(ids.map((id) => ({ fn: 'work', trigger, options: { id, input: id } })))
    await clock.advance(MINUTE + 100)
    expect(recorder.inputs.sort()).toEqual([...ids].sort())
    expect(new Set(recorder.times)).toEqual(new Set([MINUTE]))
  })
})

describe('firing', () => {
  it('FD-03 FD-63 an interval of 5 minutes runs at 0, 5 and 10 on a clock that the test moves', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('5m'), { nextRunTime: at(0) })
    await clock.advance(12 * MINUTE)
    expect(recorder.times).toEqual([0, 5 * MINUTE, 10 * MINUTE])
  })

  it('FD-03 a job without a trigger runs once, now', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, undefined, { id: 'now' })
    await scheduler.addJob(recorder.handler, null, { id: 'now too' })
    await clock.advance(HOUR)
    expect(recorder.times).toEqual([0, 0])
    expect(await scheduler.getJobs()).toEqual([])
  })

  it.each([
    ['interval', interval('10s'), [10, 20, 30]],
    ['FD-49 cron', cron('*/5 * * * *'), [300, 600, 900]],
    ['ZJ-04 cron with seconds', cron('*/20 * * * * *'), [20, 40, 60]],
    ['ZJ-04 a sub-second interval', interval('250ms'), [0.25, 0.5, 0.75]],
    ['cron fields', cron({ minute: '*/15' }), [900, 1_800, 2_700]],
    ['calendar', calendarInterval({ days: 1, hour: 6 }), [21_600, 108_000, 194_400]],
    ['or', or(date(at(5_000)), interval('7s')), [5, 7, 14]],
    ['and', and(cron('*/2 * * * *'), cron('*/3 * * * *')), [360, 720, 1_080]],
  ])('%s: the first three fires are on the dot', async (_name, trigger, seconds) => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, trigger, { maxRuns: 3 })
    await clock.advance((seconds.at(-1) ?? 0) * SECOND)
    await clock.settle()
    expect(recorder.times).toEqual(seconds.map((second) => second * SECOND))
  })

  it('FD-49 a cron in New York fires at 9 there, before and after the clocks change', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, cron('0 9 7-9 3 *', { timezone: 'America/New_York' }))
    clock.step(Date.UTC(2026, 2, 7) - clock.now())
    await clock.advance(3 * 24 * HOUR)
    expect(recorder.calls.map((call) => new Date(call.at).toISOString())).toEqual([
      '2026-03-07T14:00:00.000Z',
      '2026-03-08T13:00:00.000Z',
      '2026-03-09T13:00:00.000Z',
    ])
  })

  it('the zone of the scheduler is that of triggers without one', async () => {
    const { clock, scheduler } = newBench({ timezone: 'Asia/Tokyo' })
    const recorder = new Recorder(clock)
    const job = await scheduler.addJob(recorder.handler, cron('0 12 * * *'))
    expect(job.nextRunTime).toEqual(at(3 * HOUR))
  })

  it('FD-49 ZJ-08 a job that is paused or removed never fires', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, cron('* * * * *'), { id: 'off', paused: true })
    await scheduler.addJob(recorder.handler, cron('* * * * *'), { id: 'gone' })
    await clock.advance(MINUTE)
    await scheduler.removeJob('gone')
    await clock.advance(HOUR)
    expect(recorder.times).toEqual([MINUTE])
  })

  it('never fires a millisecond early, however often it is woken', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1s'), { id: 'tick' })
    for (let ms = 0; ms < 999; ms += 37) {
      scheduler.wakeup()
      await clock.advance(37)
    }
    expect(clock.now()).toBe(at(999).getTime())
    expect(recorder.calls).toEqual([])
    await clock.advance(1)
    await clock.settle()
    expect(recorder.times).toEqual([SECOND])
  })

  it('a slow handler does not shift the grid', async () => {
    const { clock, scheduler } = await startedBench()
    const starts: number[] = []
    await scheduler.addJob(
      (_input: unknown, run: RunContext) => {
        starts.push(run.dueAt.getTime() - at(0).getTime())
        return new Promise<void>((resolve) => clock.setTimer(resolve, 700))
      },
      interval('1s'),
      { id: 'slow' },
    )
    await clock.advance(5 * SECOND)
    expect(starts).toEqual([1, 2, 3, 4, 5].map((second) => second * SECOND))
  })

  it('a scheduler that only schedules leaves the runs to one that executes', async () => {
    const { clock, scheduler } = await startedBench({ roles: { schedule: true, execute: false } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
    await clock.advance(MINUTE)
    expect(recorder.calls).toEqual([])
    expect(await historyOf(scheduler, 'tick')).toEqual([[MINUTE, 'pending']])
  })

  it('a scheduler that only executes fires nothing', async () => {
    const { clock, scheduler } = await startedBench({ roles: { schedule: false, execute: true } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
    await scheduler.enqueue(recorder.handler)
    await clock.advance(HOUR)
    expect(recorder.times).toEqual([0])
  })
})
