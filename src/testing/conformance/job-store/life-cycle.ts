/** Opening and closing, and several stores on the same jobs. */

import assert from 'node:assert/strict'
import { asRead, idsOf, like, refuses } from '../assertions.ts'
import { job, MINUTE, NOW } from '../records.ts'
import type { JobStoreCase } from './methods.ts'

export const JOB_STORE_LIFE_CYCLE: readonly JobStoreCase[] = [
  {
    name: 'can be started again after it was shut down',
    async run(bench) {
      const store = await bench.open()
      await store.shutdown()
      await bench.start(store)
      await store.addJob(job('after'))
      assert.ok(idsOf(await store.getAllJobs()).includes('after'))
    },
  },
  {
    name: 'takes a second shutdown without harm',
    async run(bench) {
      const store = await bench.open()
      await store.shutdown()
      await store.shutdown()
    },
  },
  {
    name: 'says that its jobs outlive it, so that their functions need names',
    needs: 'persistent',
    async run(bench) {
      assert.equal(bench.make().persistent, true)
    },
  },
  {
    name: 'has everything again after it was closed and opened by another',
    needs: 'persistent',
    async run(bench) {
      const name = bench.newName()
      const first = await bench.open({ name })
      const kept = job('kept', NOW + MINUTE, { spec: { input: { since: new Date(NOW) }, tags: ['a'] } })
      await first.addJob(kept)
      await first.addJob(job('gone'))
      await first.removeJob('gone')
      await first.shutdown()

      const second = await bench.open({ name })
      assert.deepEqual((await second.getAllJobs()).map(asRead), [asRead(kept)])
      assert.deepEqual(await second.getNextRunTime(), new Date(NOW + MINUTE))
    },
  },
  {
    name: 'shows the jobs of one store to another on the same data',
    needs: 'shared',
    async run(bench) {
      const name = bench.newName()
      const [left, right] = [await bench.open({ name }), await bench.open({ name })]
      await left.addJob(job('shared'))
      assert.deepEqual(idsOf(await right.getAllJobs()), ['shared'])
      await refuses(() => right.addJob(job('shared')), 'CONFLICTING_ID')
      await right.updateJob(job('shared', null, { state: 'paused' }))
      like(await left.lookupJob('shared'), { nextRunTime: null, paused: true })
      await right.removeJob('shared')
      assert.equal((await left.lookupJob('shared')) ?? undefined, undefined)
    },
  },
  {
    name: 'keeps the data of stores with different names apart',
    async run(bench) {
      const [left, right] = [await bench.open(), await bench.open()]
      await left.addJob(job('left'))
      assert.deepEqual(await right.getAllJobs(), [])
      await right.addJob(job('left'))
      await right.removeAllJobs()
      assert.deepEqual(idsOf(await left.getAllJobs()), ['left'])
    },
  },
]
