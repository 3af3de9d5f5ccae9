/**
 * A cluster compared the time that one node wrote with the clock of another: when a clock was stepped, live nodes counted
 * as failed and their jobs ran twice.
 */

import { describe, expect, it } from 'vitest'
import { DATABASES } from '../integration/reliability/connections.ts'
import { Gate, HOUR, MINUTE, newBench, runOf, SECOND } from '../unit/scheduler/support.ts'

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  it.each([
    ['forward', HOUR],
    ['back', -HOUR],
  ])('a clock that is stepped %s an hour under two processes costs no run its owner', async (_direction, step) => {
    const database = newDatabase()
    const gate = new Gate()
    const [owner, other] = ['owner', 'other'].map((workerId) => {
      const bench = newBench({ workerId, jobStores: { default: database.connect() } })
      bench.scheduler.register('work', gate.handler)
      return bench
    })
    if (owner === undefined || other === undefined) throw new Error('there are two')
    const { id } = await owner.scheduler.enqueue('work')
    await owner.scheduler.start()
    await owner.clock.advance(0)
    await other.scheduler.start()
    for (let second = 0; second < 3; second += 1) for (const { clock } of [other, owner]) await clock.advance(SECOND)

    for (const { clock } of [other, owner]) clock.step(step)
    for (let passed = 0; passed < 2 * MINUTE; passed += SECOND) {
      for (const { clock } of [other, owner]) await clock.advance(SECOND)
    }
    expect(gate.entered).toHaveLength(1)
    expect(gate.entered[0]?.signal.aborted).toBe(false)
    gate.open('done')
    await owner.clock.advance(SECOND)
    expect(await runOf(other.scheduler, id)).toMatchObject({ state: 'completed', worker: 'owner', attempt: 1 })
  })
})
