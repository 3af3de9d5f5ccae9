/** Looking at jobs, changing, pausing, resuming and removing them. */

import { describe, expect, it } from 'vitest'
import { cron, date, interval, type JobChanges, MemoryJobStore } from '../../../src/index.ts'
import {
  at,
  HOUR,
  jobOf,
  MINUTE,
  newBench,
  Recorder,
  recordEvents,
  rejection,
  STORES,
  startedBench,
} from './support.ts'

const ids = (jobs: readonly { readonly id: string }[]): string[] => jobs.map((job) => job.id)

describe.each(STORES)('job commands on %s', (_name, newStore) => {
  it('getJobs gives the earliest next run time first, those without one last', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('3m'), { id: 'third' })
    await scheduler.addJob('work', interval('1m'), { id: 'paused', paused: true })
    await scheduler.addJob('work', interval('1m'), { id: 'first' })
    await scheduler.addJob('work', interval('2m'), { id: 'second', tags: ['nightly'] })
    expect(ids(await scheduler.getJobs())).toEqual(['first', 'second', 'third', 'paused'])
    expect(ids(await scheduler.getJobs({ tag: 'nightly' }))).toEqual(['second'])
    expect(await scheduler.getJobs({ tag: 'unheard of' })).toEqual([])
  })

  it('modifyJob changes what it is given, and the fire times stay', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('10m'), { id: 'tick', input: 1, tags: ['a'], timeout: '1h' })
    await clock.advance(4 * MINUTE)
    const changes = { input: { n: 2 }, name: 'Tick', maxInstances: 3, priority: 7, metadata: { owner: 'ann' } }
    const changed = await scheduler.modifyJob('tick', changes)
    expect(changed).toMatchObject({ ...changes, tags: ['a'], timeout: HOUR, nextRunTime: at(10 * MINUTE) })
    expect(await jobOf(scheduler, 'tick')).toEqual(changed)
    await clock.advance(6 * MINUTE)
    await clock.settle()
    expect(recorder.inputs).toEqual([{ n: 2 }])
  })

  it('rescheduleJob gives it another trigger, from now on', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1h'), { id: 'tick', input: 'same' })
    await clock.advance(10 * MINUTE)
    const job = await scheduler.rescheduleJob('tick', interval('7m'))
    expect(job).toMatchObject({ nextRunTime: at(17 * MINUTE), input: 'same' })
    await clock.advance(15 * MINUTE)
    expect(recorder.times).toEqual([17, 24].map((minute) => minute * MINUTE))
  })

  it('pauseJob stops it, resumeJob lets it go on from its next fire time after now', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('10m'), { id: 'tick' })
    expect(await scheduler.pauseJob('tick')).toMatchObject({ paused: true, nextRunTime: null })
    expect(await scheduler.pauseJob('tick')).toMatchObject({ paused: true })
    await clock.advance(25 * MINUTE)
    expect(await scheduler.resumeJob('tick')).toMatchObject({ paused: false, nextRunTime: at(30 * MINUTE) })
    expect(await scheduler.resumeJob('tick')).toMatchObject({ paused: false, nextRunTime: at(30 * MINUTE) })
    await clock.advance(10 * MINUTE)
    expect(recorder.times).toEqual([30 * MINUTE])
  })

  it('ZJ-08 removeJob ends it; its runs stay', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1m'), { id: 'tick' })
    await clock.advance(MINUTE)
    await scheduler.removeJob('tick')
    expect(await scheduler.getJob('tick')).toBeUndefined()
    await clock.advance(5 * MINUTE)
    expect(recorder.calls).toHaveLength(1)
    expect(await scheduler.getRuns({ jobId: 'tick' })).toHaveLength(1)
  })

  it('removeAllJobs empties the store of jobs, and not of runs', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 1, { delay: '1h' })
    for (const id of ['a', 'b', 'c']) await scheduler.addJob('work', interval('1m'), { id })
    await clock.advance(MINUTE)
    await scheduler.removeAllJobs()
    expect(await scheduler.getJobs()).toEqual([])
    await clock.advance(5 * MINUTE)
    expect(await scheduler.getRuns()).toHaveLength(4)
  })
})

describe('job commands', () => {
  const two = { jobStores: { other: new MemoryJobStore() } }

  it('look into every store, or into the one they name', async () => {
    const { scheduler } = newBench(two)
    await scheduler.addJob(() => undefined, interval('2m'), { id: 'here' })
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'there', store: 'other' })
    expect(ids(await scheduler.getJobs())).toEqual(['there', 'here'])
    expect(ids(await scheduler.getJobs({ store: 'other' }))).toEqual(['there'])
    expect(await scheduler.getJob('there', 'default')).toBeUndefined()
    expect(await scheduler.pauseJob('there', { store: 'other' })).toMatchObject({ store: 'other', paused: true })
    expect(await rejection(scheduler.resumeJob('there', 'default'))).toMatchObject({ code: 'JOB_LOOKUP' })
    await scheduler.removeAllJobs('other')
    expect(ids(await scheduler.getJobs())).toEqual(['here'])
    await scheduler.removeAllJobs()
    expect(await scheduler.getJobs()).toEqual([])
  })

  it('an unknown store is a lookup error', async () => {
    const { scheduler } = newBench()
    for (const call of [
      scheduler.getJob('x', 'nowhere'),
      scheduler.getJobs({ store: 'nowhere' }),
      scheduler.removeAllJobs('nowhere'),
      scheduler.runJob('x', { store: 'nowhere' }),
    ]) {
      expect(await rejection(call)).toMatchObject({ code: 'STORE_LOOKUP', details: { value: 'nowhere' } })
    }
  })

  it.each<[string, (scheduler: ReturnType<typeof newBench>['scheduler']) => Promise<unknown>]>([
    ['modifyJob', (scheduler) => scheduler.modifyJob('nobody', {})],
    ['rescheduleJob', (scheduler) => scheduler.rescheduleJob('nobody', interval('1m'))],
    ['pauseJob', (scheduler) => scheduler.pauseJob('nobody')],
    ['resumeJob', (scheduler) => scheduler.resumeJob('nobody')],
    ['removeJob', (scheduler) => scheduler.removeJob('nobody')],
  ])('%s of an unknown id is a JobLookupError', async (_name, call) => {
    const { scheduler } = newBench()
    expect(await rejection(call(scheduler))).toMatchObject({
      name: 'JobLookupError',
      code: 'JOB_LOOKUP',
      details: { field: 'id', value: 'nobody' },
    })
    expect(await scheduler.getJob('nobody')).toBeUndefined()
  })

  it('a next run time can be set, and null pauses', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1h'), { id: 'tick' })
    expect(await scheduler.modifyJob('tick', { nextRunTime: at(MINUTE) })).toMatchObject({ nextRunTime: at(MINUTE) })
    await clock.advance(MINUTE)
    expect(recorder.times).toEqual([MINUTE])
    expect(await jobOf(scheduler, 'tick')).toMatchObject({ nextRunTime: at(HOUR) })
    expect(await scheduler.modifyJob('tick', { nextRunTime: null })).toMatchObject({ paused: true, nextRunTime: null })
    expect(await scheduler.modifyJob('tick', { paused: false })).toMatchObject({ paused: false, nextRunTime: at(HOUR) })
  })

  it('an overdue fire time of a job that is paused is not made up for', async () => {
    const { clock, scheduler } = newBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
    await clock.advance(90_000)
    await scheduler.pauseJob('tick')
    await scheduler.resumeJob('tick')
    await scheduler.start()
    await clock.advance(30_000)
    expect(recorder.times).toEqual([2 * MINUTE])
  })

  it('rescheduling keeps a pause', async () => {
    const { scheduler } = newBench()
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick', paused: true })
    expect(await scheduler.rescheduleJob('tick', cron('0 * * * *'))).toMatchObject({ paused: true, nextRunTime: null })
    expect(await scheduler.resumeJob('tick')).toMatchObject({ nextRunTime: at(HOUR) })
  })

  it('rescheduling to a trigger without a fire time left is refused, and changes nothing', async () => {
    const { scheduler } = newBench()
    const job = await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    const error = await rejection(scheduler.rescheduleJob('tick', interval('1m', { endDate: at(-HOUR) })))
    expect(error).toMatchObject({ code: 'TRIGGER_NEVER_FIRES' })
    expect(await jobOf(scheduler, 'tick')).toEqual(job)
  })

  it('a resumed one-off job whose time has passed meanwhile runs at once', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, date(at(MINUTE)), { id: 'once', paused: true })
    await clock.advance(HOUR)
    await scheduler.resumeJob('once')
    await clock.advance(0)
    expect(recorder.times).toEqual([HOUR])
  })

  it('two changes at once both take effect', async () => {
    const { scheduler } = newBench()
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    await Promise.all([
      scheduler.modifyJob('tick', { priority: 5 }),
      scheduler.modifyJob('tick', { tags: ['x'] }),
      scheduler.pauseJob('tick'),
    ])
    expect(await jobOf(scheduler, 'tick')).toMatchObject({ priority: 5, tags: ['x'], paused: true })
  })

  it('a changed limit holds from the next fire', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
    await clock.advance(2 * MINUTE)
    expect(await scheduler.modifyJob('tick', { maxRuns: 2 })).toMatchObject({ maxRuns: 2, fires: 0 })
    await clock.advance(10 * MINUTE)
    expect(recorder.calls).toHaveLength(4)
  })

  it('the events of one job come in the order of what happened to it', async () => {
    const { clock, scheduler } = await startedBench()
    const events = recordEvents(scheduler)
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    await scheduler.modifyJob('tick', { priority: 1 })
    await scheduler.rescheduleJob('tick', interval('2m'))
    await scheduler.pauseJob('tick')
    await scheduler.resumeJob('tick')
    await scheduler.removeJob('tick')
    await scheduler.removeAllJobs()
    await clock.advance(HOUR)
    const modified = Array.from({ length: 4 }, () => 'job:modified tick')
    expect(events).toEqual(['job:added tick', ...modified, 'job:removed tick', 'job:all-removed default'])
  })

  it.each<[string, unknown, string]>([
    ['an id', { id: 'other' }, 'changes.id'],
    ['a store', { store: 'other' }, 'changes.store'],
    ['maxInstances of 0', { maxInstances: 0 }, 'changes.maxInstances'],
    ['no object', 7, 'changes'],
  ])('modifyJob refuses %s, and changes nothing', async (_name, changes, field) => {
    const { scheduler } = newBench()
    const job = await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    const error = await rejection(scheduler.modifyJob('tick', changes as JobChanges))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field } })
    expect(await jobOf(scheduler, 'tick')).toEqual(job)
  })

  it('modifyJob refuses an executor that is not there, and an input that cannot be stored', async () => {
    const { scheduler } = newBench()
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    expect(await rejection(scheduler.modifyJob('tick', { executor: 'nobody' }))).toMatchObject({
      code: 'EXECUTOR_LOOKUP',
    })
    expect(await rejection(scheduler.modifyJob('tick', { input: () => 1 }))).toMatchObject({ code: 'SERIALIZATION' })
  })

  it('what a caller does to a job does not reach the store', async () => {
    const { scheduler } = newBench()
    const options = { id: 'tick', input: { items: [1] }, metadata: { owners: ['ann'] } }
    await scheduler.addJob(() => undefined, interval('1m'), options)
    const job = await jobOf(scheduler, 'tick')
    for (const list of [(job.input as typeof options.input).items, job.metadata['owners'] as unknown[]]) list.push(2)
    const [listed] = await scheduler.getJobs()
    expect(listed).toMatchObject(options)
  })
})
