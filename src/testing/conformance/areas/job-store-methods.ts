/** The ten methods that a scheduler needs of any job store. */

import assert from 'node:assert/strict'
import type { CronwrightError } from '../../../errors.ts'
import { DEFAULT_POLICY } from '../../../jobs/policy.ts'
import { jsonSerializer, type Serializer } from '../../../jobs/serializer.ts'
import { cron } from '../../../triggers/index.ts'
import { finishedRun, getRun, idsOf, insert, job, jobRecord, MINUTE, NOW, type Suite } from '../fixtures.ts'

/** Cannot read what a later release wrote. */
const forgetful: Serializer = {
  encode: jsonSerializer.encode,
  decode(text) {
    if (text.includes('from the future')) throw new Error('unreadable')
    return jsonSerializer.decode(text)
  },
}

export const JOB_STORE_METHODS: readonly RecordStoreCase[] = [
  {
    name: 'adds a job and finds it by its id, with everything it has',
    async run(suite) {
    const store = await suite.open()
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

    const { trigger, ...found } = (await store.lookupJob('weekday-report')) ?? added
    const { trigger: given, ...rest } = added
    assert.notEqual(found, added)
    assert.deepEqual(found, rest)
    assert.deepEqual(trigger.toJSON(), given.toJSON())
    },
  },

  {
    name: 'finds nothing under an unknown id',
    async run(suite) {
    const store = await suite.open()
    assert.equal(await store.lookupJob('nobody'), undefined)
    },
  },

  {
    name: 'lists jobs by next run time, those without one last',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('paused', null, { state: 'paused' }))
    await store.addJob(job('later', NOW + 2 * MINUTE))
    await store.addJob(job('idle', null, { state: 'idle' }))
    await store.addJob(job('soon', NOW + MINUTE))

    const jobs = await store.getAllJobs()
    assert.deepEqual(idsOf(jobs), ['soon', 'later', 'idle', 'paused'])
    assert.deepEqual(jobs.map(({ paused }) => paused), [false, false, false, true])
    },
  },

  {
    name: 'lists every job where there are more than a page, all created in the same millisecond',
    async run(suite) {
    const store = await suite.open()
    const records = Array.from({ length: 2_100 }, (_, index) => `job-${index}`)
    await insert(store, ...records.map((id) => jobRecord(id)))

    assert.deepEqual(idsOf(await store.getAllJobs()).sort(), records.sort())
    },
  },

  {
    name: 'gives the jobs that are due, earliest first',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('later', NOW + 1))
    await store.addJob(job('now', NOW))
    await store.addJob(job('overdue', NOW - MINUTE))
    await store.addJob(job('paused', null, { state: 'paused' }))

    assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW))), ['overdue', 'now'])
    },
  },

  {
    name: 'tells next run times within one second apart',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('half', NOW + 500))
    await store.addJob(job('almost', NOW + 499))

    assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 498))), [])
    assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 499))), ['almost'])
    assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 500))), ['almost', 'half'])
    },
  },

  {
    name: 'knows the earliest next run time',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('later', NOW + MINUTE))
    await store.addJob(job('paused', null, { state: 'paused' }))
    await store.addJob(job('soon', NOW + 1))

    assert.deepEqual(await store.getNextRunTime(), new Date(NOW + 1))
    },
  },

  {
    name: 'has no next run time when it is empty or everything is paused',
    async run(suite) {
    const store = await suite.open()
    assert.equal(await store.getNextRunTime(), null)
    await store.addJob(job('paused', null, { state: 'paused' }))
    assert.equal(await store.getNextRunTime(), null)
    },
  },

  {
    name: 'refuses a second job with the same id and keeps the first',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('twice', NOW))

    await refuses(() => store.addJob(job('twice', NOW + MINUTE)), 'CONFLICTING_ID')
    assert.deepEqual((await store.lookupJob('twice'))?.nextRunTime, new Date(NOW))
    },
  },

  {
    name: 'updates everything of a job but its id',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('changing', NOW))
    const changed = job('changing', NOW + MINUTE, {
      functionRef: 'other',
      queue: 'low',
      priority: -1,
      spec: { name: 'Other', trigger: cron('* * * * *'), input: [1, 2], executor: 'threads', tags: ['x'] },
    })
    await store.updateJob(changed)

    const { trigger, ...found } = (await store.lookupJob('changing')) ?? changed
    const { trigger: given, ...rest } = changed
    assert.deepEqual(found, rest)
    assert.deepEqual(trigger.toJSON(), given.toJSON())
    },
  },

  {
    name: 'moves a job when its next run time is updated',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('moving', NOW))
    await store.addJob(job('other', NOW + MINUTE))
    await store.updateJob(job('moving', NOW + 2 * MINUTE))

    assert.deepEqual(await store.getNextRunTime(), new Date(NOW + MINUTE))
    assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW + 2 * MINUTE))), ['other', 'moving'])
    },
  },

  {
    name: 'takes a job out of what is due when its next run time is cleared',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('stopping', NOW))
    await store.updateJob(job('stopping', null, { state: 'paused' }))

    assert.deepEqual(await store.getDueJobs(new Date(NOW + MINUTE)), [])
    assert.equal(await store.getNextRunTime(), null)
    like(await store.lookupJob('stopping'), { nextRunTime: null, paused: true })
    },
  },

  {
    name: 'refuses to update a job that does not exist',
    async run(suite) {
    const store = await suite.open()
    await refuses(() => store.updateJob(job('nobody')), 'JOB_LOOKUP')
    assert.deepEqual(await store.getAllJobs(), [])
    },
  },

  {
    name: 'removes a job',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('gone'))
    await store.addJob(job('kept'))
    await store.removeJob('gone')

    assert.equal(await store.lookupJob('gone'), undefined)
    assert.deepEqual(idsOf(await store.getAllJobs()), ['kept'])
    },
  },

  {
    name: 'refuses to remove a job that does not exist',
    async run(suite) {
    const store = await suite.open()
    await refuses(() => store.removeJob('nobody'), 'JOB_LOOKUP')
    },
  },

  {
    name: 'takes a removed id again',
    async run(suite) {
    const store = await suite.open()
    await store.addJob(job('again', NOW))
    await store.removeJob('again')
    await store.addJob(job('again', NOW + MINUTE))

    assert.deepEqual((await store.lookupJob('again'))?.nextRunTime, new Date(NOW + MINUTE))
    },
  },

  {
    name: 'removes all jobs and leaves the runs',
    async run(suite) {
    const store = await suite.open()
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

  if (suite.keepsText) {
    it('sets a job aside that it cannot read, reports it once, and gives the others', async () => {
      const errors: CronwrightError[] = []
      const store = await suite.open({ serializer: forgetful }, errors)
      await store.addJob(job('broken', NOW, { spec: { input: 'from the future' } }))
      await store.addJob(job('sound', NOW))

      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW))), ['sound'])
      assert.deepEqual(idsOf(await store.getDueJobs(new Date(NOW))), ['sound'])
      assert.deepEqual(idsOf(await store.getAllJobs()), ['sound'])
      assert.deepEqual(errors.map(({ code, details }) => ({ code, id: details['id'] })), [
        { code: 'DESERIALIZATION', id: 'broken' },
      ])
      assert.equal(await store.count({ kind: 'job', states: ['undecodable'] }), 1)
    })

    it('lists every job although one of a full page cannot be read', async () => {
      const store = await suite.open({ serializer: forgetful })
      const ids = Array.from({ length: 1_500 }, (_, index) => `job-${index}`)
      await insert(store, jobRecord('broken', { at: NOW + 1, spec: { input: 'from the future' } }))
      await insert(store, ...ids.map((id) => jobRecord(id)))
      assert.deepEqual(idsOf(await store.getAllJobs()).sort(), ids.sort())
    })
  }
]
