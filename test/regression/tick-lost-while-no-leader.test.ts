/**
 * Schedulers that fire only in the leader, and only for the present minute, lose the ticks of the gap between two leaders;
 * another looks back 60 seconds and no further.
 */

import { describe, expect, it } from 'vitest'
import { cron } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { DATABASES } from '../integration/reliability/connections.ts'
import { historyOf, MINUTE, newBench, Recorder, SECOND, START } from '../unit/scheduler/support.ts'

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  it('a process that dies a moment before the tick leaves it to the next, which needs no election', async () => {
    const database = newDatabase()
    const [dead, alive] = [newBench(options()), newBench(options())]
    function options() {
      return { jobStores: { default: database.connect() } }
    }
    const recorder = new Recorder(alive.clock)
    for (const { scheduler } of [dead, alive]) scheduler.register('work', recorder.handler)
    await dead.scheduler.addJob('work', cron('* * * * *'), { id: 'minutely' })
    await dead.scheduler.start()
    await alive.scheduler.start()
    await dead.clock.advance(MINUTE - 1)
    await alive.clock.advance(2 * MINUTE)
    expect(recorder.times).toEqual([MINUTE, 2 * MINUTE])
  })

  it.each([
    [false, ['completed', 'completed', 'completed', 'completed', 'completed']],
    [true, ['skipped', 'skipped', 'skipped', 'skipped', 'completed']],
  ])('ticks of five minutes without any process are made up for; coalesced: %s', async (coalesce, states) => {
    const database = newDatabase()
    const before = newBench({ jobStores: { default: database.connect() } })
    before.scheduler.register('work', () => undefined)
    await before.scheduler.addJob('work', cron('* * * * *'), { id: 'minutely', coalesce })
    await before.scheduler.start()
    await before.clock.advance(MINUTE - 1)

    const clock = new ManualClock(START + 5 * MINUTE + 30 * SECOND)
    const { scheduler } = newBench({ clock, jobStores: { default: database.connect() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.start()
    await clock.advance(20 * SECOND)
    const history = await historyOf(scheduler, 'minutely')
    expect(history.map(([due]) => due / MINUTE)).toEqual([1, 2, 3, 4, 5])
    expect(history.map(([, state]) => state)).toEqual(states)
    expect(recorder.calls.every(({ run }) => run.isCatchUp)).toBe(true)
  })
})
