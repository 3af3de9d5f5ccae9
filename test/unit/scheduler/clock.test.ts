/** Long waits, and clocks that are stepped. */

import { describe, expect, it } from 'vitest'
import type { Clock, TimerHandle } from '../../../src/core/clock.ts'
import { cron, interval } from '../../../src/index.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  DAY,
  Gate,
  HOUR,
  historyOf,
  MINUTE,
  newBench,
  Recorder,
  runOf,
  SECOND,
  START,
  startedBench,
} from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

/** A clock that notes the longest timer asked of it. */
class WatchedClock extends ManualClock implements Clock {
  longest = 0

  override setTimer(callback: () => void, delayMs: number): TimerHandle {
    this.longest = Math.max(this.longest, delayMs)
    return super.setTimer(callback, delayMs)
  }
}

/** A clock whose timers do not notice that time passes: that of a process which the operating system stopped. */
class StoppableClock extends ManualClock {
  #stoppedMs = 0

  /** Time goes on, and nothing of it is noticed before the next `advance`. */
  stop(ms: number): void {
    this.#stoppedMs += ms
  }

  override now(): number {
    return super.now() + this.#stoppedMs
  }

  override monotonic(): number {
    return super.monotonic() + this.#stoppedMs
  }
}

describe('a long wait', () => {
  it.each([25, 60])('of %i days takes timers of 30 seconds, and ends on the dot', async (days) => {
    const clock = new WatchedClock(START)
    const { scheduler } = newBench({ clock })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval({ days }), { id: 'rare' })
    await scheduler.start()
    clock.step(days * DAY - 2 * HOUR)
    await clock.advance(2 * HOUR - 1)
    expect(recorder.calls).toEqual([])
    await clock.advance(1)
    await clock.settle()
    expect(recorder.times).toEqual([days * DAY])
    expect(clock.longest).toBeLessThanOrEqual(30 * SECOND)
  })

  it('of a day without a step, timer by timer', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval({ days: 1 }), { id: 'daily' })
    await clock.advance(DAY - 1)
    expect(recorder.calls).toEqual([])
    await clock.advance(1)
    await clock.settle()
    expect(recorder.times).toEqual([DAY])
  })
})

describe('a clock that is stepped', () => {
  it('a day forward: what was missed follows the misfire policy, within half a minute', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, cron('0 * * * *'), { id: 'hourly' })
    await clock.advance(HOUR)
    clock.step(DAY)
    await clock.advance(30 * SECOND)
    expect(recorder.calls).toHaveLength(2)
    const history = await historyOf(scheduler, 'hourly')
    expect(history.map(([due]) => due / HOUR)).toEqual(Array.from({ length: 25 }, (_, hour) => hour + 1))
    expect(history.filter(([, state]) => state === 'completed').map(([due]) => due / HOUR)).toEqual([1, 25])
  })

  it('a day back: nothing fires twice, and firing goes on when the clock is there again', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, cron('0 * * * *'), { id: 'hourly' })
    clock.step(DAY)
    await clock.advance(3 * HOUR)
    const before = recorder.calls.map(({ run }) => run.id)
    clock.step(-2 * HOUR)
    await clock.advance(4 * HOUR)
    const ids = recorder.calls.map(({ run }) => run.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.slice(0, before.length)).toEqual(before)
    expect(ids).toHaveLength(before.length + 2)
  })

  it.each([1, -1])('by %i day while a run is at work: the run is kept, and no other takes it', async (days) => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    const run = await scheduler.enqueue(gate.handler)
    await clock.advance(SECOND)
    clock.step(days * DAY)
    await clock.advance(2 * MINUTE)
    expect(gate.entered).toHaveLength(1)
    expect(gate.entered[0]?.signal.aborted).toBe(false)
    gate.open('kept')
    await clock.advance(0)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, output: 'kept' })
  })

  it('does not change how long a timeout is', async () => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    await scheduler.enqueue(gate.handler, 1, { timeout: '10m' })
    await clock.advance(0)
    clock.step(DAY)
    await clock.advance(9 * MINUTE)
    expect(gate.entered[0]?.signal.aborted).toBe(false)
    await clock.advance(MINUTE)
    expect(gate.entered[0]?.signal.aborted).toBe(true)
  })
})

describe('a process that was stopped for longer than its leases', () => {
  it.each([
    ['a store of its own', false],
    ['a shared store', true],
  ])('keeps the runs in %s that nobody took', async (_name, shared) => {
    const clock = new StoppableClock(START)
    const { scheduler } = await startedBench({ clock, jobStores: { default: new UnrulyStore({ shared }) } })
    const gate = new Gate()
    const run = await scheduler.enqueue(gate.handler)
    await clock.advance(SECOND)
    clock.stop(10 * MINUTE)
    await clock.advance(MINUTE)
    expect(gate.entered.map(({ signal }) => signal.aborted)).toEqual([false])
    gate.open('kept')
    await clock.advance(0)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, output: 'kept' })
  })

  it('tells a run to stop when its store cannot say whether anybody took it', async () => {
    const clock = new StoppableClock(START)
    const store = new UnrulyStore({ shared: true })
    const { scheduler } = await startedBench({ clock, jobStores: { default: store } })
    const gate = new Gate()
    await scheduler.enqueue(gate.handler)
    await clock.advance(SECOND)
    clock.stop(10 * MINUTE)
    store.fail()
    await clock.advance(4 * SECOND)
    expect(gate.entered[0]?.signal.reason).toMatchObject({ code: 'LEASE_LOST' })
  })

  it('runs no fire time twice, and leaves none out', async () => {
    const clock = new StoppableClock(START)
    const { scheduler } = await startedBench({ clock })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
    await clock.advance(MINUTE)
    clock.stop(5 * MINUTE)
    await clock.advance(MINUTE)
    const history = await historyOf(scheduler, 'tick')
    expect(history.map(([due]) => due / MINUTE)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(recorder.calls).toHaveLength(3)
  })
})

it('FD-63 nothing but the clock it is given moves a scheduler', async () => {
  const { clock, scheduler } = await startedBench()
  const recorder = new Recorder(clock)
  await scheduler.addJob(recorder.handler, interval('1ms'), { id: 'eager' })
  await clock.settle()
  expect(recorder.calls).toEqual([])
  await clock.advance(1)
  await clock.settle()
  expect(recorder.times).toEqual([1])
})
