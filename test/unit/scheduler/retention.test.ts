/** How long finished runs are kept, by the state they ended in. */

import { describe, expect, it } from 'vitest'
import { JobResult, type RunContext, type Scheduler } from '../../../src/index.ts'
import type { ManualClock } from '../../../src/testing/manual-clock.ts'
import { DAY, MINUTE, newBench, runOf, STORES, startedBench } from './support.ts'

/** Lets days pass without anybody looking, and then a little more for what is due. */
async function passDays(clock: ManualClock, days: number): Promise<void> {
  clock.step(days * DAY)
  await clock.advance(MINUTE)
  await clock.settle()
}

async function inputsOf(scheduler: Scheduler): Promise<unknown[]> {
  return (await scheduler.getRuns()).map(({ input }) => input).sort()
}

describe.each(STORES)('retention on %s', (_name, newStore) => {
  it('ZJ-26 a finished run is there after 29 days and gone after 31', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 'kept')
    await clock.advance(0)
    await passDays(clock, 29)
    expect(await inputsOf(scheduler)).toEqual(['kept'])
    await passDays(clock, 2)
    expect(await scheduler.getRuns()).toEqual([])
  })

  it('ZJ-26 its log is there after 6 days and gone after 8, while the run stays', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', (_input: unknown, run: RunContext) => run.log.info('at work'))
    const run = await scheduler.enqueue('work')
    const short = await scheduler.enqueue('work', 1, { history: { logs: '1d' } })
    await clock.advance(0)
    expect(await scheduler.getRunLog(short)).toMatchObject([{ message: 'at work' }])
    await passDays(clock, 6)
    expect(await scheduler.getRunLog(run)).toMatchObject([{ message: 'at work' }])
    expect(await scheduler.getRunLog(short)).toEqual([])
    await passDays(clock, 2)
    expect(await scheduler.getRunLog(run)).toEqual([])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed' })
  })

  it('each state may have an age of its own', async () => {
    const { clock, scheduler } = await startedBench({
      jobStores: { default: newStore() },
      history: { maxAge: '2d', byState: { failed: '20d', cancelled: '5d' } },
    })
    scheduler.register('work', (input: string) => {
      if (input === 'failed') throw new Error('no')
      return input === 'cancelled' ? JobResult.cancelled() : undefined
    })
    for (const input of ['completed', 'failed', 'cancelled']) await scheduler.enqueue('work', input)
    await scheduler.enqueue('work', 'sooner', { history: { byState: { completed: '1d' } } })
    await clock.advance(0)
    expect(await inputsOf(scheduler)).toEqual(['cancelled', 'completed', 'failed', 'sooner'])
    await passDays(clock, 1)
    expect(await inputsOf(scheduler)).toEqual(['cancelled', 'completed', 'failed'])
    await passDays(clock, 2)
    expect(await inputsOf(scheduler)).toEqual(['cancelled', 'failed'])
    await passDays(clock, 3)
    expect(await inputsOf(scheduler)).toEqual(['failed'])
    await passDays(clock, 15)
    expect(await scheduler.getRuns()).toEqual([])
  })
})

describe('retention', () => {
  it('is seen in the view of a job', async () => {
    const { scheduler } = newBench()
    const plain = await scheduler.addJob(() => undefined)
    expect(plain.history).toEqual({ keep: 100, maxAge: 30 * DAY, byState: {}, logs: 7 * DAY })
    const own = await scheduler.addJob(() => undefined, null, { history: { byState: { failed: '90d' }, logs: '1d' } })
    expect(own.history).toEqual({ keep: 100, maxAge: 30 * DAY, byState: { failed: 90 * DAY }, logs: DAY })
  })
})
