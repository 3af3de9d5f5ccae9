/** The ten methods that a scheduler needs of any job store. */

import assert from 'node:assert/strict'
import { DEFAULT_POLICY } from '../../../jobs/policy.ts'
import { cron } from '../../../triggers/index.ts'
import { asRead, idsOf, like, refuses } from '../assertions.ts'
import type { Case } from '../case.ts'
import { job, MINUTE, NOW } from '../records.ts'
import type { StoreBench } from '../store-bench.ts'

/** A sentence about any job store. */
export type JobStoreCase = Case<StoreBench>

export const JOB_STORE_METHODS: readonly JobStoreCase[] = [
  {
    name: 'adds a job and finds it by its id, with everything it has',
    async run(bench) {
      const store = await bench.open()
      const added = job('weekday-report', NOW + MINUTE, {
        functionRef: 'send-report',
        queue: 'critical',
        priority: 7,
        status: { fires: 3 },
        spec: {
          name: 'Report',
          trigger: cron('0 9 * * 1-5', { timezone: 'Europe/Athens' }),
          input: { to: 'a@b.c' },
          executor: 'threads',
          policy: { ...DEFAULT_POLICY, maxRuns: 10, maxInstances: 2, onCrash: 'unknown' },
          tags: ['mail', 'daily'],
          metadata: { owner: 'ops' },
        },
      })
      await store.addJob(added)

      assert.deepEqual(asRead(await store.lookupJob('weekday-report')), asRead(added))
    },
  },
  {
    name: 'finds nothing under an unknown id',
    async run(bench) {
      const store = await bench.open()
      assert.equal((await store.lookupJob('nobody')) ?? undefined, undefined)
    },
  },
  {
    name: 'lists jobs by next run time, those without one last',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('paused', null, { state: 'paused' }))
      await store.addJob(job('later', NOW + 2 * MINUTE))
      await store.addJob(job('idle', null, { state: 'idle' }))
      await store.addJob(job('soon', NOW + MINUTE))

      const jobs = await store.getAllJobs()
      assert.deepEqual(idsOf(jobs).slice(0, 2), ['soon', 'later'])
      assert.deepEqual(idsOf(jobs).slice(2).sort(), ['idle', 'paused'])
      assert.deepEqual(
        jobs.filter(({ paused }) => paused).map(({ id }) => id),
        ['paused'],
      )
    },
  },
  {
    name: 'gives the jobs that are due, earliest first',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('later', NOW + 1))
      await store.addJob(job('now', NOW))
      await store.addJob(job('overdue', NOW - MINUTE))
      await store.addJob(job('paused', null, { state: 'paused' }))

      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW))), ['overdue', 'now'])
    },
  },
  {
    name: 'tells next run times within one second apart',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('half', NOW + 500))
      await store.addJob(job('almost', NOW + 499))

      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 498))), [])
      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 499))), ['almost'])
      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 500))), ['almost', 'half'])
    },
  },
  {
    name: 'knows the earliest next run time',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('later', NOW + MINUTE))
      await store.addJob(job('paused', null, { state: 'paused' }))
      await store.addJob(job('soon', NOW + 1))

      assert.deepEqual(await store.getNextRunTime(), new Date(NOW + 1))
    },
  },
  {
    name: 'has no next run time when it is empty or everything is paused',
    async run(bench) {
      const store = await bench.open()
      assert.equal((await store.getNextRunTime()) ?? null, null)
      await store.addJob(job('paused', null, { state: 'paused' }))
      assert.equal((await store.getNextRunTime()) ?? null, null)
    },
  },
  {
    name: 'refuses a second job with the same id and keeps the first',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('twice', NOW))

      await refuses(() => store.addJob(job('twice', NOW + MINUTE)), 'CONFLICTING_ID')
      assert.deepEqual((await store.lookupJob('twice'))?.nextRunTime, new Date(NOW))
    },
  },
  {
    name: 'updates everything of a job but its id',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('changing', NOW))
      const changed = job('changing', NOW + MINUTE, {
        functionRef: 'other',
        queue: 'low',
        priority: -1,
        spec: { name: 'Other', trigger: cron('* * * * *'), input: [1, 2], executor: 'threads', tags: ['x'] },
      })
      await store.updateJob(changed)

      assert.deepEqual(asRead(await store.lookupJob('changing')), asRead(changed))
    },
  },
  {
    name: 'moves a job when its next run time is updated',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('moving', NOW))
      await store.addJob(job('other', NOW + MINUTE))
      await store.updateJob(job('moving', NOW + 2 * MINUTE))

      assert.deepEqual(await store.getNextRunTime(), new Date(NOW + MINUTE))
      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 2 * MINUTE))), ['other', 'moving'])
    },
  },
  {
    name: 'takes a job out of what is due when its next run time is cleared',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('stopping', NOW))
      await store.updateJob(job('stopping', null, { state: 'paused' }))

      assert.deepEqual(await store.getDueJobs(new Date(NOW + MINUTE)), [])
      assert.equal((await store.getNextRunTime()) ?? null, null)
      like(await store.lookupJob('stopping'), { nextRunTime: null, paused: true })
    },
  },
  {
    name: 'refuses to update a job that does not exist',
    async run(bench) {
      const store = await bench.open()
      await refuses(() => store.updateJob(job('nobody')), 'JOB_LOOKUP')
      assert.deepEqual(await store.getAllJobs(), [])
    },
  },
  {
    name: 'removes a job',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('gone'))
      await store.addJob(job('kept'))
      await store.removeJob('gone')

      assert.equal((await store.lookupJob('gone')) ?? undefined, undefined)
      assert.deepEqual(idsOf(await store.getAllJobs()), ['kept'])
    },
  },
  {
    name: 'refuses to remove a job that does not exist',
    async run(bench) {
      const store = await bench.open()
      await refuses(() => store.removeJob('nobody'), 'JOB_LOOKUP')
    },
  },
  {
    name: 'takes a removed id again',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('again', NOW))
      await store.removeJob('again')
      await store.addJob(job('again', NOW + MINUTE))

      assert.deepEqual((await store.lookupJob('again'))?.nextRunTime, new Date(NOW + MINUTE))
    },
  },
  {
    name: 'removes all jobs',
    async run(bench) {
      const store = await bench.open()
      await store.addJob(job('a'))
      await store.addJob(job('b', null))
      await store.removeAllJobs()

      assert.deepEqual(await store.getAllJobs(), [])
      assert.deepEqual(await store.getDueJobs(new Date(NOW)), [])
      assert.equal((await store.getNextRunTime()) ?? null, null)
      await store.removeAllJobs()
    },
  },
]
