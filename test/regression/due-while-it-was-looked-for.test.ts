/**
 * A run that another process added became due while this one looked in vain, as it often does where the clock that judges due
 * times is a few milliseconds behind here: it was put off as if the store had named a time without having anything.
 */

import { expect, it } from 'vitest'
import { MemoryJobStore } from '../../src/index.ts'
import type { Lane } from '../../src/jobs/record.ts'
import type { StoreCapabilities } from '../../src/stores/record-job-store.ts'
import type { DueQuery } from '../../src/stores/record-store.ts'
import { newBench, Recorder, START, startedBench } from '../unit/scheduler/support.ts'

/** A store that two schedulers share, and whose answers to what is due can be held back. */
class SharedStore extends MemoryJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: false, shared: true }
  answering: Promise<void> = Promise.resolve()

  override async due<L extends Lane>(query: DueQuery<L>) {
    const found = await super.due(query)
    await this.answering
    return found
  }
}

it('starts at once', async () => {
  const store = new SharedStore()
  const { clock, scheduler } = await startedBench({ jobStores: { default: store }, pollInterval: '10s' })
  const recorder = new Recorder(clock)
  scheduler.register('work', recorder.handler)
  const other = newBench({ clock, jobStores: { default: store }, roles: { execute: false } })
  other.scheduler.register('work', () => undefined)
  await clock.advance(1_000)

  let answer: () => void = () => undefined
  store.answering = new Promise((resolve) => {
    answer = resolve
  })
  scheduler.wakeup()
  await clock.advance(5)
  await other.scheduler.enqueue('work', 'late', { runAt: new Date(START + 1_003) })
  answer()
  await clock.advance(0)
  expect(recorder.times).toEqual([1_005])
})
