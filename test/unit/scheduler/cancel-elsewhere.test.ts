/** A run that another process cancels, or takes over, is told to stop within one poll. */

import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../../src/index.ts'
import type { RecordKey, RecordKind } from '../../../src/jobs/record.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { type Bench, Gate, newBench, newDatabasePath, runOf, SECOND, START, settled, startedBench } from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

interface Pair {
  readonly clock: ManualClock
  readonly worker: Bench['scheduler']
  readonly operator: Bench['scheduler']
  readonly gate: Gate
}

/** Two schedulers on one database, of which one does the work. */
function pair(): Pair {
  const path = newDatabasePath()
  const clock = new ManualClock(START)
  const options = { clock, pollInterval: '1s', leaseDuration: '1m' } as const
  const worker = newBench({ ...options, jobStores: { default: new SqliteJobStore({ path }) } }).scheduler
  const operator = newBench({ ...options, jobStores: { default: new SqliteJobStore({ path }) } }).scheduler
  const gate = new Gate()
  worker.register('work', gate.handler)
  return { clock, worker, operator, gate }
}

describe('a run that is cancelled by another process', () => {
  it.each([0, 100, 740, 760, 1_900])('ZJ-23 is aborted within a poll, %i ms after its start', async (age) => {
    const { clock, worker, operator, gate } = pair()
    const { id } = await worker.enqueue('work')
    await worker.start()
    await clock.advance(age)
    await operator.cancelRun(id)
    expect(gate.entered[0]?.signal.aborted).toBe(false)
    await clock.advance(SECOND - 1)
    expect(gate.entered[0]?.signal.reason).toMatchObject({ code: 'RUN_CANCELLED', details: { runId: id } })
    gate.open('too late')
    await clock.advance(5 * SECOND)
    expect(await runOf(operator, id)).toMatchObject({ state: 'cancelled', output: undefined })
  })

  it('UX-22 the listeners of its own process hear of it, and those who wait for it', async () => {
    const { clock, worker, operator } = pair()
    const { id } = await worker.enqueue('work')
    const heard: RunEvent[] = []
    worker.on('run:cancelled', (event) => heard.push(event))
    worker.on('run:lost', (event) => heard.push(event))
    await worker.start()
    const waiting = worker.waitForRun(id).catch((error: unknown) => error)
    await clock.advance(SECOND)
    await operator.cancelRun(id)
    await clock.advance(SECOND)
    expect(heard).toMatchObject([{ runId: id, jobId: null, store: 'default', run: { state: 'cancelled' } }])
    expect(await settled(clock, waiting)).toMatchObject({ code: 'RUN_CANCELLED' })
  })

  it('and leaves no record is told to stop, too', async () => {
    const { clock, worker, operator, gate } = pair()
    const { id } = await worker.enqueue('work', undefined, { history: { keep: 0 } })
    await worker.start()
    await clock.advance(0)
    await operator.cancelRun(id)
    await clock.advance(SECOND)
    expect(gate.entered[0]?.signal.aborted).toBe(true)
  })

  it('does so also while the scheduler of the run is paused', async () => {
    const { clock, worker, operator, gate } = pair()
    const { id } = await worker.enqueue('work')
    await worker.start()
    await clock.advance(0)
    worker.pause()
    await operator.cancelRun(id)
    await clock.advance(SECOND)
    expect(gate.entered[0]?.signal.aborted).toBe(true)
  })
})

it('one that this process cancels is told of once', async () => {
  const store = new UnrulyStore({ shared: true })
  const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
  const heard: string[] = []
  scheduler.on('run:cancelled', () => heard.push('cancelled'))
  scheduler.on('run:lost', () => heard.push('lost'))
  scheduler.register('work', new Gate().handler)
  const { id } = await scheduler.enqueue('work')
  await clock.advance(0)
  store.holdReplies()
  const cancelling = scheduler.cancelRun(id)
  await clock.advance(2 * SECOND)
  store.behave()
  await settled(clock, cancelling)
  expect(heard).toEqual(['cancelled'])
})

describe('looking after runs at work', () => {
  /** Questions about runs that a store gets. */
  class Asked extends UnrulyStore {
    readonly questionsAboutRuns: number[] = []

    override async get<K extends RecordKind>(keys: readonly RecordKey<K>[]) {
      if (keys[0]?.kind === 'run') this.questionsAboutRuns.push(keys.length)
      return super.get(keys)
    }
  }

  it('is one question for all of them, a little more often than every poll', async () => {
    const store = new Asked({ shared: true })
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, pollInterval: '1s' })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.enqueueMany('work', Array.from({ length: 20 }))
    await clock.advance(9 * SECOND)
    expect(store.questionsAboutRuns).toEqual(Array(12).fill(20))
  })

  it('costs nothing when nothing is at work, nor in a store that nobody else changes', async () => {
    for (const shared of [true, false]) {
      const store = new Asked({ shared })
      const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
      const gate = new Gate()
      scheduler.register('work', gate.handler)
      await clock.advance(5 * SECOND)
      await scheduler.enqueue('work')
      await clock.advance(shared ? 0 : 5 * SECOND)
      gate.open()
      await clock.advance(5 * SECOND)
      expect(store.questionsAboutRuns).toEqual([])
    }
  })

  it('goes on after an outage, which it does not report by itself', async () => {
    const store = new UnrulyStore({ shared: true })
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '10m' })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const errors: unknown[] = []
    const { id } = await scheduler.enqueue('work')
    await clock.advance(0)
    scheduler.pause()
    scheduler.on('store:error', (event) => errors.push(event))
    store.fail()
    await clock.advance(3 * SECOND)
    store.behave()
    expect(gate.entered[0]?.signal.aborted).toBe(false)
    const record = (await store.get([{ kind: 'run', id }]))[0]
    await store.commit([
      { expect: record?.version ?? 0, key: { kind: 'run', id }, patch: { state: 'cancelled', due: null } },
    ])
    await clock.advance(SECOND)
    expect(gate.entered[0]?.signal.aborted).toBe(true)
  })
})
