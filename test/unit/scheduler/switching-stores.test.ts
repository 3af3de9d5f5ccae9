/**
 * A scheduler that goes on in another store does what it would have done in its own: the same life is led on after a copy
 * of the store, and after a copy of its file, and the two come out the same.
 */

import { copyFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { copyStore, cron, interval, type RunContext, type Scheduler } from '../../../src/index.ts'
import { ManualClock, type SteppedScheduler, steppedScheduler } from '../../../src/testing.ts'
import { newDatabasePath } from './support.ts'

interface Life {
  readonly stepped: SteppedScheduler
  /** What handlers were given, in order. */
  readonly calls: unknown[]
}

async function begin(path: string, clock: ManualClock, isSlow: () => boolean): Promise<Life> {
  const stepped = await steppedScheduler({ clock, jobStores: { default: `sqlite:${path}` } })
  const calls: unknown[] = []
  const note = (run: RunContext): void => {
    calls.push([run.jobId ?? run.id, run.dueAt.toISOString(), run.attempt, run.resume.checkpoint])
  }
  stepped.scheduler.register('work', (_input, run) => note(run))
  stepped.scheduler.register('flaky', async (_input, run) => {
    note(run)
    run.log.info({ attempt: run.attempt }, 'tried')
    await run.checkpoint({ tries: run.attempt })
    if (run.attempt < 3) throw new Error(`attempt ${run.attempt}`)
    return 'done at last'
  })
  stepped.scheduler.register('long', async (_input, run) => {
    note(run)
    await run.checkpoint('half')
    if (isSlow()) await new Promise((_resolve, reject) => run.signal.addEventListener('abort', reject))
  })
  return { stepped, calls }
}

/** Something of everything that decides what happens next. */
async function live(scheduler: Scheduler): Promise<void> {
  await scheduler.addJob('work', interval('7m'), { id: 'often', coalesce: false })
  await scheduler.addJob('work', cron('*/30 * * * *'), { id: 'coalesced', coalesce: true })
  await scheduler.addJob('work', interval('10m'), { id: 'thrice', maxRuns: 3, coalesce: false })
  await scheduler.addJob('work', interval('5m'), { id: 'paused' })
  await scheduler.pauseJob('paused')
  await scheduler.enqueue('flaky', null, { id: 'flaky', retry: { attempts: 3, delay: '40m', factor: 1 } })
  await scheduler.enqueue('long', null, { id: 'long' })
  await scheduler.enqueue('work', null, { unique: { key: 'order 7' }, delay: '50m' })
  await scheduler.queue('low').pause()
  await scheduler.enqueueMany('work', [1, 2, 3], { queue: 'low' })
}

async function leadOn({ stepped, calls }: Life): Promise<{ readonly calls: unknown[]; readonly ends: unknown[][] }> {
  const { scheduler } = stepped
  await stepped.settled()
  const again = await scheduler.enqueue('work', null, { unique: { key: 'order 7' } })
  await stepped.advance('45m')
  await scheduler.resumeJob('paused')
  await scheduler.queue('low').resume()
  await stepped.advance('30m')
  const jobs = (await scheduler.getJobs()).map(({ id, nextRunTime, paused, fires }) => [id, nextRunTime, paused, fires])
  const runs = await scheduler.getRuns({ limit: 1_000 })
  const ends = runs.map(({ id, state, attempt, reason, output }) => [id, state, attempt, reason, output])
  const log = (await scheduler.getRunLog('flaky')).map(({ fields }) => fields)
  await stepped.shutdown()
  return { ...{ again: again.id, jobs, log }, calls, ends: ends.sort() }
}

it('a scheduler goes on where it stood after its store was copied to another', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1, 0, 0, 30))
  let isSlow = true
  const [source, control, target] = [newDatabasePath(), newDatabasePath(), newDatabasePath()]
  const first = await begin(source, clock, () => isSlow)
  await live(first.stepped.scheduler)
  await first.stepped.advance('12m')
  await first.stepped.shutdown({ timeout: 0 })
  const over = (await first.stepped.scheduler.getRuns({ limit: 1_000 })).filter(({ state }) => state !== 'pending')
  await first.stepped.shutdown()
  isSlow = false
  copyFileSync(source, control)

  expect(await copyStore(`sqlite:${source}`, `sqlite:${target}`)).toMatchObject({
    copied: { jobs: 4, pendingRuns: 6, uniqueKeys: 1, pausedQueues: 1 },
    unreadable: [],
  })
  const later = clock.now() + 20 * 60_000
  const expected = await leadOn(await begin(control, new ManualClock(later), () => isSlow))
  const actual = await leadOn(await begin(target, new ManualClock(later), () => isSlow))
  expect(over.length).toBeGreaterThan(0)
  expect(expected.calls.length).toBeGreaterThan(20)
  // Finished runs stay behind.
  expect(actual).toEqual({ ...expected, ends: expected.ends.filter(([id]) => !over.some((run) => run.id === id)) })
})
