/**
 * A job that is overdue when it is paused, rescheduled or removed: the fire times that will not run are on record. Found by
 * `npm run chaos -- --store mysql --seed 1`: a process that stood still had the job in hand, and a user paused it meanwhile.
 */

import { describe, expect, it } from 'vitest'
import { date, interval, MemoryJobStore, type Scheduler } from '../../../src/index.ts'
import { ManualClock } from '../../../src/testing.ts'
import {
  at,
  DAY,
  HOUR,
  historyOf,
  newBench,
  recordEvents,
  SECOND,
  START,
  STORES,
  settled,
  startedBench,
} from './support.ts'

type Change = (scheduler: Scheduler) => Promise<unknown>

describe.each(STORES)('fire times that are overdue on %s', (_name, newStore) => {
  /** A job that nobody fires: the scheduler is paused. */
  const overdue = async (options: object = {}) => {
    const bench = newBench({ jobStores: { default: newStore() } })
    const { scheduler, clock } = bench
    scheduler.register('work', () => undefined)
    await scheduler.start({ paused: true })
    await scheduler.addJob('work', interval('1s'), { id: 'tick', ...options })
    await clock.advance(4 * SECOND)
    return bench
  }

  it.each<[string, Change, string]>([
    ['paused', (scheduler) => scheduler.pauseJob('tick'), 'paused'],
    ['paused by a change of it', (scheduler) => scheduler.modifyJob('tick', { paused: true }), 'paused'],
    ['rescheduled', (scheduler) => scheduler.rescheduleJob('tick', interval('1h')), 'rescheduled'],
    ['given another run time', (scheduler) => scheduler.modifyJob('tick', { nextRunTime: at(DAY) }), 'rescheduled'],
    [
      'replaced',
      (scheduler) => scheduler.addJob('work', interval('1h'), { id: 'tick', replaceExisting: true }),
      'rescheduled',
    ],
    ['removed', (scheduler) => scheduler.removeJob('tick'), 'removed'],
  ])('when their job is %s are skipped for that reason', async (_what, change, reason) => {
    const { scheduler } = await overdue()
    const events = recordEvents(scheduler)
    await change(scheduler)
    const skipped = [1, 2, 3, 4].map((second) => [second * SECOND, 'skipped', reason])
    expect(await historyOf(scheduler, 'tick')).toEqual(skipped)
    expect(events.filter((event) => event.startsWith('run:skipped'))).toHaveLength(4)
  })

  it('stay due when a change does not move their job', async () => {
    const { scheduler, clock } = await overdue()
    await scheduler.modifyJob('tick', { name: 'Tick' })
    await scheduler.addJob('work', interval('1s'), { id: 'tick', replaceExisting: true })
    expect(await historyOf(scheduler, 'tick')).toEqual([])
    await scheduler.resume()
    await clock.advance(0)
    expect((await historyOf(scheduler, 'tick')).map(([due, state]) => [due, state])).toEqual([
      [1 * SECOND, 'skipped'],
      [2 * SECOND, 'skipped'],
      [3 * SECOND, 'skipped'],
      [4 * SECOND, 'completed'],
    ])
  })

  it('leave no record where no history is kept', async () => {
    const { scheduler } = await overdue({ history: { keep: 0 } })
    await scheduler.pauseJob('tick')
    expect(await historyOf(scheduler, 'tick')).toEqual([])
  })

  it('are summed up where they are many, and trimmed as any others', async () => {
    const { scheduler, clock } = await overdue({ history: { keep: 10 } })
    await clock.advance(2 * HOUR)
    await scheduler.pauseJob('tick')
    const runs = await scheduler.getRuns({ jobId: 'tick' })
    expect(runs).toHaveLength(10)
    expect(runs[0]).toMatchObject({ state: 'skipped', reason: 'paused', dueAt: at(2 * HOUR + 4 * SECOND) })
  })

  it('are none in the instant in which they become due: the change came first', async () => {
    const { scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', undefined, { id: 'once' })
    await scheduler.pauseJob('once')
    expect(await historyOf(scheduler, 'once')).toEqual([])
  })
})

/** Its server's clock is this machine's, and each answer takes two seconds. */
class FarStore extends MemoryJobStore {
  readonly clock: ManualClock

  constructor(clock: ManualClock) {
    super()
    this.clock = clock
  }

  override async serverTime(): Promise<number> {
    const shown = this.clock.now()
    await new Promise<void>((resolve) => this.clock.setTimer(resolve, 2 * SECOND))
    return shown
  }
}

it('a fire time is overdue by the clock of the server, also where its answers take longer than a poll', async () => {
  const clock = new ManualClock(START)
  const { scheduler } = newBench({ clock, jobStores: { default: new FarStore(clock) } })
  scheduler.register('work', () => undefined)
  await settled(clock, scheduler.start({ paused: true }))
  await settled(clock, scheduler.addJob('work', date(at(30 * SECOND)), { id: 'once' }))
  await clock.advance(29.9 * SECOND - (clock.now() - START))
  await settled(clock, scheduler.getJob('once'))
  await settled(clock, scheduler.pauseJob('once'))
  expect(await historyOf(scheduler, 'once')).toEqual([[30 * SECOND, 'skipped', 'paused']])
})
