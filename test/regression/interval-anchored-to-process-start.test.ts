/**
 * Where an interval counts from the start of the process, a job of six hours in an application that is open for four
 * hours a day never runs.
 */

import { expect, it } from 'vitest'
import { interval } from '../../src/index.ts'
import { SqliteJobStore } from '../../src/sqlite.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { HOUR, newBench, newDatabasePath, Recorder, START, settled } from '../unit/scheduler/support.ts'

it('a job of six hours runs in a process that lives for four', async () => {
  const path = newDatabasePath()
  const fired: number[] = []
  for (let life = 0; life < 6; life += 1) {
    const clock = new ManualClock(START + life * 4 * HOUR)
    const store = new SqliteJobStore({ path, synchronous: 'NORMAL' })
    const rare = { pollInterval: '1m', leaseDuration: '10m' } as const
    const { scheduler } = newBench({ clock, jobStores: { default: store }, ...rare })
    const recorder = new Recorder(clock)
    scheduler.register('back-up', recorder.handler)
    await scheduler.addJob('back-up', interval('6h'), { id: 'back-up', replaceExisting: true })
    await scheduler.start()
    await clock.advance(4 * HOUR - 1_000)
    await settled(clock, scheduler.shutdown())
    fired.push(...recorder.times)
  }
  expect(fired).toEqual([6 * HOUR, 12 * HOUR, 18 * HOUR])
}, 60_000)
