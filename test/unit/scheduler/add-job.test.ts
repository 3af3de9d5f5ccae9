/** Adding jobs: what they are made of, and what is refused. */

import { describe, expect, it } from 'vitest'
import { cron, date, interval, type JobOptions, MemoryJobStore } from '../../../src/index.ts'
import {
  at,
  HOUR,
  jobOf,
  MINUTE,
  newBench,
  newDatabasePath,
  Recorder,
  recordEvents,
  rejection,
  STORES,
  startedBench,
} from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

describe.each(STORES)('addJob on %s', (_name, newStore) => {
  it('gives the job with every default filled in, and getJob gives the same', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    const work = scheduler.register('work', () => undefined)
    const job = await scheduler.addJob(work, interval('5m'), { id: 'five', input: { to: ['a'] } })
    expect(job).toMatchObject({
      id: 'five',
      name: 'work',
      functionRef: 'work',
      input: { to: ['a'] },
      store: 'default',
      executor: 'default',
      nextRunTime: at(5 * MINUTE),
      createdAt: at(0),
      paused: false,
      coalesce: true,
      maxInstances: 1,
      maxRuns: null,
      misfireGraceTime: null,
      queue: 'default',
      priority: 0,
      timeout: null,
      onCrash: 'retry',
      tags: [],
      metadata: {},
    })
    expect(job.trigger.toString()).toContain('every 5m')
    expect(await scheduler.getJob('five')).toEqual(job)
  })

  it('an id that is taken is a ConflictingIdError, and the job there stays as it is', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    const first = await scheduler.addJob('work', interval('5m'), { id: 'same' })
    const error = await rejection(scheduler.addJob('work', interval('9m'), { id: 'same' }))
    expect(error).toMatchObject({ name: 'ConflictingIdError', code: 'CONFLICTING_ID', details: { id: 'same' } })
    expect(await scheduler.getJobs()).toEqual([first])
  })

  it('ZJ-06 several schedules of one function fire with their own inputs', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('2m'), { id: 'even', input: 'even' })
    await scheduler.addJob('work', interval('3m'), { id: 'third', input: 'third' })
    await clock.advance(5 * MINUTE)
    await clock.settle()
    expect(recorder.calls.map(({ input, run }) => [input, run.jobId])).toEqual([
      ['even', 'even'],
      ['third', 'third'],
      ['even', 'even'],
    ])
  })

  it('addJobs adds many with one call, in their order', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const ids = Array.from({ length: 50 }, (_, index) => `job-${index}`)
    const jobs = await scheduler.addJobs(
      ids.map((id) => ({ fn: 'work', trigger: interval('1m'), options: { id, input: id } })),
    )
    expect(jobs.map((job) => job.id)).toEqual(ids)
    await clock.advance(MINUTE)
    await clock.settle()
    expect(recorder.inputs.sort()).toEqual([...ids].sort())
  })
})

describe('addJob', () => {
  it('FD-08 takes defaults from the scheduler, then from the registration, then from the call', async () => {
    const { scheduler } = newBench({ jobDefaults: { coalesce: false, maxInstances: 2, queue: 'low' } })
    scheduler.register('work', () => undefined, { maxInstances: 3, queue: 'critical', tags: ['declared'] })
    expect(await scheduler.addJob('work', interval('1m'), { queue: 'default' })).toMatchObject({
      coalesce: false,
      maxInstances: 3,
      queue: 'default',
      tags: ['declared'],
    })
  })

  it('FD-08 a job is named after its function, unless it is given a name', async () => {
    const { scheduler } = newBench()
    function sendReport(): void {}
    const named = await scheduler.addJob(scheduler.register('send-report', sendReport), interval('1m'))
    expect(named).toMatchObject({ name: 'send-report', functionRef: 'send-report' })
    const anonymous = await scheduler.addJob(function tidyUp() {}, interval('1m'))
    expect(anonymous.name).toContain('tidyUp')
    expect(await scheduler.addJob('send-report', interval('1m'), { name: 'Report' })).toMatchObject({ name: 'Report' })
  })

  it('a job without an id gets one of its own', async () => {
    const { scheduler } = newBench()
    const jobs = await Promise.all([1, 2, 3].map(() => scheduler.addJob(() => undefined, interval('1m'))))
    expect(new Set(jobs.map((job) => job.id)).size).toBe(3)
  })

  it.each([
    ['100ms', 100],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    [1_500, 1_500],
  ])('FD-09 a duration may be given as %s', async (duration, ms) => {
    const { scheduler } = newBench()
    const options = { timeout: duration, misfireGraceTime: duration, history: { maxAge: duration } }
    const job = await scheduler.addJob(() => undefined, interval('1m'), options)
    expect(job).toMatchObject({ timeout: ms, misfireGraceTime: ms, history: { maxAge: ms } })
  })

  it('the first fire is when it says, and the grid of the trigger goes on after it', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    const job = await scheduler.addJob(recorder.handler, interval('10m'), { nextRunTime: at(3 * MINUTE) })
    expect(job.nextRunTime).toEqual(at(3 * MINUTE))
    await clock.advance(25 * MINUTE)
    expect(recorder.times).toEqual([3, 10, 20].map((minute) => minute * MINUTE))
  })

  it('a job added while the scheduler sleeps for another wakes it in time', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1h'), { input: 'later' })
    await clock.advance(MINUTE)
    await scheduler.addJob(recorder.handler, interval('1s'), { input: 'sooner', maxRuns: 1 })
    await clock.advance(MINUTE)
    expect(recorder.times).toEqual([MINUTE + 1_000])
  })

  it('goes to the store that it names', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { scratch: new MemoryJobStore() } })
    const recorder = new Recorder(clock)
    expect(await scheduler.addJob(recorder.handler, interval('1m'), { id: 'x', store: 'scratch' })).toMatchObject({
      store: 'scratch',
    })
    expect(await scheduler.getJobs({ store: 'default' })).toEqual([])
    await clock.advance(MINUTE)
    expect(recorder.calls).toHaveLength(1)
    expect(await scheduler.getRuns({ store: 'scratch' })).toHaveLength(1)
  })

  it('a trigger without any fire time left is refused, also for a job that is added paused', async () => {
    const { scheduler } = newBench()
    const over = interval('1m', { endDate: at(-HOUR) })
    for (const options of [{}, { paused: true }]) {
      expect(await rejection(scheduler.addJob(() => undefined, over, options))).toMatchObject({
        code: 'TRIGGER_NEVER_FIRES',
      })
    }
    expect(await scheduler.getJobs()).toEqual([])
  })

  it('a job that is meant for runJob alone has no next run time', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    const job = await scheduler.addJob(recorder.handler, cron('@never'), { id: 'by hand' })
    expect(job).toMatchObject({ nextRunTime: null, paused: false })
    await scheduler.runJob('by hand')
    await clock.advance(HOUR)
    expect(recorder.calls).toHaveLength(1)
    expect(await scheduler.getJob('by hand')).toBeDefined()
  })

  it('a persistent store keeps no job of a function without a registered name', async () => {
    const { scheduler } = newBench({ jobStores: { default: `sqlite:${newDatabasePath()}` } })
    const error = await rejection(scheduler.addJob(function tidyUp() {}, interval('1m')))
    expect(error).toMatchObject({ name: 'TransientJobError', code: 'TRANSIENT_JOB', details: { value: 'tidyUp' } })
    expect(await rejection(scheduler.enqueue(() => undefined))).toMatchObject({ code: 'TRANSIENT_JOB' })
    expect(await scheduler.getJobs()).toEqual([])
  })

  it.each<[string, unknown, string]>([
    ['an unknown option', { colour: 'red' }, 'options.colour'],
    ['an id that is no text', { id: 7 }, 'options.id'],
    ['an empty id', { id: '' }, 'options.id'],
    ['an id of 192 characters', { id: 'x'.repeat(192) }, 'options.id'],
    ['maxInstances of 0', { maxInstances: 0 }, 'options.maxInstances'],
    ['maxRuns of 0', { maxRuns: 0 }, 'options.maxRuns'],
    ['FD-09 a duration that is none', { misfireGraceTime: 'five minutes' }, 'options.misfireGraceTime'],
    ['a negative timeout', { timeout: -1 }, 'options.timeout'],
    ['an instant without a zone', { nextRunTime: '2026-01-01T00:00:00' }, 'options.nextRunTime'],
    ['an unknown onCrash', { onCrash: 'panic' }, 'options.onCrash'],
    ['retry with an unknown field', { retry: { times: 3 } }, 'options.retry.times'],
    ['tags that are no list', { tags: 'urgent' }, 'options.tags'],
  ])('refuses %s, and writes nothing', async (_name, options, field) => {
    const { scheduler } = newBench()
    const error = await rejection(scheduler.addJob(() => undefined, interval('1m'), options as JobOptions))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field, rule: expect.any(String) } })
    expect(await scheduler.getJobs()).toEqual([])
  })

  it.each([
    ['an unknown function', 'nobody', {}, 'FUNCTION_LOOKUP'],
    ['an unknown store', 'work', { store: 'nowhere' }, 'STORE_LOOKUP'],
    ['an unknown executor', 'work', { executor: 'nobody' }, 'EXECUTOR_LOOKUP'],
    ['an input that cannot be stored', 'work', { input: { f: () => 1 } }, 'SERIALIZATION'],
    ['metadata that cannot be stored', 'work', { metadata: { f: () => 1 } }, 'SERIALIZATION'],
  ])('refuses %s', async (_name, fn, options, code) => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    expect(await rejection(scheduler.addJob(fn, interval('1m'), options as JobOptions<never>))).toMatchObject({ code })
    expect(await scheduler.getJobs()).toEqual([])
  })

  it('refuses a trigger that is none', async () => {
    const { scheduler } = newBench()
    const error = await rejection(scheduler.addJob(() => undefined, '* * * * *' as never))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'trigger', value: '* * * * *' } })
  })
})

describe('addJobs', () => {
  it('checks each before the first is written', async () => {
    const { scheduler } = newBench()
    const good = { fn: () => undefined, trigger: interval('1m') }
    const bad = { ...good, options: { maxInstances: -1 } }
    expect(await rejection(scheduler.addJobs([good, bad]))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await rejection(scheduler.addJobs([good, { ...good, color: 1 } as never]))).toMatchObject({
      details: { field: 'jobs[1].color' },
    })
    expect(await scheduler.getJobs()).toEqual([])
  })

  it('an id that is taken, or given twice, is refused before anything is written', async () => {
    const { scheduler } = newBench()
    const job = await scheduler.addJob(() => undefined, date(at(HOUR)), { id: 'taken' })
    const events = recordEvents(scheduler)
    for (const ids of [
      ['free', 'taken'],
      ['twice', 'twice'],
    ]) {
      const jobs = ids.map((id) => ({ fn: () => undefined, trigger: interval('1m'), options: { id } }))
      expect(await rejection(scheduler.addJobs(jobs))).toMatchObject({
        code: 'CONFLICTING_ID',
        details: { id: ids[1] },
      })
    }
    expect(await scheduler.getJobs()).toEqual([job])
    expect(events).toEqual([])
  })

  it('replaces where it may', async () => {
    const { scheduler } = newBench()
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'a', input: 'old' })
    const options = { id: 'a', replaceExisting: true, input: 'new' }
    const [job] = await scheduler.addJobs([{ fn: () => undefined, trigger: interval('1m'), options }])
    expect(job).toMatchObject({ id: 'a', input: 'new' })
    expect(await jobOf(scheduler, 'a')).toMatchObject({ input: 'new' })
  })

  it('writes once for each store', async () => {
    const store = new UnrulyStore()
    const { scheduler } = newBench({ jobStores: { default: store } })
    await scheduler.addJobs(Array.from({ length: 10 }, () => ({ fn: () => undefined, trigger: interval('1m') })))
    expect(store.commits).toBe(1)
  })
})
