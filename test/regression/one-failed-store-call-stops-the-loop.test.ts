/** One call of the store that failed, at the wrong moment, and the scheduler slept for ever while it said it runs. */

import { expect, it } from 'vitest'
import { interval, MemoryJobStore } from '../../src/index.ts'
import { historyOf, newBench, Recorder, recordEvents, SECOND } from '../unit/scheduler/support.ts'

const CALLS = ['due', 'nextDue', 'countActive', 'commit', 'trim'] as const

/** A store of which one call fails once. */
class StumblingStore extends MemoryJobStore {
  stumble(call: (typeof CALLS)[number]): void {
    Object.defineProperty(this, call, {
      configurable: true,
      value: () => {
        Reflect.deleteProperty(this, call)
        return Promise.reject(new Error(`${call} failed`))
      },
    })
  }
}

it.each(CALLS)('after a failure of %s the job goes on, and no fire is missing', async (call) => {
  const store = new StumblingStore()
  const { clock, scheduler } = newBench({ jobStores: { default: store } })
  const recorder = new Recorder(clock)
  const events = recordEvents(scheduler)
  await scheduler.addJob(recorder.handler, interval('10s'), { id: 'tick', history: { keep: 5 } })
  await scheduler.start()
  await clock.advance(15 * SECOND)
  store.stumble(call)
  await clock.advance(15 * SECOND)
  expect(events.filter((event) => event.startsWith('store:error'))).toHaveLength(1)
  await clock.advance(20 * SECOND)
  expect(recorder.calls.map(({ run }) => run.id)).toHaveLength(5)
  expect(events.filter((event) => event.startsWith('run:completed'))).toHaveLength(5)
  expect(await historyOf(scheduler, 'tick')).toEqual(
    [10, 20, 30, 40, 50].map((second) => [second * SECOND, 'completed']),
  )
})
