/** A holder whose run has gone to somebody else, or was ended over its head: nothing it does counts, and it works on. */

import { describe, expect, it } from 'vitest'
import type { RunContext } from '../../../src/index.ts'
import {
  type Bench,
  Gate,
  MINUTE,
  newBench,
  recordEvents,
  runOf,
  SECOND,
  settled,
} from '../../unit/scheduler/support.ts'
import { DATABASES } from './connections.ts'

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  const pair = (): readonly [Bench, Bench] => {
    const database = newDatabase()
    const options = (workerId: string) => ({ workerId, jobStores: { default: database.connect() } })
    return [newBench(options('first')), newBench(options('second'))]
  }

  it('FD-17 a late completion does not complete the lease of the new holder, and the old one works on', async () => {
    const [first, second] = pair()
    const gate = new Gate()
    for (const { scheduler } of [first, second]) {
      scheduler.register('work', gate.handler)
      scheduler.register('echo', (input: unknown) => input)
    }
    const { id } = await first.scheduler.enqueue('work')
    await first.scheduler.start()
    await first.clock.advance(0)
    await second.scheduler.start()
    await second.clock.advance(17 * SECOND)
    const events = recordEvents(first.scheduler)
    gate.open('too late')
    await first.clock.advance(SECOND)
    expect(events).toContain(`run:lost ${id}`)
    expect(await runOf(second.scheduler, id)).toMatchObject({ state: 'running', worker: 'second', output: undefined })

    const next = await first.scheduler.enqueue('echo', 'well')
    await first.clock.advance(SECOND)
    expect(await runOf(first.scheduler, next.id)).toMatchObject({ state: 'completed', worker: 'first', output: 'well' })
    gate.open('of the new holder')
    await second.clock.advance(SECOND)
    expect(await runOf(second.scheduler, id)).toMatchObject({ state: 'completed', output: 'of the new holder' })
  })

  /** Ways to end a run over the head of a handler that ignores its signal, and what the run is then. */
  const ENDS: readonly (readonly [string, (bench: Bench, id: string) => Promise<unknown>, object])[] = [
    [
      'shutdown after its grace',
      ({ scheduler, clock }) => settled(clock, scheduler.shutdown({ timeout: '2s' })),
      { state: 'pending', attempt: 0 },
    ],
    ['a cancel', ({ scheduler }, id) => scheduler.cancelRun(id), { state: 'cancelled' }],
    ['a timeout', ({ clock }) => clock.advance(30 * SECOND), { state: 'failed', error: { code: 'RUN_TIMEOUT' } }],
  ]

  it.each(ENDS)(
    'UX-27 %s takes the run from a handler that does not listen, whose later writes are refused',
    async (_end, end, after) => {
      const [first, second] = pair()
      const gate = new Gate()
      first.scheduler.register('work', gate.handler)
      second.scheduler.register('work', () => undefined)
      const { id } = await first.scheduler.enqueue('work', undefined, { timeout: '20s' })
      await first.scheduler.start()
      await first.clock.advance(SECOND)
      const [run] = gate.entered
      await end(first, id)
      expect(run?.signal.aborted).toBe(true)
      expect(await runOf(second.scheduler, id)).toMatchObject(after)
      const stored = await runOf(second.scheduler, id)

      run?.progress(1, 2)
      await first.clock.advance(MINUTE)
      gate.open('too late')
      await first.clock.advance(MINUTE)
      expect(await runOf(second.scheduler, id)).toEqual(stored)
    },
  )
})

describe.each(DATABASES)('a process with two places, on %s', (_name, newDatabase) => {
  it('ZJ-14 fills each place as soon as it is free: nine fast runs end while a slow one is at work', async () => {
    const executors = { default: { type: 'async', maxConcurrency: 2 } }
    const { clock, scheduler } = newBench({ executors, jobStores: { default: newDatabase().connect() } })
    const slow = new Gate()
    const atOnce = { now: 0, most: 0 }
    scheduler.register('slow', slow.handler)
    scheduler.register('fast', async () => {
      atOnce.now += 1
      atOnce.most = Math.max(atOnce.most, atOnce.now)
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 100))
      atOnce.now -= 1
    })
    await scheduler.enqueue('slow', undefined, { priority: 1 })
    await scheduler.enqueueMany('fast', Array.from({ length: 9 }))
    await scheduler.start()
    await clock.advance(9 * 100 + 50)
    expect(await scheduler.getRuns({ state: 'completed' })).toHaveLength(9)
    expect(await scheduler.getRuns({ state: 'running' })).toMatchObject([{ functionRef: 'slow' }])
    expect(atOnce.most).toBe(1)
    slow.open()
    await clock.advance(SECOND)
    expect(await scheduler.getRuns({ state: 'completed' })).toHaveLength(10)
  })
})

describe.each(DATABASES)('a shutdown on %s', (_name, newDatabase) => {
  it('FD-30 while a run is claimed and not yet begun gives it back with its attempts as they were', async () => {
    let answer = (): void => undefined
    const database = newDatabase()
    const { clock, scheduler } = newBench({
      jobStores: {
        default: database.connect(async ({ operation, changes, proceed }) => {
          const answered = await proceed()
          const isClaim = changes.some((change) => 'key' in change && change.patch?.state === 'running')
          if (operation === 'commit' && isClaim) {
            await new Promise<void>((resolve) => {
              answer = resolve
            })
          }
          return answered
        }),
      },
    })
    const entered: RunContext[] = []
    scheduler.register('work', (_input: unknown, run) => void entered.push(run))
    const { id } = await scheduler.enqueue('work', undefined, { retry: 3 })
    await scheduler.start()
    await clock.advance(0)
    const stopping = scheduler.shutdown()
    answer()
    await settled(clock, stopping)
    expect(entered).toEqual([])
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'pending', attempt: 0 })

    const next = newBench({ jobStores: { default: database.connect() } })
    next.scheduler.register('work', (_input: unknown, run) => void entered.push(run))
    await next.scheduler.start()
    await next.clock.advance(2 * SECOND)
    expect(entered.map(({ attempt }) => attempt)).toEqual([1])
  })

  it('FD-30 while runs wait for room leaves them as they were', async () => {
    const executors = { default: { type: 'async', maxConcurrency: 1 } }
    const { clock, scheduler } = newBench({ executors, jobStores: { default: newDatabase().connect() } })
    scheduler.register('work', (_input: unknown, { signal }) => {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    await scheduler.enqueueMany('work', [1, 2, 3], { retry: 3 })
    await scheduler.start()
    await clock.advance(SECOND)
    await settled(clock, scheduler.shutdown({ wait: false }))
    const runs = await scheduler.getRuns()
    expect(runs.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual(
      Array.from({ length: 3 }, () => 'pending 0'),
    )
  })
})
