/** Opening and closing. */

import assert from 'node:assert/strict'
import type { RecordJobStore } from '../../../stores/record-job-store.ts'
import { idsOf, refuses } from '../assertions.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { job, jobRecord } from '../records.ts'

const OPERATIONS = {
  get: (store) => store.get([{ kind: 'job', id: 'a' }]),
  list: (store) => store.list({ kind: 'job', limit: 1 }),
  count: (store) => store.count({ kind: 'job' }),
  due: (store) => store.due({ lane: 'job', before: 0, limit: 1 }),
  nextDue: (store) => store.nextDue([{ lane: 'job' }]),
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
} satisfies Record<string, (store: RecordJobStore) => Promise<unknown>>

export const LIFE_CYCLE: readonly RecordStoreCase[] = [
  {
    name: 'declares what it can do',
    async run(bench) {
      const { persistent = false, shared = false } = bench.capabilities
      const declared = bench.make().capabilities
      assert.deepEqual([declared.persistent, declared.shared], [persistent, shared])
    },
  },
  ...Object.entries(OPERATIONS).map(
    ([name, operation]): RecordStoreCase => ({
      name: `refuses ${name} before it is started and after it is shut down`,
      async run(bench) {
        const store = bench.make()
        await refuses(() => operation(store), 'STORE_CLOSED')
        await bench.start(store)
        await store.shutdown()
        await refuses(() => operation(store), 'STORE_CLOSED')
      },
    }),
  ),
  {
    name: 'tells what time its server has, never back, or leaves that to the process',
    async run(bench) {
      const store = await bench.open()
      const [first, second] = [await store.serverTime(), await store.serverTime()]
      if (first === undefined) assert.equal(second, undefined)
      else
        assert.ok(second !== undefined && second >= first && first > Date.UTC(2020, 0, 1), `${first}, then ${second}`)
    },
  },
  {
    name: 'can be started again',
    async run(bench) {
      const store = await bench.open()
      await store.shutdown()
      await bench.start(store)
      await store.addJob(job('after'))
      assert.ok(idsOf(await store.getAllJobs()).includes('after'))
    },
  },
  {
    name: 'takes a second start and a second shutdown without harm',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('kept'))
      await bench.start(store)
      assert.deepEqual(idsOf(await store.getAllJobs()), ['kept'])
      await store.shutdown()
      await store.shutdown()
    },
  },
]
