/**
 * A scheduler that is never started, as that of a web server that only adds jobs and runs, goes by the clock of the store's
 * server too: from its first call on, and after a day.
 */

import { expect, it } from 'vitest'
import { date, interval, MemoryJobStore } from '../../../src/index.ts'
import { DAY, HOUR, MINUTE, newBench } from './support.ts'

/** Its server's clock is three hours ahead of this machine's, and goes on evenly. */
class ServedStore extends MemoryJobStore {
  time = (): number => 0
  asked = 0

  override async serverTime(): Promise<number> {
    this.asked += 1
    return this.time()
  }
}

function bench() {
  const store = new ServedStore()
  const { clock, scheduler } = newBench({ jobStores: { default: store } })
  const epoch = clock.now() + 3 * HOUR - clock.monotonic()
  store.time = () => epoch + clock.monotonic()
  const handler = scheduler.register('work', () => undefined)
  return { store, clock, scheduler, handler }
}

it('what is enqueued with a delay after a day is due no earlier', async () => {
  const { store, clock, scheduler, handler } = bench()
  await scheduler.enqueue(handler)
  await clock.advance(DAY)
  const { dueAt } = await scheduler.enqueue(handler, undefined, { delay: '10m' })
  expect(dueAt.getTime()).toBe(store.time() + 10 * MINUTE)
})

it('a job that is added, changed or resumed after a day fires next in the future', async () => {
  const { store, clock, scheduler, handler } = bench()
  const every = interval('1m', { startDate: new Date(store.time()) })
  await scheduler.addJob(handler, every, { id: 'paused', paused: true })
  await clock.advance(DAY)
  const next = new Date(store.time() + MINUTE)
  expect(await scheduler.addJob(handler, every)).toMatchObject({ nextRunTime: next })
  expect(await scheduler.addJobs([{ fn: handler, trigger: every }])).toMatchObject([{ nextRunTime: next }])
  await clock.advance(DAY)
  expect(await scheduler.resumeJob('paused')).toMatchObject({ nextRunTime: new Date(store.time() + MINUTE) })
})

it('its very first call knows the time already', async () => {
  const added = bench()
  const job = await added.scheduler.addJob(added.handler)
  expect(job.nextRunTime).toEqual(new Date(added.store.time()))
  const once = await added.scheduler.addJob(added.handler, date(new Date(added.store.time() + MINUTE)))
  expect(once.nextRunTime).toEqual(new Date(added.store.time() + MINUTE))
  const many = bench()
  expect(await many.scheduler.addJobs([{ fn: many.handler }])).toMatchObject([
    { nextRunTime: new Date(many.store.time()) },
  ])
})

it('calls at once ask the server once', async () => {
  const { store, clock, scheduler, handler } = bench()
  await scheduler.enqueue(handler)
  await clock.advance(DAY)
  const before = store.asked
  await Promise.all(Array.from({ length: 10 }, () => scheduler.enqueue(handler)))
  expect(store.asked).toBe(before + 1)
})
