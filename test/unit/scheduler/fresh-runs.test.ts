/** Runs that were just added here are claimed without being asked for, where nothing else is known to be due. */

import { describe, expect, it } from 'vitest'
import { MemoryJobStore } from '../../../src/index.ts'
import type { Lane } from '../../../src/jobs/record.ts'
import type { DueQuery } from '../../../src/stores/record-store.ts'
import { ForwardingJobStore, type StoreOperation } from '../../../src/testing/forwarding-job-store.ts'
import { type BenchOptions, Gate, MINUTE, Recorder, SECOND, startedBench } from './support.ts'

/** Counts how often it is asked which runs are due. */
class CountingStore extends ForwardingJobStore {
  asked = 0

  protected override forward<T>(_operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    return call()
  }

  override due<L extends Lane>(query: DueQuery<L>) {
    if (query.lane === 'run') this.asked += 1
    return super.due(query)
  }
}

const bench = async (options: BenchOptions = {}, core = new MemoryJobStore()) => {
  const store = new CountingStore(core)
  const { clock, scheduler } = await startedBench({ jobStores: { default: store }, ...options })
  const recorder = new Recorder(clock)
  scheduler.register('work', recorder.handler)
  await clock.advance(SECOND)
  store.asked = 0
  return { clock, scheduler, store, recorder }
}

describe('a run that was just added', () => {
  it('starts without a question', async () => {
    const { clock, scheduler, store, recorder } = await bench()
    for (const input of [1, 2, 3]) {
      await scheduler.enqueue('work', input)
      await clock.advance(0)
    }
    expect(recorder.calls.map(({ input }) => input)).toEqual([1, 2, 3])
    expect(store.asked).toBe(0)
  })

  it('starts behind those of queues and priorities that come first', async () => {
    const { clock, scheduler, store, recorder } = await bench()
    await scheduler.enqueue('work', 'low', { queue: 'low' })
    await scheduler.enqueueMany('work', ['first', 'second'])
    await scheduler.enqueue('work', 'preferred', { priority: 5 })
    await scheduler.enqueue('work', 'critical', { queue: 'critical' })
    await clock.advance(0)
    expect(recorder.calls.map(({ input }) => input)).toEqual(['critical', 'preferred', 'first', 'second', 'low'])
    expect(store.asked).toBe(0)
  })

  it('waits behind what has waited for longer', async () => {
    const { clock, scheduler, store, recorder } = await bench({
      executors: { default: { type: 'async', maxConcurrency: 1 } },
    })
    const gate = new Gate()
    scheduler.register('gate', gate.handler)
    await scheduler.enqueue('gate')
    await clock.advance(0)
    await scheduler.enqueue('work', 'early')
    await clock.advance(SECOND)
    await scheduler.enqueue('work', 'late')
    gate.open()
    await clock.advance(0)
    expect(recorder.calls.map(({ input }) => input)).toEqual(['early', 'late'])
    expect(store.asked).toBeGreaterThan(0)
  })

  it('does not start while its queue is paused, nor before it is due', async () => {
    const { clock, scheduler, recorder } = await bench()
    await scheduler.queue('default').pause()
    await scheduler.enqueue('work', 'paused')
    await scheduler.enqueue('work', 'delayed', { queue: 'low', delay: MINUTE })
    await clock.advance(SECOND)
    expect(recorder.calls).toEqual([])
    await scheduler.queue('default').resume()
    await clock.advance(MINUTE)
    expect(recorder.calls.map(({ input }) => input)).toEqual(['paused', 'delayed'])
  })

  it('is asked for with the others where they are more than a claim takes', async () => {
    const { clock, scheduler, store, recorder } = await bench()
    const inputs = Array.from({ length: 1_200 }, (_, index) => index)
    await scheduler.enqueueMany('work', inputs)
    await clock.advance(SECOND)
    expect(recorder.calls.map(({ input }) => input)).toEqual(inputs)
    expect(store.asked).toBeGreaterThan(0)
  })
})
