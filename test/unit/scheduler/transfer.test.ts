/** Jobs out of a scheduler as text, and into one again. */

import { describe, expect, it } from 'vitest'
import { and, calendarInterval, cron, date, interval } from '../../../src/index.ts'
import { at, DAY, jobOf, MINUTE, newBench, Recorder, recordEvents, rejection, STORES, startedBench } from './support.ts'

describe.each(STORES)('export and import on %s', (_name, newStore) => {
  it('a job comes back as it was, with its place in time', async () => {
    const source = newBench({ jobStores: { default: newStore() } })
    source.scheduler.register('work', () => undefined)
    const input = { when: new Date(7), list: [1n, undefined], bytes: new Uint8Array([1, 2]) }
    const options = {
      input,
      tags: ['a', 'b'],
      metadata: { owner: 'ann' },
      retry: 3,
      timeout: '5m',
      maxRuns: 9,
      queue: 'low',
      priority: -3,
      misfireGraceTime: '1h',
      coalesce: false,
      history: { keep: 5, maxAge: '1d' },
    }
    const triggers = {
      cron: cron('0 9 * * 1-5', { timezone: 'Europe/Athens' }),
      interval: interval('90s'),
      date: date(at(DAY)),
      calendar: calendarInterval({ months: 1, hour: 3 }),
      and: and(cron('0 * * * *'), interval('30m')),
    }
    for (const [id, trigger] of Object.entries(triggers))
      await source.scheduler.addJob('work', trigger, { ...options, id })
    await source.scheduler.addJob('work', interval('1m'), { id: 'paused', paused: true })
    const before = await source.scheduler.getJobs()

    const target = newBench({ jobStores: { default: newStore() } })
    const imported = await target.scheduler.importJobs(await source.scheduler.exportJobs())
    expect(new Set(imported.map(({ id }) => id))).toEqual(new Set(before.map(({ id }) => id)))
    const after = await target.scheduler.getJobs()
    expect(after.map(({ trigger, ...job }) => ({ ...job, trigger: trigger.toJSON() }))).toEqual(
      before.map(({ trigger, ...job }) => ({ ...job, trigger: trigger.toJSON() })),
    )
  })

  it('an id that is taken is refused before anything is written, and replaced when wished', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('1m'), { id: 'a', input: 'exported' })
    await scheduler.addJob('work', interval('1m'), { id: 'b', input: 'exported' })
    const text = await scheduler.exportJobs()
    await scheduler.removeJob('b')
    await scheduler.modifyJob('a', { input: 'changed' })
    expect(await rejection(scheduler.importJobs(text))).toMatchObject({ code: 'CONFLICTING_ID', details: { id: 'a' } })
    expect(await scheduler.getJob('b')).toBeUndefined()

    const events = recordEvents(scheduler)
    await scheduler.importJobs(text, { replaceExisting: true })
    expect(await jobOf(scheduler, 'a')).toMatchObject({ input: 'exported' })
    expect(await jobOf(scheduler, 'b')).toMatchObject({ input: 'exported' })
    expect(events.sort()).toEqual(['job:added b', 'job:modified a'])
    await scheduler.modifyJob('a', { input: 'changed again' })
    expect(await jobOf(scheduler, 'a')).toMatchObject({ input: 'changed again' })
  })
})

describe('export and import', () => {
  it('imported jobs fire, also those that are overdue', async () => {
    const source = newBench()
    source.scheduler.register('work', () => undefined)
    await source.scheduler.addJob('work', interval('1m'), { id: 'tick' })
    const text = await source.scheduler.exportJobs()

    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await clock.advance(1.5 * MINUTE)
    await scheduler.importJobs(text)
    await clock.advance(MINUTE)
    expect(recorder.times).toEqual([1.5 * MINUTE, 2 * MINUTE])
  })

  it('only the jobs of a store or with a tag, into the store that is named', async () => {
    const { scheduler } = newBench({ jobStores: { other: 'memory:' } })
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('1m'), { id: 'plain' })
    await scheduler.addJob('work', interval('1m'), { id: 'tagged', tags: ['move'] })
    const text = await scheduler.exportJobs({ tag: 'move' })
    expect(JSON.parse(text)).toMatchObject({ jobs: [{ id: 'tagged' }] })
    await scheduler.importJobs(text, { store: 'other' })
    expect(await scheduler.getJobs({ store: 'other' })).toMatchObject([{ id: 'tagged', store: 'other' }])
  })

  it.each([
    ['no text', 7],
    ['no JSON', 'jobs'],
    ['another format', '{"format":"crontab","version":1,"jobs":[]}'],
    ['a later version', '{"format":"cronwright-jobs","version":2,"jobs":[]}'],
    ['jobs that are no list', '{"format":"cronwright-jobs","version":1,"jobs":{}}'],
    ['no trigger', '{"format":"cronwright-jobs","version":1,"jobs":[{"v":1,"id":"x"}]}'],
  ])('refuses %s', async (_name, text) => {
    const { scheduler } = newBench()
    expect(await rejection(scheduler.importJobs(text as string))).toMatchObject({
      code: expect.stringMatching(/^(INVALID_ARGUMENT|DESERIALIZATION)$/),
    })
    expect(await scheduler.getJobs()).toEqual([])
  })

  it('one bad job, or one id twice, keeps all from being added', async () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('1m'), { id: 'a' })
    const file = JSON.parse(await scheduler.exportJobs())
    await scheduler.removeJob('a')
    const [job] = file.jobs
    const bad = JSON.stringify({ ...file, jobs: [job, { ...job, id: 'b', maxInstances: 0 }] })
    expect(await rejection(scheduler.importJobs(bad))).toMatchObject({ code: 'DESERIALIZATION' })
    const twice = JSON.stringify({ ...file, jobs: [job, job] })
    expect(await rejection(scheduler.importJobs(twice))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { value: 'a' },
    })
    expect(await scheduler.getJobs()).toEqual([])
  })
})
