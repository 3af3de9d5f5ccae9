import { describe, expect, it } from 'vitest'
import { interval, Scheduler } from '../../../src/index.ts'
import { resolveSettings } from '../../../src/scheduler/settings.ts'
import { ManualClock } from '../../../src/testing.ts'

const MINUTE = 60_000

describe('ZJ-27 the settings of a scheduler', () => {
  it('have defaults for everything', () => {
    expect(resolveSettings({})).toMatchObject({
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      jobStores: { default: 'memory:' },
      executors: { default: { type: 'async' } },
      queues: ['critical', 'default', 'low'],
      leaseMs: 15_000,
      pollMs: 1_000,
      roles: { schedule: true, execute: true },
      workerId: expect.stringMatching(/^[\w-]{8,}/),
      jobDefaults: {
        executor: 'default',
        store: 'default',
        queue: 'default',
        priority: 0,
        tags: [],
        metadata: {},
        policy: {
          coalesce: true,
          maxInstances: 1,
          overlap: 'skip',
          maxRuns: null,
          misfireGraceMs: null,
          timeoutMs: null,
          retry: { attempts: 1 },
          onCrash: 'retry',
          history: { keep: 100, maxAgeMs: 30 * 24 * 60 * MINUTE, logMaxAgeMs: 7 * 24 * 60 * MINUTE },
        },
      },
    })
  })

  it('differ in their worker ids', () => {
    expect(resolveSettings({}).workerId).not.toBe(resolveSettings({}).workerId)
  })

  it('are taken as given, with durations as text or milliseconds', () => {
    const settings = resolveSettings({ leaseDuration: '1m', pollInterval: 250, history: { keep: 5, maxAge: '1d' } })
    expect(settings).toMatchObject({ leaseMs: MINUTE, pollMs: 250 })
    expect(settings.jobDefaults.policy.history).toMatchObject({ keep: 5, maxAgeMs: 24 * 60 * MINUTE })
  })

  it('may be JSON with durations as .NET writes them', async () => {
    const text = JSON.stringify({
      leaseDuration: '00:05:00',
      pollInterval: '00:00:00.250',
      history: { maxAge: '30.00:00:00', logs: '7.00:00:00' },
      jobDefaults: { timeout: '01:00:00', retry: { attempts: 4, delay: '00:00:30' } },
    })
    expect(resolveSettings(JSON.parse(text))).toMatchObject({
      leaseMs: 5 * MINUTE,
      pollMs: 250,
      jobDefaults: {
        policy: {
          timeoutMs: 60 * MINUTE,
          retry: { attempts: 4, baseMs: MINUTE / 2 },
          history: { maxAgeMs: 30 * 24 * 60 * MINUTE, logMaxAgeMs: 7 * 24 * 60 * MINUTE },
        },
      },
    })
    const scheduler = Scheduler.fromConfig(text)
    expect(await scheduler.addJob(() => undefined)).toMatchObject({ timeout: 60 * MINUTE })
  })

  it('keep the default store beside those that are named', () => {
    expect(Object.keys(resolveSettings({ jobStores: { reports: 'memory:' } }).jobStores)).toEqual([
      'default',
      'reports',
    ])
  })

  it('let defaults of jobs go before the history of the scheduler', () => {
    const { jobDefaults } = resolveSettings({ history: { keep: 5 }, jobDefaults: { history: { keep: 7 } } })
    expect(jobDefaults.policy.history.keep).toBe(7)
  })

  it.each([
    [{ schedule: true, execute: false }, 'fires and never executes', ['pending']],
    [{ schedule: false, execute: true }, 'executes and never fires', []],
    [{}, 'does both', ['completed']],
  ])('with the roles %j, it %s', async (roles, _does, states) => {
    const clock = new ManualClock()
    const scheduler = Scheduler.fromConfig({ clock, roles, jobDefaults: { maxRuns: 1 } })
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('1m'), { id: 'job' })
    const enqueued = await scheduler.enqueue('work', 1)
    await scheduler.start()
    await clock.advance(MINUTE)
    expect((await scheduler.getRuns({ jobId: 'job' })).map(({ state }) => state)).toEqual(states)
    const expected = 'execute' in roles && !roles.execute ? 'pending' : 'completed'
    expect((await scheduler.getRun(enqueued.id))?.state).toBe(expected)
    await scheduler.shutdown({ wait: false })
  })
})
