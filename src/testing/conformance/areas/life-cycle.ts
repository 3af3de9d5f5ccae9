/** Opening and closing. */

import assert from 'node:assert/strict'
import { idsOf, job, jobRecord, type Suite, start } from '../fixtures.ts'

export const LIFE_CYCLE: readonly RecordStoreCase[] = [
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
      await refuses(() => operation(store), 'STORE_CLOSED')
      await start(store)
      await store.shutdown()
      await refuses(() => operation(store), 'STORE_CLOSED')
    })
  }

  {
    name: 'can be started again',
    async run(suite) {
    const store = await suite.open()
    await store.shutdown()
    await start(store)
    await store.addJob(job('after'))
    assert.ok((idsOf(await store.getAllJobs())).includes('after'))
    },
  },

  {
    name: 'takes a second start and a second shutdown without harm',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('kept'))
    await start(store)
    assert.deepEqual(idsOf(await store.getAllJobs()), ['kept'])
    await store.shutdown()
    await store.shutdown()
    },
  },
]
