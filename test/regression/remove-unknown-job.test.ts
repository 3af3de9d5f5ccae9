/** Removing a job that is not there ended the process with a null pointer. */

import { expect, it } from 'vitest'
import { JobLookupError } from '../../src/index.ts'
import { newBench, rejection, startedBench } from '../unit/scheduler/support.ts'

it('is an error that names the id, on a scheduler that runs and on one that does not', async () => {
  for (const { scheduler } of [newBench(), await startedBench()]) {
    const error = await rejection(scheduler.removeJob('nobody'))
    expect(error).toBeInstanceOf(JobLookupError)
    expect(error).toMatchObject({ message: expect.stringContaining('"nobody"'), details: { jobId: 'nobody' } })
  }
})

it('of two calls at once one removes the job, and the other says that there is none', async () => {
  const { scheduler } = await startedBench()
  await scheduler.addJob(() => undefined, undefined, { id: 'once', paused: true })
  const outcomes = await Promise.allSettled([scheduler.removeJob('once'), scheduler.removeJob('once')])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})
