/**
 * Lord Howe Island changes its clocks by half an hour. A cron library that gives a next time before the time asked
 * about makes the scheduler above it fire in a loop.
 */

import { expect, it } from 'vitest'
import { cron } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { MINUTE, newBench, Recorder } from '../unit/scheduler/support.ts'

it.each([
  ['clocks go back', '2025-04-05T12:07:00Z'],
  ['clocks go forward', '2025-10-04T12:07:00Z'],
])('an hourly job in the night when the %s fires once each hour or so, always forward', async (_name, start) => {
  const clock = new ManualClock(start)
  const { scheduler } = newBench({ clock })
  const recorder = new Recorder(clock)
  await scheduler.addJob(recorder.handler, cron('0 * * * *', { timezone: 'Australia/Lord_Howe' }), { id: 'hourly' })
  await scheduler.start()
  await clock.advance(8 * 60 * MINUTE)
  const times = recorder.calls.map((call) => call.at)
  const gaps = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / MINUTE)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(90)
  expect(recorder.calls.map(({ run }) => run.dueAt.getTime())).toEqual(times)
})
