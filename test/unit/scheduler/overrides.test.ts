/** What an operator changes at runtime, on top of what code declares. */

import { describe, expect, it } from 'vitest'
import { interval, type JobOptions, MemoryJobStore, type Scheduler } from '../../../src/index.ts'
import {
  Gate,
  jobOf,
  MINUTE,
  newBench,
  Recorder,
  recordEvents,
  rejection,
  SECOND,
  STORES,
  startedBench,
} from './support.ts'

/** What a service does at each start. */
function deploy(scheduler: Scheduler, options: JobOptions = {}) {
  return scheduler.addJob('work', interval('1m'), { id: 'tick', replaceExisting: true, ...options })
}

describe.each(STORES)('overrides on %s', (_name, newStore) => {
  it('ZJ-38 survive a redeploy, whatever code declares by then', async () => {
    const store = newStore()
    const first = newBench({ jobStores: { default: store } }).scheduler
    first.register('work', () => undefined)
    await deploy(first, { timeout: '1m', queue: 'low' })
    const overrides = { timeout: '5m', retry: { attempts: 4 }, priority: 7 }
    const changed = await first.overrideJob('tick', overrides)
    expect(changed).toMatchObject({ timeout: 5 * MINUTE, retry: { attempts: 4 }, priority: 7, queue: 'low', overrides })
    expect(changed.declared).toMatchObject({ timeout: MINUTE, retry: { attempts: 1 }, priority: 0, queue: 'low' })

    await deploy(first, { timeout: '2m', queue: 'critical', retry: { attempts: 2, delay: '9s' } })
    const redeployed = await jobOf(first, 'tick')
    expect(redeployed).toMatchObject({ timeout: 5 * MINUTE, priority: 7, queue: 'critical', overrides })
    // What the operator did not say about retries is as code has it now.
    expect(redeployed.retry).toMatchObject({ attempts: 4, baseMs: 9 * SECOND })
    expect(redeployed.declared).toMatchObject({ timeout: 2 * MINUTE, retry: { attempts: 2 }, priority: 0 })
  })

  it('ZJ-38 removing them brings back what code declared last', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    const { trigger: _declared, ...declared } = await deploy(scheduler, { timeout: '1m', history: { keep: 5 } })
    await scheduler.overrideJob('tick', { timeout: null, history: { keep: 50 }, queue: 'low' })
    expect(await jobOf(scheduler, 'tick')).toMatchObject({ timeout: null, history: { keep: 50 }, queue: 'low' })
    expect(await scheduler.overrideJob('tick', null)).toMatchObject({ overrides: null, declared: null })
    const { trigger: _restored, ...restored } = await jobOf(scheduler, 'tick')
    expect(restored).toEqual(declared)

    await scheduler.overrideJob('tick', { timeout: '9m' })
    await deploy(scheduler, { timeout: '3m' })
    expect(await scheduler.overrideJob('tick', null)).toMatchObject({ timeout: 3 * MINUTE })
  })

  it('ZJ-38 hold for the runs that fire', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await deploy(scheduler)
    await scheduler.overrideJob('tick', { queue: 'low', maxRuns: 2 })
    await clock.advance(5 * MINUTE)
    expect(recorder.calls.map(({ run }) => run.queue)).toEqual(['low', 'low'])
    expect(await scheduler.getJob('tick')).toBeUndefined()
  })

  it('ZJ-38 stay on top of modifyJob, which changes what lies beneath', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await deploy(scheduler, { timeout: '1m' })
    await scheduler.overrideJob('tick', { timeout: '5m', priority: 3 })
    const modified = await scheduler.modifyJob('tick', { timeout: '2m', maxInstances: 4, name: 'renamed' })
    expect(modified).toMatchObject({ timeout: 5 * MINUTE, priority: 3, maxInstances: 4, name: 'renamed' })
    expect(modified.declared).toMatchObject({ timeout: 2 * MINUTE, priority: 0, maxInstances: 4 })
    expect(await scheduler.overrideJob('tick', null)).toMatchObject({
      timeout: 2 * MINUTE,
      priority: 0,
      name: 'renamed',
    })
  })

  it('ZJ-38 go along when jobs are exported and imported', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore(), other: new MemoryJobStore() } })
    scheduler.register('work', () => undefined)
    await deploy(scheduler, { timeout: '1m', retry: 3 })
    await scheduler.overrideJob('tick', { timeout: '5m', retry: { delay: ['1s', '2h'] } })
    const exported = await jobOf(scheduler, 'tick')
    await scheduler.importJobs(await scheduler.exportJobs(), { store: 'other' })
    const { trigger: _imported, ...imported } = (await scheduler.getJobs({ store: 'other' }))[0] ?? {}
    const { trigger: _exported, ...settings } = exported
    expect(imported).toEqual({ ...settings, store: 'other' })
    expect(await scheduler.overrideJob('tick', null, 'other')).toMatchObject({
      timeout: MINUTE,
      retry: { attempts: 3, delaysMs: null },
    })
  })

  it('a later override takes the place of the one before', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await deploy(scheduler, { timeout: '1m' })
    await scheduler.overrideJob('tick', { timeout: '5m' })
    expect(await scheduler.overrideJob('tick', { queue: 'low' })).toMatchObject({
      ...{ timeout: MINUTE, queue: 'low', overrides: { queue: 'low' } },
    })
  })
})

describe('overrides', () => {
  it('leave the place in time and a pause as they are', async () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    const { nextRunTime } = await deploy(scheduler)
    expect(await scheduler.overrideJob('tick', { timeout: '5m' })).toMatchObject({ nextRunTime, paused: false })
    await scheduler.pauseJob('tick')
    expect(await scheduler.overrideJob('tick', null)).toMatchObject({ nextRunTime: null, paused: true })
  })

  it('are a copy of what was given, and nothing where nothing was', async () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    await deploy(scheduler)
    const only = ['E_BUSY']
    await scheduler.overrideJob('tick', { retry: { attempts: 3, only }, timeout: undefined as never })
    only.push('E_GONE')
    expect((await jobOf(scheduler, 'tick')).overrides).toEqual({ retry: { attempts: 3, only: ['E_BUSY'] } })
    expect(await scheduler.overrideJob('tick', {})).toMatchObject({ overrides: null, declared: null })
  })

  it('are told as job:modified', async () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    await deploy(scheduler)
    const events = recordEvents(scheduler)
    await scheduler.overrideJob('tick', { timeout: '5m' })
    expect(events).toEqual(['job:modified tick'])
  })

  it('do not reach runs that are at work', async () => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await deploy(scheduler)
    await clock.advance(MINUTE)
    await scheduler.overrideJob('tick', { timeout: '1s' })
    await clock.advance(10 * SECOND)
    gate.open()
    await clock.advance(0)
    expect(await scheduler.getRuns()).toMatchObject([{ state: 'completed' }])
  })

  it.each<[unknown, string]>([
    [{ timeout: 'long' }, 'changes.timeout'],
    [{ retry: { delay: [] } }, 'changes.retry.delay'],
    [{ executor: 'threads' }, 'changes.executor'],
    [{ input: 5 }, 'changes.input'],
    [{ paused: true }, 'changes.paused'],
    [undefined, 'changes'],
    ['fast', 'changes'],
  ])('%j is refused by name', async (changes, field) => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    await deploy(scheduler)
    expect(await rejection(scheduler.overrideJob('tick', changes as never))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field },
    })
    expect(await jobOf(scheduler, 'tick')).toMatchObject({ overrides: null })
  })

  it('need a job', async () => {
    const { scheduler } = newBench()
    expect(await rejection(scheduler.overrideJob('nothing', { timeout: 1 }))).toMatchObject({ code: 'JOB_LOOKUP' })
  })
})
