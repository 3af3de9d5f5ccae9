/**
 * A process that was stopped holds the version of a job. Meanwhile the job is removed and added again under its id. What
 * the process writes late must be refused, though the new job had as many changes as the old one (found by the simulation:
 * a pause was undone by a fire of the job's earlier life).
 */

import { expect, it } from 'vitest'
import { interval, MemoryJobStore } from '../../src/index.ts'
import { startedBench } from '../unit/scheduler/support.ts'

it('a change for the earlier life of a job does nothing to the later one', async () => {
  const store = new MemoryJobStore()
  const { scheduler } = await startedBench({ jobStores: { default: store } })
  const key = { kind: 'job', id: 'job' } as const
  const add = () => scheduler.addJob(() => undefined, interval('1h'), { id: 'job' })
  await add()
  const [before] = await store.get([key])
  await scheduler.removeJob('job')
  await add()
  const [result] = await store.commit([{ expect: before?.version ?? 0, key, patch: { due: 1 } }])
  expect(result?.applied).toBe(false)
  expect((await scheduler.getJob('job'))?.nextRunTime?.getTime()).toBeGreaterThan(1)
})
