/** What a job may hold, and how many there may be. */

import assert from 'node:assert/strict'
import { asRead, idsOf } from '../assertions.ts'
import { job, MINUTE, NOW } from '../records.ts'
import type { JobStoreCase } from './methods.ts'

const MANY = 200

export const JOB_CONTENTS: readonly JobStoreCase[] = [
  {
    name: 'gives the input of a job back as it was given',
    async run(bench) {
      const store = await bench.open()
      const input = {
        date: new Date(NOW),
        map: new Map([['key', new Set([1, 'two'])]]),
        bytes: new Uint8Array([0, 127, 255]),
        big: 2n ** 70n,
        none: undefined,
        numbers: [0, -0, 0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
        nested: [[[{ deep: null }]]],
      }
      await store.addJob(job('full', NOW, { spec: { input, metadata: { since: new Date(NOW) } } }))
      const found = await store.lookupJob('full')
      assert.deepEqual(found?.input, input)
      assert.deepEqual(found?.metadata, { since: new Date(NOW) })
    },
  },
  {
    name: 'keeps any text: emoji, quotes, line ends, every script',
    async run(bench) {
      const store = await bench.open()
      const text = `⏰ 👩‍👩‍👧 "quoted" 'single' \\ / ; -- DROP TABLE\n\r\t\u0000 ελληνικά 日本語 \u{10FFFF}`
      const id = '⏰ καθημερινή/"αναφορά" 日本語'
      const added = job(id, NOW, { functionRef: 'λειτουργία', queue: 'ουρά 🚀', spec: { input: text, tags: ['日報'] } })
      await store.addJob(added)
      assert.deepEqual(asRead(await store.lookupJob(id)), asRead(added))
      await store.removeJob(id)
      assert.deepEqual(await store.getAllJobs(), [])
    },
  },
  {
    name: 'tells ids apart that differ in case or accents only',
    async run(bench) {
      const store = await bench.open()
      const ids = ['job', 'Job', 'jôb', 'jo\u0302b', 'jób']
      for (const [index, id] of ids.entries()) await store.addJob(job(id, NOW + index))
      assert.deepEqual(idsOf(await store.getAllJobs()), ids)
      await store.removeJob('Job')
      assert.equal((await store.lookupJob('job'))?.id, 'job')
    },
  },
  {
    name: 'keeps an input of 1 MiB',
    async run(bench) {
      const store = await bench.open()
      const input = 'x'.repeat(2 ** 20)
      await store.addJob(job('large', NOW, { spec: { input } }))
      assert.equal((await store.lookupJob('large'))?.input, input)
    },
  },
  {
    name: `keeps ${MANY} jobs and finds the due ones among them`,
    async run(bench) {
      const store = await bench.open()
      const ids = Array.from({ length: MANY }, (_, index) => `job-${index}`)
      for (const [index, id] of ids.entries()) await store.addJob(job(id, NOW + (MANY - index) * MINUTE))
      assert.deepEqual(idsOf(await store.getAllJobs()), [...ids].reverse())
      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 3 * MINUTE))), [...ids].reverse().slice(0, 3))
    },
  },
]
