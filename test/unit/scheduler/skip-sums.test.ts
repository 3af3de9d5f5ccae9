/** Skipped fire times beyond the first hundred share one record: where it goes when its own place is taken. */

import { describe, expect, it } from 'vitest'
import { cron, interval } from '../../../src/index.ts'
import { at, DAY, Recorder, SECOND, START, STORES, startedBench } from './support.ts'

const MISSED = 1_000

describe.each(STORES)('a clock that is set back and mended, on %s', (_name, newStore) => {
  it.each([
    ['a little before where it was', 4_500],
    ['where it was', 5_500],
  ])('leaves no fire time without a record when it is mended to %s', async (_case, mendedTo) => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('tick', recorder.handler)
    const startDate = at(-MISSED * SECOND)
    await scheduler.addJob('tick', interval('1s', { startDate }), { id: 'job', history: { keep: 10_000 } })
    await clock.advance(5 * SECOND)
    await scheduler.pauseJob('job')
    clock.step(startDate.getTime() - 500 - clock.now())
    await scheduler.resumeJob('job')
    clock.step(START + mendedTo - clock.now())
    scheduler.wakeup()
    await clock.advance(2 * SECOND)

    const runs = await scheduler.getRuns({ jobId: 'job', limit: 10_000 })
    const covered = new Set<number>()
    for (const { dueAt, count } of runs) {
      for (let back = 0; back < count; back += 1) covered.add((dueAt.getTime() - START) / SECOND - back)
    }
    const owed = Array.from({ length: MISSED + 5 }, (_, index) => index - MISSED)
    expect(owed.filter((due) => !covered.has(due))).toEqual([])
    expect(runs.filter(({ count }) => count > 1).map(({ dueAt, count }) => [dueAt.getTime() - START, count])).toEqual([
      [0, MISSED - 99],
    ])
  })
})

it('a sum of more fire times than are counted says so also where it moved back', async () => {
  const { clock, scheduler } = await startedBench()
  scheduler.register('tick', () => undefined)
  await scheduler.addJob('tick', cron('* * * * * *'), { id: 'job', history: { keep: 10_000 } })
  await clock.advance(5 * SECOND)
  await scheduler.pauseJob('job')
  clock.step(-DAY)
  await scheduler.resumeJob('job')
  clock.step(DAY)
  scheduler.wakeup()
  await clock.advance(SECOND)
  const runs = await scheduler.getRuns({ jobId: 'job', limit: 10_000 })
  const [sum] = runs.filter(({ count }) => count > 1)
  expect([sum?.dueAt.getTime(), sum?.count]).toEqual([START, 10_000])
})
