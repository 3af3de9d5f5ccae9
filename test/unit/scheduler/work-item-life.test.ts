/** The life of a work item, from being enqueued to its end: where it is meanwhile, who may end it, and what is told. */

import { describe, expect, it } from 'vitest'
import type { RunContext, RunEvent } from '../../../src/index.ts'
import type { RunRecord } from '../../../src/jobs/record.ts'
import { runChange, settle } from '../../../src/jobs/transitions.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import {
  Gate,
  newBench,
  newDatabasePath,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  STORES,
  settled,
  startedBench,
} from './support.ts'

describe.each(STORES)('a work item on %s', (_name, newStore) => {
  it('FD-13 leaves the queue as it is completed: at once, and without history its record too', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const kept = await scheduler.enqueue('work', 1)
    const forgotten = await scheduler.enqueue('work', 2, { history: { keep: 0 } })
    await clock.advance(0)
    expect(await scheduler.getRuns({ queue: 'default', state: 'running' })).toHaveLength(2)
    gate.open('one')
    gate.open('two')
    await clock.advance(0)
    await clock.settle()
    expect(await scheduler.getRuns({ queue: 'default', state: ['pending', 'running'] })).toEqual([])
    expect(await store.due({ lane: 'run', before: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([])
    expect(await runOf(scheduler, kept.id)).toMatchObject({ state: 'completed', output: 'one' })
    expect(await scheduler.getRun(forgotten.id)).toBeUndefined()
  })

  it('FD-13 cannot be ended twice: a second end under the fence of the first is refused and changes nothing', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const { id } = await scheduler.enqueue('work')
    await clock.advance(0)
    const key = { kind: 'run', id } as const
    const [held] = await store.get([key])
    expect(held?.version).toBe(gate.entered[0]?.fence)
    gate.open('first')
    await clock.advance(0)
    await clock.settle()
    const [ended] = await store.get([key])
    const outcomes = [
      { kind: 'completed', output: 'second', reason: null },
      { kind: 'failed', error: { name: 'Error', message: 'no' }, kinds: [], retryable: true },
    ] as const
    for (const outcome of outcomes) {
      const change = runChange(held as RunRecord, settle(held as RunRecord, outcome, clock.now(), 0))
      expect(await store.commit([change])).toEqual([{ applied: false, existing: [] }])
    }
    expect(await store.get([key])).toEqual([ended])
    expect(await rejection(scheduler.cancelRun(id))).toMatchObject({ code: 'RUN_STATE' })
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', output: 'first' })
  })

  it('FD-13 whose handler came to no end before its process shut down is put back', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const { id } = await scheduler.enqueue('work')
    await clock.advance(0)
    await settled(clock, scheduler.shutdown({ timeout: 0 }))
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'pending', attempt: 0, resume: 'shutdown' })
  })

  it('FD-22 tells of each step: submitted, started, progress, retrying, completed', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', async (_input, run: RunContext) => {
      run.progress(1, 2)
      if (run.attempt === 1) throw new Error('not yet')
    })
    const events = recordEvents(scheduler)
    const states: string[] = []
    for (const name of ['run:submitted', 'run:started', 'run:retrying', 'run:completed'] as const) {
      scheduler.on(name, ({ run }) => void states.push(run.state))
    }
    const { id } = await scheduler.enqueue('work', 1, { retry: { attempts: 2, delay: '10s' } })
    await clock.advance(10 * SECOND)
    await clock.settle()
    const steps = ['submitted', 'started', 'progress', 'retrying', 'started', 'progress', 'completed']
    expect(events).toEqual(steps.map((step) => `run:${step} ${id}`))
    expect(states).toEqual(['pending', 'running', 'pending', 'running', 'completed'])
  })

  it('FD-22 tells of a failure, of a cancellation, and of each item of a queue that is purged', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => {
      throw new Error('never')
    })
    const events = recordEvents(scheduler)
    const failing = await scheduler.enqueue('work', 1)
    const cancelled = await scheduler.enqueue('work', 2)
    const purged = await scheduler.enqueueMany('work', [3, 4], { queue: 'low' })
    await scheduler.cancelRun(cancelled.id)
    expect(await scheduler.queue('low').purge()).toBe(2)
    await scheduler.start()
    await clock.advance(0)
    await clock.settle()
    const told = events.filter((event) => /^run:(failed|cancelled)/.test(event)).sort()
    expect(told).toEqual(
      [`run:failed ${failing.id}`, ...[cancelled, ...purged].map(({ id }) => `run:cancelled ${id}`)].sort(),
    )
    expect(await runOf(scheduler, purged[0]?.id ?? '')).toMatchObject({ state: 'cancelled', reason: 'purged' })
  })

  it('FD-22 a listener that is added twice hears each event twice, and is taken off once at a time', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    let heard = 0
    const listener = ({ run }: RunEvent): void => {
      heard += run.state === 'completed' ? 1 : 0
    }
    const run = async (): Promise<number> => {
      heard = 0
      await scheduler.enqueue('work')
      await clock.advance(0)
      await clock.settle()
      return heard
    }
    scheduler.on('run:completed', listener)
    const end = scheduler.on('run:completed', listener)
    expect(await run()).toBe(2)
    end()
    end()
    expect(await run()).toBe(1)
    scheduler.off('run:completed', listener)
    expect(await run()).toBe(0)
  })
})

it('FD-13 FD-22 a work item whose process is lost is put back when its lease is over, and the lost process is told', async () => {
  const path = newDatabasePath()
  const bench = () => newBench({ jobStores: { default: new SqliteJobStore({ path }) }, leaseDuration: '15s' })
  // No time passes for the first: it renews nothing, as after a kill -9.
  const [lost, heir] = [bench(), bench()]
  const gate = new Gate()
  lost.scheduler.register('work', gate.handler)
  heir.scheduler.register('work', () => 'of the heir')
  const events = recordEvents(lost.scheduler)
  const { id } = await lost.scheduler.enqueue('work')
  await lost.scheduler.start()
  await lost.clock.advance(0)
  await heir.scheduler.start()
  await heir.clock.advance(17 * SECOND)
  expect(await runOf(heir.scheduler, id)).toMatchObject({ state: 'completed', attempt: 2, output: 'of the heir' })
  gate.open('too late')
  await lost.clock.advance(10 * SECOND)
  expect(events).toContain(`run:lost ${id}`)
  expect(await runOf(heir.scheduler, id)).toMatchObject({ output: 'of the heir' })
})
