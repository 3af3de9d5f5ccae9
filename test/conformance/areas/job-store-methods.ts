/** The ten methods that a scheduler needs of any job store. */

import { expect, it } from 'vitest'
import type { CronwrightError } from '../../../src/errors.ts'
import { DEFAULT_POLICY } from '../../../src/jobs/policy.ts'
import { jsonSerializer, type Serializer } from '../../../src/jobs/serializer.ts'
import { cron } from '../../../src/triggers/index.ts'
import { finishedRun, getRun, idsOf, insert, job, jobRecord, MINUTE, NOW, type Suite } from '../fixtures.ts'

/** Cannot read what a later release wrote. */
const forgetful: Serializer = {
  encode: jsonSerializer.encode,
  decode(text) {
    if (text.includes('from the future')) throw new Error('unreadable')
    return jsonSerializer.decode(text)
  },
}

export function describeJobStoreMethods(suite: Suite): void {
  it('adds a job and finds it by its id, with everything it has', async () => {
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
    expect(found).not.toBe(added)
    expect(found).toEqual(rest)
    expect(trigger.toJSON()).toEqual(given.toJSON())
  })

  it('finds nothing under an unknown id', async () => {
    const store = await suite.open()
    expect(await store.lookupJob('nobody')).toBeUndefined()
  })

  it('lists jobs by next run time, those without one last', async () => {
    const store = await suite.open()
    await store.addJob(job('paused', null, { state: 'paused' }))
    await store.addJob(job('later', NOW + 2 * MINUTE))
    await store.addJob(job('idle', null, { state: 'idle' }))
    await store.addJob(job('soon', NOW + MINUTE))

    const jobs = await store.getAllJobs()
    expect(idsOf(jobs)).toEqual(['soon', 'later', 'idle', 'paused'])
    expect(jobs.map(({ paused }) => paused)).toEqual([false, false, false, true])
  })

  it('lists every job where there are more than a page, all created in the same millisecond', async () => {
    const store = await suite.open()
    const records = Array.from({ length: 2_100 }, (_, index) => `job-${index}`)
    await insert(store, ...records.map((id) => jobRecord(id)))

    expect(idsOf(await store.getAllJobs()).sort()).toEqual(records.sort())
  })

  it('gives the jobs that are due, earliest first', async () => {
    const store = await suite.open()
    await store.addJob(job('later', NOW + 1))
    await store.addJob(job('now', NOW))
    await store.addJob(job('overdue', NOW - MINUTE))
    await store.addJob(job('paused', null, { state: 'paused' }))

    expect(idsOf(await store.getDueJobs(new Date(NOW)))).toEqual(['overdue', 'now'])
  })

  it('tells next run times within one second apart', async () => {
    const store = await suite.open()
    await store.addJob(job('half', NOW + 500))
    await store.addJob(job('almost', NOW + 499))

    expect(idsOf(await store.getDueJobs(new Date(NOW + 498)))).toEqual([])
    expect(idsOf(await store.getDueJobs(new Date(NOW + 499)))).toEqual(['almost'])
    expect(idsOf(await store.getDueJobs(new Date(NOW + 500)))).toEqual(['almost', 'half'])
  })

  it('knows the earliest next run time', async () => {
    const store = await suite.open()
    await store.addJob(job('later', NOW + MINUTE))
    await store.addJob(job('paused', null, { state: 'paused' }))
    await store.addJob(job('soon', NOW + 1))

    expect(await store.getNextRunTime()).toEqual(new Date(NOW + 1))
  })

  it('has no next run time when it is empty or everything is paused', async () => {
    const store = await suite.open()
    expect(await store.getNextRunTime()).toBeNull()
    await store.addJob(job('paused', null, { state: 'paused' }))
    expect(await store.getNextRunTime()).toBeNull()
  })

  it('refuses a second job with the same id and keeps the first', async () => {
    const store = await suite.open()
    await store.addJob(job('twice', NOW))

    await expect(store.addJob(job('twice', NOW + MINUTE))).rejects.toMatchObject({ code: 'CONFLICTING_ID' })
    expect((await store.lookupJob('twice'))?.nextRunTime).toEqual(new Date(NOW))
  })

  it('updates everything of a job but its id', async () => {
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
    expect(found).toEqual(rest)
    expect(trigger.toJSON()).toEqual(given.toJSON())
  })

  it('moves a job when its next run time is updated', async () => {
    const store = await suite.open()
    await store.addJob(job('moving', NOW))
    await store.addJob(job('other', NOW + MINUTE))
    await store.updateJob(job('moving', NOW + 2 * MINUTE))

    expect(await store.getNextRunTime()).toEqual(new Date(NOW + MINUTE))
    expect(idsOf(await store.getDueJobs(new Date(NOW + 2 * MINUTE)))).toEqual(['other', 'moving'])
  })

  it('takes a job out of what is due when its next run time is cleared', async () => {
    const store = await suite.open()
    await store.addJob(job('stopping', NOW))
    await store.updateJob(job('stopping', null, { state: 'paused' }))

    expect(await store.getDueJobs(new Date(NOW + MINUTE))).toEqual([])
    expect(await store.getNextRunTime()).toBeNull()
    expect(await store.lookupJob('stopping')).toMatchObject({ nextRunTime: null, paused: true })
  })

  it('refuses to update a job that does not exist', async () => {
    const store = await suite.open()
    await expect(store.updateJob(job('nobody'))).rejects.toMatchObject({ code: 'JOB_LOOKUP' })
    expect(await store.getAllJobs()).toEqual([])
  })

  it('removes a job', async () => {
    const store = await suite.open()
    await store.addJob(job('gone'))
    await store.addJob(job('kept'))
    await store.removeJob('gone')

    expect(await store.lookupJob('gone')).toBeUndefined()
    expect(idsOf(await store.getAllJobs())).toEqual(['kept'])
  })

  it('refuses to remove a job that does not exist', async () => {
    const store = await suite.open()
    await expect(store.removeJob('nobody')).rejects.toMatchObject({ code: 'JOB_LOOKUP' })
  })

  it('takes a removed id again', async () => {
    const store = await suite.open()
    await store.addJob(job('again', NOW))
    await store.removeJob('again')
    await store.addJob(job('again', NOW + MINUTE))

    expect((await store.lookupJob('again'))?.nextRunTime).toEqual(new Date(NOW + MINUTE))
  })

  it('removes all jobs and leaves the runs', async () => {
    const store = await suite.open()
    await insert(store, finishedRun('job@1'))
    await store.addJob(job('a'))
    await store.addJob(job('b', null))
    expect(await store.removeJobs()).toBe(2)

    expect(await store.getAllJobs()).toEqual([])
    expect(await store.getNextRunTime()).toBeNull()
    expect(await getRun(store, 'job@1')).toBeDefined()
    await store.removeAllJobs()
    expect(await store.removeJobs()).toBe(0)
  })

  if (suite.keepsText) {
    it('sets a job aside that it cannot read, reports it once, and gives the others', async () => {
      const errors: CronwrightError[] = []
      const store = await suite.open({ serializer: forgetful }, errors)
      await store.addJob(job('broken', NOW, { spec: { input: 'from the future' } }))
      await store.addJob(job('sound', NOW))

      expect(idsOf(await store.getDueJobs(new Date(NOW)))).toEqual(['sound'])
      expect(idsOf(await store.getDueJobs(new Date(NOW)))).toEqual(['sound'])
      expect(idsOf(await store.getAllJobs())).toEqual(['sound'])
      expect(errors.map(({ code, details }) => ({ code, id: details['id'] }))).toEqual([
        { code: 'DESERIALIZATION', id: 'broken' },
      ])
      expect(await store.count({ kind: 'job', states: ['undecodable'] })).toBe(1)
    })

    it('lists every job although one of a full page cannot be read', async () => {
      const store = await suite.open({ serializer: forgetful })
      const ids = Array.from({ length: 1_500 }, (_, index) => `job-${index}`)
      await insert(store, jobRecord('broken', { at: NOW + 1, spec: { input: 'from the future' } }))
      await insert(store, ...ids.map((id) => jobRecord(id)))
      expect(idsOf(await store.getAllJobs()).sort()).toEqual(ids.sort())
    })
  }
}
