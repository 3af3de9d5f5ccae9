/**
 * A fire time was skipped for `max-instances` although the run before it had ended: its end was on its way to the store, or
 * waited in a burst to be written with others.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { interval, MemoryJobStore, Scheduler } from '../../src/index.ts'
import type { Change, ChangeResult } from '../../src/jobs/record.ts'
import { historyOf, Recorder, SECOND, startedBench } from '../unit/scheduler/support.ts'

/** A store to which ends take long. */
class SlowToEnd extends MemoryJobStore {
  isOver: Promise<void> = Promise.resolve()

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    const isEnd = changes.some((change) => 'key' in change && change.patch?.lane === 'history')
    if (isEnd) await this.isOver
    return super.commit(changes)
  }
}

it('waits for an end that is on its way, and counts again', async () => {
  const store = new SlowToEnd()
  const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
  const recorder = new Recorder(clock)
  scheduler.register('work', recorder.handler)
  await scheduler.addJob('work', interval('1s'), { id: 'tick' })
  let end: () => void = () => undefined
  store.isOver = new Promise((resolve) => {
    end = resolve
  })
  await clock.advance(2 * SECOND)
  expect(recorder.times).toEqual([SECOND])
  end()
  await clock.advance(100)
  expect(recorder.inputs).toHaveLength(2)
  await clock.advance(SECOND)
  expect((await historyOf(scheduler, 'tick')).map(([, state]) => state)).toEqual([
    'completed',
    'completed',
    'completed',
  ])
})

it('does not count runs whose ends are gathered in a burst', async () => {
  const scheduler = new Scheduler({ history: { keep: 10_000 } })
  scheduler.register('work', () => undefined)
  const skipped: string[] = []
  scheduler.on('run:skipped', ({ runId, run }) => skipped.push(`${runId} ${run.reason}`))
  await scheduler.start()
  const jobs = (count: number, every: string) =>
    Array.from({ length: count }, () => ({ fn: 'work', trigger: interval(every) }))
  await scheduler.addJobs([...jobs(5_000, '1s'), ...jobs(20, '50ms')])
  await sleep(3 * SECOND)
  await scheduler.shutdown()
  expect(skipped.filter((text) => text.endsWith('max-instances'))).toEqual([])
})
