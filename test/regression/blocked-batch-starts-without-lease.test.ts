/**
 * Found by the simulation: of runs claimed in one write, those behind a handler that kept the thread longer than a lease
 * were started although their leases were over; another process could have been at work on them.
 */

import { expect, it } from 'vitest'
import { interval, MemoryJobStore, Scheduler } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { START } from '../unit/scheduler/support.ts'

const LEASE_MS = 2_000

/** A clock by which a handler can keep the thread: time passes, and nothing else happens. */
class BlockingClock extends ManualClock {
  #blockedMs = 0

  block(ms: number): void {
    this.#blockedMs += ms
  }

  override now(): number {
    return super.now() + this.#blockedMs
  }

  override monotonic(): number {
    return super.monotonic() + this.#blockedMs
  }
}

it('a run starts only under a lease, whatever the handlers before it did', async () => {
  const clock = new BlockingClock(START)
  const store = new MemoryJobStore()
  const scheduler = new Scheduler({ clock, timezone: 'UTC', leaseDuration: LEASE_MS, jobStores: { default: store } })
  const leases: { readonly now: number; readonly until: number }[] = []
  scheduler.register('work', async (_input: unknown, run) => {
    const now = clock.now()
    const [record] = await store.get([{ kind: 'run', id: run.id }])
    leases.push({ now, until: record?.due ?? 0 })
  })
  scheduler.register('blocks', () => clock.block(LEASE_MS + 1))
  await scheduler.addJob('blocks', interval('1m'), { id: 'a' })
  await scheduler.addJob('work', interval('1m'), { id: 'b' })
  await scheduler.start()
  await clock.advance(61_000)
  expect(leases).toHaveLength(1)
  expect(leases.filter(({ now, until }) => until <= now)).toEqual([])
})
