/** Waiting until a queue is empty, and emptying it. */

import { describe, expect, it } from 'vitest'
import { interval } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  Gate,
  MINUTE,
  newBench,
  newDatabasePath,
  Recorder,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  START,
  STORES,
  settled,
  startedBench,
} from './support.ts'

describe.each(STORES)('draining a queue on %s', (_name, newStore) => {
  it('FD-28 waits for what waits and what is at work, and says how many ended', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => clock.sleep('10s'))
    await scheduler.enqueueMany('work', [1, 2])
    await scheduler.enqueue('work', 'elsewhere', { queue: 'low', delay: '1h' })
    await scheduler.start()
    expect(await settled(clock, scheduler.queue('default').drain())).toBe(2)
    expect(await scheduler.getRuns({ queue: 'default', state: ['pending', 'running'] })).toEqual([])
  })

  it('FD-28 forgets neither an item in the delay of its retry, nor one that is due later', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('flaky', (_input, run) => {
      if (run.attempt < 3) throw new Error('not yet')
    })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('flaky', 1, { retry: { attempts: 3, delay: '5s' } })
    await scheduler.enqueue('work', 2, { delay: '30s' })
    const startedAt = clock.now()
    expect(await settled(clock, scheduler.queue('default').drain())).toBe(2)
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(30 * SECOND)
    expect(await scheduler.getRuns({ state: 'completed' })).toHaveLength(2)
  })

  it('counts every end: completed, failed, cancelled; and what is added meanwhile', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('adds', () => scheduler.enqueueMany('work', [1, 2, 3]).then(() => undefined))
    scheduler.register('throws', () => {
      throw new Error('on purpose')
    })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('adds')
    await scheduler.enqueue('throws')
    const later = await scheduler.enqueue('work', 1, { delay: '1h' })
    const drained = scheduler.queue('default').drain()
    await clock.advance(SECOND)
    await scheduler.cancelRun(later.id)
    expect(await settled(clock, drained)).toBe(6)
  })

  it('of an empty queue ends at once', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    expect(await scheduler.queue('default').drain()).toBe(0)
  })

  it('rejects at its timeout, and says how much is left', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueueMany('work', [1, 2], { delay: '1h' })
    const startedAt = clock.now()
    const error = await settled(clock, rejection(scheduler.queue('default').drain({ timeout: '10s' })))
    expect(error).toMatchObject({
      code: 'DRAIN_TIMEOUT',
      message: expect.stringContaining('2 run(s)'),
      details: { queue: 'default', timeoutMs: 10_000, left: 2 },
    })
    expect(clock.now() - startedAt).toBeLessThan(11 * SECOND)
  })

  it('rejects with the reason of its signal, and when the scheduler is shut down', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 1, { delay: '1h' })
    const controller = new AbortController()
    const aborted = rejection(scheduler.queue('default').drain({ signal: controller.signal }))
    const cut = rejection(scheduler.queue('default').drain())
    await clock.advance(SECOND)
    controller.abort(new Error('enough'))
    expect(await aborted).toMatchObject({ message: 'enough' })
    expect(await rejection(scheduler.queue('default').drain({ signal: controller.signal }))).toMatchObject({
      message: 'enough',
    })
    await settled(clock, scheduler.shutdown())
    expect(await settled(clock, cut)).toMatchObject({ code: 'SHUTDOWN' })
  })
})

describe('draining a queue', () => {
  it.each([
    ['an unknown option', { until: 1 }, 'options.until'],
    ['a timeout that is no duration', { timeout: 'soon' }, 'options.timeout'],
    ['a signal that is none', { signal: {} }, 'options.signal'],
  ])('refuses %s', async (_name, options, field) => {
    const { scheduler } = newBench()
    expect(await rejection(scheduler.queue('default').drain(options as object))).toMatchObject({ details: { field } })
  })

  it('counts what another process did, too', async () => {
    const path = newDatabasePath()
    const clock = new ManualClock(START)
    const one = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, clock })
    const other = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, clock, roles: { execute: false } })
    one.scheduler.register('work', () => undefined)
    other.scheduler.register('work', () => undefined)
    await one.scheduler.start()
    await other.scheduler.start()
    await other.scheduler.enqueueMany('work', [1, 2, 3])
    expect(await settled(clock, other.scheduler.queue('default').drain())).toBe(3)
  })
})

describe.each(STORES)('purging a queue on %s', (_name, newStore) => {
  it('FD-23 ends all that waits, and leaves what is at work and other queues alone', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('slow', gate.handler)
    scheduler.register('work', () => undefined)
    const atWork = await scheduler.enqueue('slow')
    await clock.advance(0)
    await scheduler.enqueueMany('work', [1, 2, 3], { delay: '1h' })
    const elsewhere = await scheduler.enqueue('work', 4, { delay: '1h', queue: 'low' })
    await scheduler.addJob('work', interval('1m'), { id: 'job' })
    const events = recordEvents(scheduler)

    expect(await scheduler.queue('default').purge()).toBe(3)
    expect(events.filter((event) => event.startsWith('run:cancelled'))).toHaveLength(3)
    const purged = await scheduler.getRuns({ state: 'cancelled' })
    expect(purged.map(({ input, reason }) => [input, reason])).toEqual(
      expect.arrayContaining([1, 2, 3].map((input) => [input, 'purged'])),
    )
    expect(await runOf(scheduler, atWork.id)).toMatchObject({ state: 'running' })
    expect(await runOf(scheduler, elsewhere.id)).toMatchObject({ state: 'pending' })
    expect(await scheduler.queue('default').stats()).toMatchObject({ pending: 0, running: 1, cancelled: 3 })
    gate.open()
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, atWork.id)).toMatchObject({ state: 'completed' })
    expect((await scheduler.getRuns({ jobId: 'job' })).map(({ state }) => state)).toEqual(['completed'])
  })

  it('FD-23 ends more than one batch of them, those without history too, and tells those who wait', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    const inputs = Array.from({ length: 1_200 }, (_, index) => index)
    const [first] = await scheduler.enqueueMany('work', inputs, { delay: '1h', history: { keep: 0 } })
    const waiting = rejection(scheduler.waitForRun(first?.id ?? ''))
    await clock.advance(0)
    expect(await scheduler.queue('default').purge()).toBe(1_200)
    expect(await settled(clock, waiting)).toMatchObject({ code: 'RUN_CANCELLED' })
    expect(await scheduler.getRuns()).toEqual([])
    expect(await scheduler.queue('default').purge()).toBe(0)
  })

  it('a run that is claimed in the same moment is either purged or run, never both', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.enqueueMany(
      'work',
      Array.from({ length: 200 }, (_, index) => index),
    )
    const [purged] = await Promise.all([scheduler.queue('default').purge(), scheduler.start()])
    await clock.advance(SECOND)
    expect(recorder.calls.length + purged).toBe(200)
    expect(await scheduler.getRuns({ state: ['pending', 'running'] })).toEqual([])
  })
})
