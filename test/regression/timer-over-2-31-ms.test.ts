/**
 * Timers of Node hold 2^31 - 1 ms; a longer one fires after one millisecond. Schedulers that asked for the whole wait
 * ran monthly jobs hundreds of times a minute.
 */

import { expect, it } from 'vitest'
import type { TimerHandle } from '../../src/core/clock.ts'
import { date, interval } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { DAY, Gate, MINUTE, newBench, Recorder, START } from '../unit/scheduler/support.ts'

/** A clock whose timers are those of Node. */
class NodeLikeClock extends ManualClock {
  override setTimer(callback: () => void, delayMs: number): TimerHandle {
    return super.setTimer(callback, delayMs > 2 ** 31 - 1 ? 1 : delayMs)
  }
}

it('a job that is due in 30 days does not fire today', async () => {
  const { clock, scheduler } = newBench({ clock: new NodeLikeClock(START) })
  const recorder = new Recorder(clock)
  await scheduler.addJob(recorder.handler, interval({ days: 30 }))
  await scheduler.addJob(recorder.handler, date(START + 3_650 * DAY))
  await scheduler.enqueue(recorder.handler, 1, { delay: '365d' })
  await scheduler.start()
  await clock.advance(10 * MINUTE)
  expect(recorder.calls).toEqual([])
})

it('a timeout of 30 days does not end a run today', async () => {
  const { clock, scheduler } = newBench({ clock: new NodeLikeClock(START) })
  const gate = new Gate()
  await scheduler.enqueue(gate.handler, 1, { timeout: '30d' })
  await scheduler.start()
  await clock.advance(10 * MINUTE)
  expect(gate.entered[0]?.signal.aborted).toBe(false)
})

it('a shutdown that may take 30 days waits for its runs', async () => {
  const { clock, scheduler } = newBench({ clock: new NodeLikeClock(START) })
  const gate = new Gate()
  await scheduler.enqueue(gate.handler)
  await scheduler.start()
  await clock.advance(0)
  const stopping = scheduler.shutdown({ timeout: '30d' })
  await clock.advance(10 * MINUTE)
  expect(gate.entered[0]?.signal.aborted).toBe(false)
  gate.open()
  await clock.advance(0)
  await stopping
})
