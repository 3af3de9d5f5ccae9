/** Running a job now; looking at runs, cancelling them and waiting for them. */

import { describe, expect, it } from 'vitest'
import { interval, JobResult, type RunContext } from '../../../src/index.ts'
import {
  at,
  Gate,
  historyOf,
  jobOf,
  MINUTE,
  newBench,
  Recorder,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  STORES,
  settled,
  startedBench,
} from './support.ts'

describe.each(STORES)('runJob on %s', (_name, newStore) => {
  it('ZJ-07 NB-32 runs a job now with its input and queue, and leaves its schedule as it is', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1h'), { id: 'hourly', input: 'mine', queue: 'low' })
    await clock.advance(MINUTE)
    const run = await scheduler.runJob('hourly')
    expect(run).toMatchObject({ jobId: 'hourly', origin: 'manual', queue: 'low', state: 'pending', dueAt: at(MINUTE) })
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['mine'])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', origin: 'manual' })
    expect((await jobOf(scheduler, 'hourly')).nextRunTime).toEqual(at(60 * MINUTE))
    await clock.advance(59 * MINUTE)
    expect(recorder.times).toEqual([MINUTE, 60 * MINUTE])
  })

  it('keeps to maxInstances, also for two calls at once', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.addJob('work', interval('1h'), { id: 'one', maxInstances: 1 })
    const outcomes = await Promise.allSettled([scheduler.runJob('one'), scheduler.runJob('one')])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'MAX_INSTANCES_REACHED', details: { jobId: 'one', maxInstances: 1 } },
    })
    await clock.advance(0)
    gate.open()
    await clock.advance(0)
    await expect(scheduler.runJob('one')).resolves.toMatchObject({ state: 'pending' })
  })
})

describe('runJob', () => {
  it('NB-32 an unknown id is a JobLookupError', async () => {
    const { scheduler } = newBench()
    const error = await rejection(scheduler.runJob('nope'))
    expect(error).toMatchObject({ name: 'JobLookupError', code: 'JOB_LOOKUP', details: { jobId: 'nope' } })
  })

  it('runs a paused job too, which stays paused', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick', paused: true })
    await scheduler.runJob('tick')
    await clock.advance(5 * MINUTE)
    expect(recorder.times).toEqual([0])
    expect(await jobOf(scheduler, 'tick')).toMatchObject({ paused: true })
  })

  it('a fire time that comes while it is at work is skipped, not lost', async () => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    await scheduler.addJob(gate.handler, interval('1m'), { id: 'tick' })
    await scheduler.runJob('tick')
    await clock.advance(MINUTE)
    gate.open()
    await clock.advance(0)
    const states = (await historyOf(scheduler, 'tick')).map(([due, state]) => [due, state])
    expect(states).toEqual([
      [0, 'completed'],
      [MINUTE, 'skipped'],
    ])
  })
})

describe.each(STORES)('cancelRun on %s', (_name, newStore) => {
  it('a pending run never starts', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const run = await scheduler.enqueue('work', 1, { delay: '1m' })
    expect(await scheduler.cancelRun(run.id)).toMatchObject({ id: run.id, state: 'cancelled', finishedAt: at(0) })
    await clock.advance(MINUTE)
    expect(recorder.calls).toEqual([])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'cancelled', reason: 'cancelled' })
  })

  it('a running one is told to stop, and what it does later is ignored', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const events = recordEvents(scheduler)
    const run = await scheduler.enqueue('work', 1, { retry: 3 })
    await clock.advance(0)
    await scheduler.cancelRun(run.id)
    expect(gate.entered[0]?.signal.reason).toMatchObject({ code: 'RUN_CANCELLED' })
    gate.open('too late')
    await clock.advance(MINUTE)
    expect(gate.entered).toHaveLength(1)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'cancelled', output: undefined })
    expect(events).toEqual([`run:submitted ${run.id}`, `run:started ${run.id}`, `run:cancelled ${run.id}`])
  })
})

describe('cancelRun', () => {
  it('gives the place of the run to the next', async () => {
    const { clock, scheduler } = await startedBench({ executors: { default: { type: 'async', maxConcurrency: 1 } } })
    const gate = new Gate()
    const runs = await scheduler.enqueueMany(gate.handler, [1, 2])
    await clock.advance(0)
    await scheduler.cancelRun(runs[0]?.id ?? '')
    await clock.advance(0)
    expect(gate.entered.map(({ id }) => id)).toEqual(runs.map(({ id }) => id))
  })

  it('refuses a run that is over, and one that is not there', async () => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(() => undefined)
    await clock.advance(0)
    expect(await rejection(scheduler.cancelRun(run.id))).toMatchObject({
      code: 'RUN_STATE',
      details: { value: 'completed', runId: run.id },
    })
    expect(await rejection(scheduler.cancelRun('nothing'))).toMatchObject({ code: 'RUN_LOOKUP' })
  })
})

describe('waitForRun', () => {
  it('resolves with the output, before and after the end', async () => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    const run = await scheduler.enqueue(gate.handler)
    const waiting = scheduler.waitForRun(run.id)
    await clock.advance(10 * SECOND)
    gate.open({ answer: 42 })
    expect(await settled(clock, waiting)).toEqual({ answer: 42 })
    expect(await scheduler.waitForRun(run)).toEqual({ answer: 42 })
  })

  it('rejects with what the handler threw as its cause', async () => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(() => {
      throw new RangeError('too far')
    })
    const error = await settled(clock, rejection(scheduler.waitForRun(run)))
    expect(error).toMatchObject({ code: 'RUN_FAILED', details: { runId: run.id, state: 'failed' } })
    expect(error).toMatchObject({ cause: { name: 'RangeError', message: 'too far' } })
  })

  it.each([
    ['by its handler', () => JobResult.cancelled('no')],
    ['after a failed attempt', () => Promise.reject(new Error('first'))],
  ])('rejects with RUN_CANCELLED for a run cancelled %s', async (_name, handler) => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(handler, 1, { retry: { attempts: 2, delay: '1h' } })
    const waiting = rejection(scheduler.waitForRun(run))
    await clock.advance(SECOND)
    if ((await runOf(scheduler, run.id)).state === 'pending') await scheduler.cancelRun(run.id)
    expect(await settled(clock, waiting)).toMatchObject({ code: 'RUN_CANCELLED' })
  })

  it('waits through retries', async () => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(
      (_input: unknown, { attempt }: RunContext) => {
        if (attempt === 1) throw new Error('first')
        return attempt
      },
      1,
      { retry: { attempts: 2, delay: '20s' } },
    )
    expect(await settled(clock, scheduler.waitForRun(run))).toBe(2)
  })

  it('gives the output of a run of which no history is kept', async () => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(() => 'gone', 1, { history: { keep: 0 } })
    const waiting = scheduler.waitForRun(run)
    expect(await settled(clock, waiting)).toBe('gone')
    expect(await scheduler.getRun(run.id)).toBeUndefined()
  })

  it('rejects with the reason of its signal, at once, and leaves no timer', async () => {
    const { clock, scheduler } = newBench()
    const run = await scheduler.enqueue(() => undefined)
    const controller = new AbortController()
    const waiting = rejection(scheduler.waitForRun(run, { signal: controller.signal }))
    await clock.settle()
    controller.abort(new Error('enough'))
    await clock.settle()
    expect(await waiting).toMatchObject({ message: 'enough' })
    expect(clock.pendingTimers).toBe(0)
    const aborted = rejection(scheduler.waitForRun(run, { signal: AbortSignal.abort(new Error('before')) }))
    expect(await aborted).toMatchObject({ message: 'before' })
  })

  it('an unknown id is a RunLookupError', async () => {
    const { scheduler } = newBench()
    expect(await rejection(scheduler.waitForRun('nothing'))).toMatchObject({ code: 'RUN_LOOKUP' })
  })
})
