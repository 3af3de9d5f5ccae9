/**
 * A controller that had missed more than a hundred start times of a job, because it was down or its clock was wrong, logged
 * an error and never started that job again.
 */

import { describe, expect, it } from 'vitest'
import { cron, interval, type JobOptions, type Trigger } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { DATABASES } from '../integration/reliability/connections.ts'
import { MINUTE, newBench, Recorder, START } from '../unit/scheduler/support.ts'

const TRIGGERS: readonly (readonly [string, () => Trigger])[] = [
  ['an interval', () => interval('1m')],
  ['a cron job', () => cron('* * * * *')],
]

/** Policies, and how many fire times are missed; those that all run are fewer. */
const CASES: readonly (readonly [missed: number, policy: JobOptions])[] = [
  [101, {}],
  [101, { coalesce: false }],
  [101, { misfireGraceTime: '10s' }],
  [5_000, {}],
  [5_000, { misfireGraceTime: '10s' }],
]

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  describe.each(TRIGGERS)('%s of each minute', (_trigger, newTrigger) => {
    it.each(CASES)('that missed %i fire times goes on, with each of them on record: %o', async (missed, policy) => {
      const database = newDatabase()
      const before = newBench({ jobStores: { default: database.connect() } })
      before.scheduler.register('work', () => undefined)
      const history = { keep: 10_000 }
      await before.scheduler.addJob('work', newTrigger(), { ...policy, id: 'minutely', history })

      const clock = new ManualClock(START + missed * MINUTE + MINUTE / 2)
      const { scheduler } = newBench({ clock, jobStores: { default: database.connect() } })
      const recorder = new Recorder(clock)
      scheduler.register('work', recorder.handler)
      await scheduler.start()
      // What is caught up, one run after the other, comes to its end before time goes on.
      for (let turns = 0; turns < 20; turns += 1) await clock.advance(0)
      await clock.advance(10 * MINUTE)
      const fresh = recorder.calls.filter(({ run }) => run.dueAt.getTime() > START + missed * MINUTE)
      expect(fresh.map(({ run, at }) => at - run.dueAt.getTime())).toEqual(Array.from({ length: 10 }, () => 0))
      const runs = await scheduler.getRuns({ jobId: 'minutely', limit: 10_000 })
      expect(runs.reduce((sum, { count }) => sum + count, 0)).toBe(missed + 10)
    })
  })
})
