/**
 * A handler that keeps its thread for longer than a lease, or kills its process, took others with it: runs that were claimed
 * together with it, and never started, lost their leases three times, and were dead.
 */

import { expect, it } from 'vitest'
import { date, MemoryJobStore } from '../../src/index.ts'
import { ForwardingJobStore } from '../../src/testing/forwarding-job-store.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { at, type Bench, historyOf, newBench, SECOND, START } from '../unit/scheduler/support.ts'

const LEASE_MS = 2_000
const PROCESSES = 5
/** Each begins when the one before has been blocked for longer than its lease. */
const LIFE_MS = 3 * LEASE_MS

/** A process whose thread can be kept for ever: time goes on without it, and nothing of it reaches the store. */
class BlockableClock extends ManualClock {
  #blockedMs = 0

  block(): void {
    this.#blockedMs += 10 * LEASE_MS
  }

  override now(): number {
    return super.now() + this.#blockedMs
  }

  override monotonic(): number {
    return super.monotonic() + this.#blockedMs
  }
}

class StoreOfOne extends ForwardingJobStore {
  isBlocked = false

  protected override forward<T>(_operation: string, call: () => Promise<T>): Promise<T> {
    return this.isBlocked ? new Promise(() => undefined) : call()
  }
}

it('a run that blocks dies alone', async () => {
  const shared = new MemoryJobStore()
  const ids = Array.from({ length: 20 }, (_, index) => `job-${index}`)
  const processes = Array.from({ length: PROCESSES }, (_, index): Bench & { readonly store: StoreOfOne } => {
    const clock = new BlockableClock(START + index * LIFE_MS)
    const store = new StoreOfOne(shared)
    const bench = newBench({
      clock,
      jobStores: { default: store },
      leaseDuration: LEASE_MS,
      pollInterval: 250,
      workerId: `process-${index}`,
    })
    bench.scheduler.register('work', () => undefined)
    bench.scheduler.register('block', () => {
      store.isBlocked = true
      clock.block()
    })
    return { ...bench, store }
  })
  const [first] = processes
  await first?.scheduler.addJobs(
    ids.map((id) => ({ fn: id === 'job-3' ? 'block' : 'work', trigger: date(at(SECOND)), options: { id } })),
  )
  for (const { scheduler, clock } of processes) {
    await scheduler.start()
    await clock.advance(LIFE_MS)
  }
  const last = processes.find(({ store }) => !store.isBlocked)
  if (last === undefined) throw new Error('all are blocked')
  const states = await Promise.all(
    ids.map(async (id) => [id, (await historyOf(last.scheduler, id)).map(([, state]) => state)]),
  )
  expect(states).toEqual(ids.map((id) => [id, [id === 'job-3' ? 'dead' : 'completed']]))
})
