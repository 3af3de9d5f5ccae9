/** A store that fails, hangs or loses replies for a while: nothing is lost, nothing comes twice, and others go on. */

import { describe, expect, it } from 'vitest'
import { interval, MemoryJobStore, type StoreErrorEvent } from '../../../src/index.ts'
import type { Change } from '../../../src/jobs/record.ts'
import { Gate, historyOf, MINUTE, Recorder, recordEvents, rejection, runOf, SECOND, startedBench } from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

/** Whether a commit adds a run: a fire. */
const isFire = (changes: readonly Change[]): boolean => changes.some(({ inserts = [] }) => inserts.length > 0)

/** Whether a commit brings a run into this state. */
const setsState =
  (state: string) =>
  (changes: readonly Change[]): boolean =>
    changes.some((change) => 'patch' in change && change.patch?.state === state)

/** Whether a commit only renews leases. */
const isRenewal = (changes: readonly Change[]): boolean =>
  changes.every((change) => 'patch' in change && change.patch !== null && Object.keys(change.patch).join() === 'due')

describe('a store that fails for a while', () => {
  it('ZJ-52 is reported once, tried again, and caught up', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    const errors: StoreErrorEvent[] = []
    scheduler.on('store:error', (event) => errors.push(event))
    await scheduler.addJob(recorder.handler, interval('10s'), { id: 'tick', coalesce: false })
    await clock.advance(25 * SECOND)
    store.fail(new Error('down'))
    await clock.advance(30 * SECOND)
    expect(errors).toMatchObject([{ alias: 'default', error: { message: 'down' } }])
    expect(store.failures).toBeGreaterThan(3)
    store.behave()
    await clock.advance(10 * SECOND)
    expect(await historyOf(scheduler, 'tick')).toEqual(
      [10, 20, 30, 40, 50, 60].map((second) => [second * SECOND, 'completed']),
    )
    store.fail()
    await clock.advance(10 * SECOND)
    expect(errors).toHaveLength(2)
  })

  it.each([1, 7, 30, 603])('what was missed in %d s is started within two seconds of its answer', async (seconds) => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1s'), { id: 'tick' })
    await clock.advance(SECOND)
    store.fail()
    await clock.advance(seconds * SECOND + 1)
    store.behave()
    const before = recorder.calls.length
    await clock.advance(2 * SECOND)
    expect(recorder.calls.length).toBeGreaterThan(before)
  })

  it('keeps no other store waiting', async () => {
    const broken = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { broken } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('10s'), { id: 'broken', store: 'broken' })
    await scheduler.addJob(recorder.handler, interval('10s'), { id: 'well' })
    broken.fail()
    await clock.advance(MINUTE)
    expect(recorder.calls.map(({ run }) => run.jobId)).toEqual(Array.from({ length: 6 }, () => 'well'))
  })

  it('a result that could not be written is written as soon as it answers', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const gate = new Gate()
    const run = await scheduler.enqueue(gate.handler)
    await clock.advance(0)
    store.fail()
    gate.open('kept')
    await clock.advance(10 * SECOND)
    store.behave()
    await clock.advance(SECOND)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', output: 'kept', attempt: 1 })
  })

  it('a run that ended during an outage longer than its lease is not run again', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '15s' })
    const gate = new Gate()
    const run = await scheduler.enqueue(gate.handler)
    await clock.advance(0)
    store.fail()
    gate.open('kept')
    await clock.advance(2 * MINUTE)
    store.behave()
    scheduler.wakeup()
    await clock.advance(10 * SECOND)
    expect(gate.entered).toHaveLength(1)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', output: 'kept', attempt: 1 })
  })

  it('what is added while its failure is fresh is not late', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const gate = new Gate()
    const recorder = new Recorder(clock)
    await scheduler.enqueue(gate.handler)
    await clock.advance(0)
    store.fail()
    gate.open()
    await clock.advance(2 * SECOND)
    store.behave()
    await scheduler.addJob(recorder.handler, interval('1s'), { maxRuns: 1 })
    await clock.advance(3 * SECOND)
    expect(recorder.times).toEqual([3 * SECOND])
  })

  it('its callers get the error', async () => {
    const store = new UnrulyStore()
    const { scheduler } = await startedBench({ jobStores: { default: store } })
    store.fail(new Error('down'))
    expect(await rejection(scheduler.addJob(() => undefined, interval('1m')))).toMatchObject({ message: 'down' })
    expect(await rejection(scheduler.getJobs())).toMatchObject({ message: 'down' })
  })
})

describe('a store that hangs for a while', () => {
  it('keeps no other store waiting, and is caught up', async () => {
    const slow = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { slow } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('10s'), { id: 'slow', store: 'slow' })
    await scheduler.addJob(recorder.handler, interval('10s'), { id: 'well' })
    slow.hang()
    await clock.advance(30 * SECOND)
    slow.behave()
    await clock.advance(5 * SECOND)
    expect(recorder.calls.map(({ run }) => run.jobId)).toEqual(['well', 'well', 'well', 'slow'])
    await clock.advance(5 * SECOND)
    expect(recorder.calls).toHaveLength(6)
  })

  it('costs no run of another store its lease', async () => {
    const slow = new UnrulyStore({ shared: true })
    const well = new UnrulyStore({ shared: true })
    const { clock, scheduler } = await startedBench({ jobStores: { default: well, slow }, leaseDuration: '15s' })
    const gate = new Gate()
    await scheduler.enqueue(gate.handler, 'slow', { store: 'slow' })
    const run = await scheduler.enqueue(gate.handler, 'well')
    await clock.advance(0)
    slow.hang()
    await clock.advance(MINUTE)
    const entered = gate.entered.find(({ id }) => id === run.id)
    expect(entered?.signal.aborted).toBe(false)
    expect(await scheduler.getRun(run.id, 'default')).toMatchObject({ state: 'running', attempt: 1 })
  })
})

describe('a lost reply', () => {
  it('to a fire: the run comes once, and on record', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '2s' })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('10s'), { id: 'tick' })
    store.loseReply(isFire)
    await clock.advance(19 * SECOND)
    expect(recorder.calls).toHaveLength(1)
    expect(await historyOf(scheduler, 'tick')).toEqual([[10 * SECOND, 'completed']])
  })

  it('to a claim: the run comes all the same', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '2s' })
    const recorder = new Recorder(clock)
    store.loseReply(setsState('running'))
    const run = await scheduler.enqueue(recorder.handler)
    await clock.advance(10 * SECOND)
    expect(recorder.calls).toHaveLength(1)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed' })
  })

  it('to a renewal: the run is kept', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '15s' })
    const gate = new Gate()
    const run = await scheduler.enqueue(gate.handler)
    await clock.advance(0)
    store.loseReply(isRenewal)
    await clock.advance(MINUTE)
    expect(gate.entered[0]?.signal.aborted).toBe(false)
    gate.open('kept')
    await clock.advance(0)
    expect(gate.entered).toHaveLength(1)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', output: 'kept', attempt: 1 })
  })

  it.each([
    ['', {}],
    [', also where no history is kept', { history: { keep: 0 } }],
  ])('to the end of a run: it is completed once%s', async (_name, options) => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    const events = recordEvents(scheduler)
    store.loseReply(
      (changes) =>
        setsState('completed')(changes) || changes.some((change) => 'patch' in change && change.patch === null),
    )
    const run = await scheduler.enqueue(recorder.handler, 1, options)
    await clock.advance(MINUTE)
    expect(recorder.calls).toHaveLength(1)
    expect(events.filter((event) => event.endsWith(run.id))).toEqual([
      `run:submitted ${run.id}`,
      `run:started ${run.id}`,
      `run:completed ${run.id}`,
    ])
  })
})

describe('a slow reply', () => {
  it('to a renewal while the run ends: the end counts', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '15s' })
    const gate = new Gate()
    const run = await scheduler.enqueue(gate.handler)
    await clock.advance(4 * SECOND)
    store.holdReplies()
    await clock.advance(3 * SECOND)
    gate.open('counts')
    await clock.advance(0)
    store.behave()
    await clock.advance(MINUTE)
    expect(gate.entered).toHaveLength(1)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', output: 'counts', attempt: 1 })
  })

  it('a job that is changed while it fires: both happen', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store, other: new MemoryJobStore() } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
    store.holdReplies()
    await clock.advance(MINUTE)
    const changing = scheduler.modifyJob('tick', { priority: 5 })
    await clock.settle()
    store.behave()
    expect(await changing).toMatchObject({ priority: 5 })
    await clock.advance(MINUTE)
    expect(recorder.times).toEqual([MINUTE, 2 * MINUTE])
  })
})
