/** Opening and closing. */

import { expect, it } from 'vitest'
import { idsOf, job, jobRecord, type Suite, start } from '../fixtures.ts'

export function describeLifeCycle(suite: Suite): void {
  const operations = {
    get: (store) => store.get([{ kind: 'job', id: 'a' }]),
    list: (store) => store.list({ kind: 'job', limit: 1 }),
    count: (store) => store.count({ kind: 'job' }),
    due: (store) => store.due({ lane: 'job', before: 0, limit: 1 }),
    nextDue: (store) => store.nextDue({ lane: 'job' }),
    countActive: (store) => store.countActive(['a']),
    commit: (store) => store.commit([{ expect: 0, record: jobRecord('a') }]),
    trim: (store) => store.trim([{ jobId: 'a', functionRef: 'work', keep: 0 }]),
    removeJobs: (store) => store.removeJobs(),
    lookupJob: (store) => store.lookupJob('a'),
    getDueJobs: (store) => store.getDueJobs(new Date(0)),
    getNextRunTime: (store) => store.getNextRunTime(),
    getAllJobs: (store) => store.getAllJobs(),
    addJob: (store) => store.addJob(job('a')),
    updateJob: (store) => store.updateJob(job('a')),
    removeJob: (store) => store.removeJob('a'),
    removeAllJobs: (store) => store.removeAllJobs(),
  } satisfies Record<string, (store: Awaited<ReturnType<Suite['open']>>) => Promise<unknown>>

  for (const [name, operation] of Object.entries(operations)) {
    it(`refuses ${name} before it is started and after it is shut down`, async () => {
      const store = suite.make()
      await expect(operation(store)).rejects.toMatchObject({ code: 'STORE_CLOSED' })
      await start(store)
      await store.shutdown()
      await expect(operation(store)).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    })
  }

  it('can be started again', async () => {
    const store = await suite.open()
    await store.shutdown()
    await start(store)
    await store.addJob(job('after'))
    expect(idsOf(await store.getAllJobs())).toContain('after')
  })

  it('takes a second start and a second shutdown without harm', async () => {
    const store = await suite.open()
    await store.addJob(job('kept'))
    await start(store)
    expect(idsOf(await store.getAllJobs())).toEqual(['kept'])
    await store.shutdown()
    await store.shutdown()
  })
}
