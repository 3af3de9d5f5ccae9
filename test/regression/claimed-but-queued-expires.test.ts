/**
 * A scheduler fetched more rows than it had threads; those that waited in its own queue got no heartbeat, so their claim
 * expired and another instance ran them as well.
 */

import { describe, expect, it } from 'vitest'
import { interval, type RunContext } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { DATABASES } from '../integration/reliability/connections.ts'
import { MINUTE, newBench, SECOND, START } from '../unit/scheduler/support.ts'

describe.each(DATABASES)(
  'on %s, two processes with room for one run each, and runs of ten seconds',
  (_name, newDatabase) => {
    it.each(['enqueued', 'fired'])('%s runs are claimed when there is room, and each starts once', async (how) => {
      const database = newDatabase()
      const clock = new ManualClock(START)
      const started: string[] = []
      const schedulers = ['one', 'other'].map((workerId) => {
        const executors = { default: { type: 'async', maxConcurrency: 1 } }
        const { scheduler } = newBench({ clock, workerId, executors, jobStores: { default: database.connect() } })
        scheduler.register('work', (_input: unknown, run: RunContext) => {
          started.push(`${run.id} ${run.attempt}`)
          return new Promise<void>((resolve) => void clock.setTimer(resolve, 10 * SECOND))
        })
        return scheduler
      })
      const [scheduler] = schedulers
      if (scheduler === undefined) throw new Error('there are two')
      if (how === 'enqueued') await scheduler.enqueueMany('work', Array.from({ length: 12 }))
      else
        await scheduler.addJobs(
          Array.from({ length: 12 }, (_, index) => ({
            fn: 'work',
            trigger: interval('1s'),
            options: { id: `job-${index}`, maxRuns: 1 },
          })),
        )
      for (const one of schedulers) await one.start()
      for (let passed = 0; passed < 2 * MINUTE; passed += 2 * SECOND) {
        await clock.advance(2 * SECOND)
        expect((await scheduler.getRuns({ state: 'running' })).length).toBeLessThanOrEqual(2)
      }
      const runs = await scheduler.getRuns()
      expect(runs.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual(
        Array.from({ length: 12 }, () => 'completed 1'),
      )
      expect([...started].sort()).toEqual(runs.map(({ id }) => `${id} 1`).sort())
    })
  },
)
