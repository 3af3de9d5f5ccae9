/**
 * A connection that was half open - the server gone without a word - never answered, and the worker that waited for it
 * waited for ever: it polled no more, while it said that it runs.
 */

import { describe, expect, it } from 'vitest'
import { interval } from '../../src/index.ts'
import { nameOf } from '../integration/crash-points/mortal.ts'
import { DATABASES, never } from '../integration/reliability/connections.ts'
import { historyOf, MINUTE, newBench, Recorder, recordEvents, runOf, SECOND } from '../unit/scheduler/support.ts'

const CALLS = ['due', 'nextDue', 'countActive', 'commit fire', 'commit claim', 'commit renew', 'commit completed']

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  describe.each(CALLS)('a call of %s that is never answered', (name) => {
    it.each(['never sent', 'done'])('and was %s costs that call, and neither the scheduler nor a run', async (fate) => {
      let isHealthy = true
      const { clock, scheduler } = newBench({
        jobStores: {
          default: newDatabase().connect(async (call) => {
            if (isHealthy || !nameOf(call).includes(name)) return call.proceed()
            isHealthy = true
            if (fate === 'done') await call.proceed()
            return never()
          }),
        },
      })
      const recorder = new Recorder(clock)
      const events = recordEvents(scheduler)
      scheduler.register('work', recorder.handler)
      scheduler.register('slow', (_input: unknown, run) => {
        recorder.handler(_input, run)
        return new Promise<void>((resolve) => void clock.setTimer(resolve, 45 * SECOND))
      })
      await scheduler.addJob('work', interval('10s'), { id: 'tick', coalesce: false })
      await scheduler.start()
      const slow = await scheduler.enqueue('slow')
      await clock.advance(25 * SECOND)
      const enqueued = await scheduler.enqueue('work', undefined, { delay: '1s' })
      isHealthy = false
      await clock.advance(2 * MINUTE)
      expect(isHealthy).toBe(true)
      expect(events.filter((event) => event.startsWith('store:error'))).toHaveLength(1)
      expect(await runOf(scheduler, slow.id)).toMatchObject({ state: 'completed', attempt: 1 })
      expect(await runOf(scheduler, enqueued.id)).toMatchObject({ state: 'completed' })
      const history = await historyOf(scheduler, 'tick')
      expect(history.map(([due]) => due / (10 * SECOND))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
      expect(history.slice(-9).map(([, state]) => state)).toEqual(Array.from({ length: 9 }, () => 'completed'))
      const ids = recorder.calls.map(({ run }) => run.id)
      expect(new Set(ids).size).toBe(ids.length)
    })
  })
})
