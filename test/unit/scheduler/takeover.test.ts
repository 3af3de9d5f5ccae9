/**
 * Several schedulers on one store. A dead one is simulated by its clock: no time passes for it any more, so it renews
 * nothing, as after a kill -9.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { interval, type JobOptions, MemoryJobStore } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  type Bench,
  type BenchOptions,
  Gate,
  historyOf,
  MINUTE,
  newBench,
  newDatabasePath,
  Recorder,
  recordEvents,
  runOf,
  SECOND,
  START,
  settled,
} from './support.ts'

/** Two stores with the same data: one instance in memory, two connections to one file. */
const SHARED: readonly (readonly [string, () => readonly [RecordJobStore, RecordJobStore]])[] = [
  [
    'memory',
    () => {
      const store = new MemoryJobStore()
      return [store, store]
    },
  ],
  [
    'SQLite',
    () => {
      const path = newDatabasePath()
      return [new SqliteJobStore({ path }), new SqliteJobStore({ path })]
    },
  ],
]

describe.each(SHARED)('two schedulers on one store, %s', (_name, newStores) => {
  const pair = (options: BenchOptions = {}, [one, other] = newStores()): readonly [Bench, Bench] => {
    const lease = { leaseDuration: '15s', pollInterval: '1s', ...options } as const
    return [
      newBench({ ...lease, jobStores: { default: one }, workerId: 'one' }),
      newBench({ ...lease, jobStores: { default: other }, workerId: 'other' }),
    ]
  }

  it('each fire time runs once', async () => {
    const stores = newStores()
    const clock = new ManualClock(START)
    const [one, other] = pair({ clock }, stores)
    const recorder = new Recorder(clock)
    for (const { scheduler } of [one, other]) scheduler.register('work', recorder.handler)
    for (const id of ['a', 'b', 'c']) await one.scheduler.addJob('work', interval('10s'), { id })
    await one.scheduler.start()
    await other.scheduler.start()
    await clock.advance(5 * MINUTE)
    await clock.settle()
    const ids = recorder.calls.map(({ run }) => run.id)
    expect(ids).toHaveLength(90)
    expect(new Set(ids).size).toBe(90)
    for (const id of ['a', 'b', 'c']) {
      expect((await historyOf(one.scheduler, id)).every(([, state]) => state === 'completed')).toBe(true)
    }
  })

  it('each enqueued run is executed once', async () => {
    const clock = new ManualClock(START)
    const [one, other] = pair({ clock, executors: { default: { type: 'async', maxConcurrency: 3 } } })
    const recorder = new Recorder(clock)
    for (const { scheduler } of [one, other]) scheduler.register('work', recorder.handler)
    await one.scheduler.enqueueMany(
      'work',
      Array.from({ length: 40 }, (_, index) => index),
    )
    await Promise.all([one.scheduler.start(), other.scheduler.start()])
    await clock.advance(30 * SECOND)
    expect(recorder.inputs.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 40 }, (_, n) => n))
  })

  it('a run whose scheduler died is taken over when its lease is over, not before, with a larger fence', async () => {
    const [dead, alive] = pair()
    const gate = new Gate()
    const recorder = new Recorder(alive.clock)
    dead.scheduler.register('work', gate.handler)
    alive.scheduler.register('work', recorder.handler)
    const run = await dead.scheduler.enqueue('work', 'input')
    await dead.scheduler.start()
    await dead.clock.advance(0)
    await alive.scheduler.start()
    await alive.clock.advance(15 * SECOND - 1)
    expect(recorder.calls).toEqual([])
    await alive.clock.advance(SECOND + 1)
    expect(recorder.inputs).toEqual(['input'])
    expect(recorder.calls[0]?.run).toMatchObject({ id: run.id, attempt: 2 })
    expect(recorder.calls[0]?.run.fence).toBeGreaterThan(gate.entered[0]?.fence ?? Number.POSITIVE_INFINITY)
    expect(await runOf(alive.scheduler, run.id)).toMatchObject({ state: 'completed', worker: 'other' })
  })

  it('the result of one that was only thought dead is refused, and its handler told', async () => {
    const [dead, alive] = pair()
    const gate = new Gate()
    dead.scheduler.register('work', gate.handler)
    alive.scheduler.register('work', () => 'of the new owner')
    const run = await dead.scheduler.enqueue('work')
    const events = recordEvents(dead.scheduler)
    await dead.scheduler.start()
    await dead.clock.advance(0)
    await alive.scheduler.start()
    await alive.clock.advance(20 * SECOND)
    gate.open('of the old owner')
    await dead.clock.advance(10 * SECOND)
    expect(await runOf(alive.scheduler, run.id)).toMatchObject({ state: 'completed', output: 'of the new owner' })
    expect(events).toContain(`run:lost ${run.id}`)
    expect(events).not.toContain(`run:completed ${run.id}`)
  })

  it('one that comes back late tells its handler to stop', async () => {
    const [dead, alive] = pair()
    const gate = new Gate()
    dead.scheduler.register('work', gate.handler)
    alive.scheduler.register('work', () => 'of the new owner')
    const run = await dead.scheduler.enqueue('work')
    await dead.scheduler.start()
    await dead.clock.advance(0)
    await alive.scheduler.start()
    await alive.clock.advance(20 * SECOND)
    await dead.clock.advance(20 * SECOND)
    expect(gate.entered[0]?.signal.reason).toMatchObject({ code: 'LEASE_LOST', details: { runId: run.id } })
    expect(gate.entered).toHaveLength(1)
  })

  it.each<[JobOptions['onCrash'] & string, string, string]>([
    ['abandon', 'failed', 'lease-lost'],
    ['unknown', 'unknown', 'lease-lost'],
  ])('onCrash %s ends the run as %s', async (onCrash, state, reason) => {
    const [dead, alive] = pair()
    const recorder = new Recorder(alive.clock)
    dead.scheduler.register('work', new Gate().handler)
    alive.scheduler.register('work', recorder.handler)
    const run = await dead.scheduler.enqueue('work', 1, { onCrash })
    await dead.scheduler.start()
    await dead.clock.advance(0)
    await alive.scheduler.start()
    await alive.clock.advance(MINUTE)
    expect(recorder.calls).toEqual([])
    expect(await runOf(alive.scheduler, run.id)).toMatchObject({ state, reason })
    await alive.scheduler.retryRun(run.id)
    await alive.clock.advance(0)
    expect(recorder.calls).toHaveLength(1)
  })

  it('what one has at work counts for maxInstances of the other', async () => {
    const clock = new ManualClock(START)
    const [one, other] = pair({ clock })
    const gate = new Gate()
    for (const { scheduler } of [one, other]) scheduler.register('work', gate.handler)
    await one.scheduler.addJob('work', interval('1h'), { id: 'hourly', coalesce: false })
    await clock.advance(3.5 * 60 * MINUTE)
    await one.scheduler.start()
    await clock.advance(0)
    await other.scheduler.start()
    await clock.advance(MINUTE)
    expect(gate.entered).toHaveLength(1)
    gate.open()
    await clock.advance(5 * SECOND)
    expect(gate.entered).toHaveLength(2)
  })

  it('a job at its limit in one is not fired beside it by the other', async () => {
    const clock = new ManualClock(START)
    const [one, other] = pair({ clock })
    const gate = new Gate()
    for (const { scheduler } of [one, other]) scheduler.register('work', gate.handler)
    await one.scheduler.addJob('work', interval('1m'), { id: 'tick' })
    await one.scheduler.start()
    await other.scheduler.start()
    await clock.advance(3 * MINUTE)
    expect(gate.entered).toHaveLength(1)
    const states = (await historyOf(one.scheduler, 'tick')).map(([, state]) => state)
    expect(states).toEqual(['running', 'skipped', 'skipped'])
  })
})

describe('a run that kills every process it runs in', () => {
  it('is dead after three lost leases, and keeps no other run from running', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cronwright-poison-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const path = join(directory, 'jobs.db')
    let now = START
    let runId = ''
    const attempts: number[] = []
    for (const victim of [1, 2, 3]) {
      const clock = new ManualClock(now)
      const { scheduler } = newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) } })
      scheduler.register('poison', (_input: unknown, { attempt }) => {
        attempts.push(attempt)
        return new Promise(() => undefined)
      })
      if (victim === 1) runId = (await scheduler.enqueue('poison')).id
      await scheduler.start()
      await clock.advance(0)
      now += 20 * SECOND
    }
    expect(attempts).toEqual([1, 2, 3])

    const clock = new ManualClock(now)
    const { scheduler } = newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) } })
    scheduler.register('poison', () => undefined)
    scheduler.register('other', () => 'well')
    const events = recordEvents(scheduler)
    await scheduler.start()
    const other = await scheduler.enqueue('other')
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, runId)).toMatchObject({ state: 'dead', reason: 'max-crashes' })
    expect(await runOf(scheduler, other.id)).toMatchObject({ state: 'completed' })
    expect(events).toContain(`run:failed ${runId}`)
  })
})

it('a run that another process ends is heard of by those who wait for it', async () => {
  const path = newDatabasePath()
  const clock = new ManualClock(START)
  const waiter = newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) }, roles: { execute: false } })
  const worker = newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) } })
  for (const { scheduler } of [waiter, worker]) scheduler.register('work', () => 'from afar')
  const run = await waiter.scheduler.enqueue('work')
  const waiting = waiter.scheduler.waitForRun(run)
  await worker.scheduler.start()
  expect(await settled(clock, waiting)).toBe('from afar')
})

it('a run that another process cancels is told to stop at its next renewal', async () => {
  const path = newDatabasePath()
  const clock = new ManualClock(START)
  const worker = newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) } })
  const operator = newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) } })
  const gate = new Gate()
  for (const { scheduler } of [worker, operator]) scheduler.register('work', gate.handler)
  const run = await worker.scheduler.enqueue('work')
  await worker.scheduler.start()
  await clock.advance(SECOND)
  await operator.scheduler.cancelRun(run.id)
  await clock.advance(15 * SECOND)
  expect(gate.entered[0]?.signal.aborted).toBe(true)
  expect(gate.entered).toHaveLength(1)
  expect(await runOf(operator.scheduler, run.id)).toMatchObject({ state: 'cancelled' })
})
