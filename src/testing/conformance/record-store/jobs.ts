/** What the ten methods do in terms of records: views, pages, and what cannot be read. */

import assert from 'node:assert/strict'
import type { CronwrightError } from '../../../errors.ts'
import { jsonSerializer, type Serializer } from '../../../jobs/serializer.ts'
import { idsOf } from '../assertions.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { finishedRun, getRun, insert, job, jobRecord, MINUTE, NOW } from '../records.ts'

/** Cannot read what a later release wrote. */
const forgetful: Serializer = {
  encode: jsonSerializer.encode,
  decode(text) {
    if (text.includes('from the future')) throw new Error('unreadable')
    return jsonSerializer.decode(text)
  },
}

export const JOBS: readonly RecordStoreCase[] = [
  {
    name: 'gives each caller a view of its own, under the alias that the store has here',
    async run(bench) {
      const store = await bench.open()
      const added = job('viewed', NOW, { spec: { input: { to: 'a@b.c' } } })
      await store.addJob(added)
      const [left, right] = [await store.lookupJob('viewed'), await store.lookupJob('viewed')]
      assert.notEqual(left, added)
      assert.notEqual(left, right)
      assert.equal(left?.store, store.alias)
    },
  },
  {
    name: 'orders jobs that come at the same time, or not at all, by their ids',
    async run(bench) {
      const store = await bench.open()
      const ids = ['d', 'b', 'c', 'a']
      for (const id of ids) await store.addJob(job(`timed-${id}`, NOW + MINUTE))
      for (const id of ids) await store.addJob(job(`idle-${id}`, null, { state: 'idle' }))
      const sorted = [...ids].sort()
      assert.deepEqual(idsOf(await store.getAllJobs()), [
        ...sorted.map((id) => `timed-${id}`),
        ...sorted.map((id) => `idle-${id}`),
      ])
    },
  },
  {
    name: 'lists every job where there are more than a page, all created in the same millisecond',
    async run(bench) {
      const store = await bench.open()
      const records = Array.from({ length: 2_100 }, (_, index) => `job-${index}`)
      await insert(store, ...records.map((id) => jobRecord(id)))

      assert.deepEqual(idsOf(await store.getAllJobs()).sort(), records.sort())
    },
  },
  {
    name: 'removes all jobs and leaves the runs',
    async run(bench) {
      const store = await bench.open()
      await insert(store, finishedRun('job@1'))
      await store.addJob(job('a'))
      await store.addJob(job('b', null))
      assert.equal(await store.removeJobs(), 2)

      assert.deepEqual(await store.getAllJobs(), [])
      assert.equal(await store.getNextRunTime(), null)
      assert.notEqual(await getRun(store, 'job@1'), undefined)
      await store.removeAllJobs()
      assert.equal(await store.removeJobs(), 0)
    },
  },
  {
    name: 'sets a job aside that it cannot read, reports it once, and gives the others',
    needs: 'text',
    async run(bench) {
      const errors: CronwrightError[] = []
      const store = await bench.open({ serializer: forgetful, errors })
      await store.addJob(job('broken', NOW, { spec: { input: 'from the future' } }))
      await store.addJob(job('sound', NOW))

      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW))), ['sound'])
      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW))), ['sound'])
      assert.deepEqual(idsOf(await store.getAllJobs()), ['sound'])
      assert.deepEqual(
        errors.map(({ code, details }) => ({ code, id: details['id'] })),
        [{ code: 'DESERIALIZATION', id: 'broken' }],
      )
      assert.equal(await store.count({ kind: 'job', states: ['undecodable'] }), 1)
    },
  },
  {
    name: 'lists every job although one of a full page cannot be read',
    needs: 'text',
    async run(bench) {
      const store = await bench.open({ serializer: forgetful })
      const ids = Array.from({ length: 1_500 }, (_, index) => `job-${index}`)
      await insert(store, jobRecord('broken', { at: NOW + 1, spec: { input: 'from the future' } }))
      await insert(store, ...ids.map((id) => jobRecord(id)))
      assert.deepEqual(idsOf(await store.getAllJobs()).sort(), ids.sort())
    },
  },
]
