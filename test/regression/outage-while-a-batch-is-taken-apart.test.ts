/**
 * A store refuses a batch of ends because of one value, the ends are written one by one, and the store fails just then:
 * a run that completed must not be recorded as failed because of the outage.
 */

import { expect, it } from 'vitest'
import { SerializationError } from '../../src/errors.ts'
import { MemoryJobStore, Scheduler } from '../../src/index.ts'
import type { Change, ChangeResult } from '../../src/jobs/record.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'

class PickyStore extends MemoryJobStore {
  outages = 1

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    const ends = changes.filter((change) => 'key' in change && change.patch?.state === 'completed')
    if (ends.length > 1) throw new SerializationError('$.output', undefined, 'must not come together')
    if (ends.length === 1 && this.outages > 0) {
      this.outages -= 1
      throw new Error('the store is away')
    }
    return super.commit(changes)
  }
}

it('an outage while the ends of a refused batch are written one by one fails no run', async () => {
  const clock = new ManualClock()
  const store = new PickyStore()
  await using scheduler = new Scheduler({ clock, jobStores: { default: store } })
  await scheduler.start()
  await scheduler.enqueueMany(() => 'done', [1, 2, 3])
  await clock.advance(5_000)
  expect(store.outages).toBe(0)
  expect((await scheduler.getRuns()).map(({ state, output }) => [state, output])).toEqual([
    ['completed', 'done'],
    ['completed', 'done'],
    ['completed', 'done'],
  ])
})
