/** Runs that fail and are tried again, by policy or by hand. */

import { describe, expect, it } from 'vitest'
import { interval, JobResult, type RunContext } from '../../../src/index.ts'
import {
  at,
  Gate,
  HOUR,
  historyOf,
  MINUTE,
  Recorder,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  STORES,
  startedBench,
} from './support.ts'

describe.each(STORES)('retry on %s', (_name, newStore) => {
  it('tries again after growing delays, and keeps the last error until it goes well', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', (input: unknown, run: RunContext) => {
      recorder.handler(input, run)
      if (run.attempt < 4) throw new Error(`attempt ${run.attempt}`)
      return 'at last'
    })
    const events = recordEvents(scheduler)
    const run = await scheduler.enqueue('work', 1, { retry: { attempts: 5, delay: '1s', factor: 3, maxDelay: '5s' } })
    await clock.advance(500)
    expect(await runOf(scheduler, run.id)).toMatchObject({
      state: 'pending',
      attempt: 1,
      error: expect.objectContaining({ message: 'attempt 1' }),
    })
    await clock.advance(MINUTE)
    expect(recorder.times).toEqual([0, SECOND, 4 * SECOND, 9 * SECOND])
    expect(recorder.calls.map(({ run: { attempt } }) => attempt)).toEqual([1, 2, 3, 4])
    expect(new Set(recorder.calls.map(({ run: { id } }) => id))).toEqual(new Set([run.id]))
    expect(await runOf(scheduler, run.id)).toMatchObject({
      state: 'completed',
      attempt: 4,
      output: 'at last',
      error: null,
    })
    const names = events.map((event) => event.split(' ')[0])
    expect(names).toEqual([
      'run:submitted',
      ...['run:started', 'run:retrying', 'run:started', 'run:retrying', 'run:started', 'run:retrying'],
      ...['run:started', 'run:completed'],
    ])
  })

  it('is dead when its attempts are used up, and stays until somebody retries it', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    let isBroken = true
    scheduler.register('work', () => {
      if (isBroken) throw new Error('broken')
      return 'mended'
    })
    const run = await scheduler.enqueue('work', 1, { retry: { attempts: 2, delay: '1s' }, history: { maxAge: '1h' } })
    await clock.advance(MINUTE)
    clock.step(2 * HOUR)
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'dead', attempt: 2, reason: 'attempts-used-up' })

    isBroken = false
    expect(await scheduler.retryRun(run.id)).toMatchObject({ state: 'pending', attempt: 0, reason: 'retried' })
    await clock.advance(0)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, output: 'mended' })
  })
})

describe('retry', () => {
  it('a job is not retried unless it says so', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    const run = await scheduler.enqueue((input: unknown, context: RunContext) => {
      recorder.handler(input, context)
      throw new Error('once')
    })
    await clock.advance(HOUR)
    expect(recorder.calls).toHaveLength(1)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'failed', attempt: 1, reason: null })
  })

  it('a number stands for the attempts in all, with the default delays of 1 s, 2 s, 4 s', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.register('work', (input: unknown, run: RunContext) => {
      recorder.handler(input, run)
      throw new Error('always')
    })
    await scheduler.enqueue('work', 1, { retry: 4 })
    await clock.advance(MINUTE)
    expect(recorder.times).toEqual([0, SECOND, 3 * SECOND, 7 * SECOND])
  })

  it('a timeout counts as a failure', async () => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    const run = await scheduler.enqueue(gate.handler, 1, { timeout: '5s', retry: { attempts: 2, delay: '1s' } })
    await clock.advance(7 * SECOND)
    expect(gate.entered.map(({ attempt }) => attempt)).toEqual([1, 2])
    gate.open('of the first attempt')
    gate.open('of the second')
    await clock.advance(0)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', output: 'of the second' })
  })

  it('a cancelled result is final', async () => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(() => JobResult.cancelled('enough'), 1, { retry: 5 })
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'cancelled', attempt: 1, reason: 'enough' })
  })

  it('a run of a job that waits for its next attempt takes its place: fire times meanwhile are skipped', async () => {
    const { clock, scheduler } = await startedBench()
    await scheduler.addJob(
      (_input: unknown, run: RunContext) => {
        if (run.attempt === 1 && run.dueAt.getTime() === at(MINUTE).getTime()) throw new Error('first')
      },
      interval('1m'),
      { id: 'tick', retry: { attempts: 2, delay: '90s' } },
    )
    await clock.advance(3 * MINUTE)
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [MINUTE, 'completed'],
      [2 * MINUTE, 'skipped', 'max-instances'],
      [3 * MINUTE, 'completed'],
    ])
  })

  it('a retried run comes at its time even while nothing else happens', async () => {
    const { clock, scheduler } = await startedBench({ leaseDuration: '10m' })
    const recorder = new Recorder(clock)
    await scheduler.enqueue(
      (input: unknown, run: RunContext) => {
        recorder.handler(input, run)
        if (run.attempt === 1) throw new Error('first')
      },
      1,
      { retry: { attempts: 2, delay: '250ms' } },
    )
    await clock.advance(SECOND)
    expect(recorder.times).toEqual([0, 250])
  })
})

describe('retryRun', () => {
  it('starts a run that is over again, from the beginning', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    const run = await scheduler.enqueue(recorder.handler, 'input')
    await clock.advance(SECOND)
    await scheduler.retryRun(run.id)
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['input', 'input'])
    expect(recorder.calls.map(({ run: { attempt } }) => attempt)).toEqual([1, 1])
    expect(recorder.calls[1]?.run.fence).toBeGreaterThan(recorder.calls[0]?.run.fence ?? Number.POSITIVE_INFINITY)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', startedAt: at(SECOND) })
  })

  it('runs a skipped fire time after all', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.pause()
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick', misfireGraceTime: '1s' })
    await clock.advance(MINUTE + 30 * SECOND)
    scheduler.resume()
    await clock.advance(0)
    expect(await historyOf(scheduler, 'tick')).toEqual([[MINUTE, 'skipped', 'misfire']])
    await scheduler.retryRun(`tick@${at(MINUTE).getTime()}`)
    await clock.advance(0)
    expect(await historyOf(scheduler, 'tick')).toEqual([[MINUTE, 'completed']])
    expect(recorder.calls[0]?.run.isCatchUp).toBe(true)
  })

  it('refuses a run that is not over, and one that is not there', async () => {
    const { scheduler } = await startedBench()
    const run = await scheduler.enqueue(() => undefined, 1, { delay: '1h' })
    expect(await rejection(scheduler.retryRun(run.id))).toMatchObject({
      code: 'RUN_STATE',
      details: { value: 'pending', runId: run.id },
    })
    expect(await rejection(scheduler.retryRun('nothing'))).toMatchObject({ code: 'RUN_LOOKUP' })
  })
})
