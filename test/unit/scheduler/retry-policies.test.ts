/** Which failures are tried again, and when, from the option to the run. */

import { describe, expect, it } from 'vitest'
import { JobResult, NonRetryableError, type RunContext, retry, type Scheduler } from '../../../src/index.ts'
import { HOUR, MINUTE, newBench, Recorder, recordEvents, runOf, SECOND, STORES, startedBench } from './support.ts'

/** Registers a handler that always fails, and notes when it was called. */
function failing(scheduler: Scheduler, recorder: Recorder, error: () => unknown): string {
  scheduler.register('fail', (input: unknown, run: RunContext) => {
    recorder.handler(input, run)
    throw error()
  })
  return 'fail'
}

describe.each(STORES)('retry policies on %s', (_name, newStore) => {
  it('FD-14 a run that always fails is tried at 0, 1 m and 4 m, then dead', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    const fn = failing(scheduler, recorder, () => new Error('abandoned'))
    const run = await scheduler.enqueue(fn, 1, { retry: { attempts: 3, delay: ['1m', '3m', '5m', '10m'] } })
    await clock.advance(5 * MINUTE)
    expect(recorder.times).toEqual([0, MINUTE, 4 * MINUTE])
    expect(await scheduler.getRuns({ state: 'dead' })).toMatchObject([{ id: run.id, attempt: 3 }])
  })

  it('ZJ-20 three retries are four attempts, after 30, 60 and 120 s', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    const fn = failing(scheduler, recorder, () => new Error('no'))
    const run = await scheduler.enqueue(fn, 1, { retry: retry.exponential(4, '30s') })
    await clock.advance(5 * MINUTE)
    expect(recorder.times).toEqual([0, 30 * SECOND, 90 * SECOND, 210 * SECOND])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'dead', attempt: 4 })
  })

  it('ZJ-20 an error that the policy does not retry fails the run at once', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    class InvalidAddress extends TypeError {}
    const recorder = new Recorder(clock)
    const fn = failing(scheduler, recorder, () => new InvalidAddress('nowhere'))
    const events = recordEvents(scheduler)
    const never = await scheduler.enqueue(fn, 1, { retry: { attempts: 5, never: ['TypeError'] } })
    const only = await scheduler.enqueue(fn, 2, { retry: { attempts: 5, only: ['ECONNRESET', 'TimeoutError'] } })
    await clock.advance(HOUR)
    for (const { id } of [never, only]) {
      expect(await runOf(scheduler, id)).toMatchObject({
        ...{ state: 'failed', reason: 'not-retryable', attempt: 1 },
        error: { message: 'nowhere' },
      })
      expect(events).toContain(`run:failed ${id}`)
    }
    expect(recorder.inputs).toEqual([1, 2])
  })

  it('an error that the policy retries is told by its code', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    const fn = failing(scheduler, recorder, () => Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    const run = await scheduler.enqueue(fn, 1, { retry: { ...retry.fixed(3, '1s'), only: ['ECONNRESET'] } })
    await clock.advance(MINUTE)
    expect(recorder.times).toEqual([0, SECOND, 2 * SECOND])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'dead' })
  })
})

describe('retry policies', () => {
  it.each([
    ['throws', () => Promise.reject(new NonRetryableError('no such address', { cause: new Error('550') }))],
    ['returns', () => JobResult.fromError(new NonRetryableError('no such address'))],
  ])('a handler that %s a NonRetryableError is not tried again', async (_what, handler) => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(handler, 1, { retry: 5 })
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, run.id)).toMatchObject({
      ...{ state: 'failed', attempt: 1, reason: 'not-retryable' },
      error: { name: 'NonRetryableError', code: 'NON_RETRYABLE', message: 'no such address' },
    })
  })

  it('ZJ-22 whether a timeout is tried again is configurable', async () => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(() => new Promise(() => undefined), 1, {
      ...{ timeout: '5s', retry: { attempts: 3, never: ['RUN_TIMEOUT'] } },
    })
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, run.id)).toMatchObject({
      state: 'failed',
      attempt: 1,
      error: { code: 'RUN_TIMEOUT' },
    })
  })

  it('ZJ-21 the default of the scheduler holds for a job that sets nothing, field by field', async () => {
    const { clock, scheduler } = await startedBench({
      jobDefaults: { retry: { attempts: 6, delay: '10s', factor: 1 } },
    })
    const recorder = new Recorder(clock)
    const fn = failing(scheduler, recorder, () => new Error('no'))
    const plain = await scheduler.enqueue(fn, 'plain')
    const custom = await scheduler.addJob(fn, null, { input: 'custom', retry: { jitter: 0.5, never: ['E_GONE'] } })
    expect(custom.retry).toMatchObject({ attempts: 6, baseMs: 10 * SECOND, factor: 1, jitter: 0.5, never: ['E_GONE'] })
    await clock.advance(2 * MINUTE)
    expect(await runOf(scheduler, plain.id)).toMatchObject({ state: 'dead', attempt: 6 })
    const calls = recorder.calls.filter(({ input }) => input === 'custom')
    expect(calls).toHaveLength(6)
    for (const [index, call] of calls.slice(1).entries()) {
      const delay = call.at - (calls[index]?.at ?? 0)
      expect(delay).toBeGreaterThanOrEqual(5 * SECOND)
      expect(delay).toBeLessThanOrEqual(15 * SECOND)
    }
  })

  it('what modifyJob does not give stays', async () => {
    const { scheduler } = newBench()
    await scheduler.addJob(() => undefined, null, {
      id: 'job',
      retry: { ...retry.linear(4, '10s', '5s'), jitter: 0.1 },
    })
    const { retry: changed } = await scheduler.modifyJob('job', { retry: { attempts: 9 } })
    expect(changed).toMatchObject({ attempts: 9, baseMs: 10 * SECOND, stepMs: 5 * SECOND, factor: 1, jitter: 0.1 })
  })
})
