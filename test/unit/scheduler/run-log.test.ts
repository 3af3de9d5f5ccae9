/** What handlers log is kept with their runs, and costs nobody anything else. */

import { describe, expect, it } from 'vitest'
import type { Logger, RunContext } from '../../../src/index.ts'
import type { Change } from '../../../src/jobs/record.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import {
  at,
  DAY,
  Gate,
  MINUTE,
  newBench,
  newDatabasePath,
  rejection,
  runOf,
  SECOND,
  STORES,
  settled,
  startedBench,
} from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** A store that takes everything but logs. */
class LoglessStore extends UnrulyStore {
  override async commit(changes: readonly Change[]) {
    if (changes.some(isLog)) throw new Error('logs are not taken here')
    return super.commit(changes)
  }
}

function isLog(change: Change): boolean {
  return ('key' in change ? change.key.kind : change.record.kind) === 'log'
}

describe.each(STORES)('the log of a run on %s', (_name, newStore) => {
  it('ZJ-25 keeps each level in order, with fields, time and attempt', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', async (_input: unknown, { log }: RunContext) => {
      for (const level of LEVELS) log[level]({ of: level, deep: [1, { at: at(0) }] }, `a line of ${level}`)
      log.info('only text')
      log.warn({ only: 'fields' })
      log.error(new RangeError('too far'))
    })
    const run = await scheduler.enqueue('work')
    await settled(clock, scheduler.waitForRun(run))
    const lines = await scheduler.getRunLog(run.id)
    expect(lines.slice(0, 6)).toEqual(
      LEVELS.map((level) => ({
        at: at(0),
        level,
        message: `a line of ${level}`,
        fields: { of: level, deep: [1, { at: at(0).toISOString() }] },
        attempt: 1,
      })),
    )
    expect(lines.slice(6)).toMatchObject([
      { level: 'info', message: 'only text', fields: null },
      { level: 'warn', message: '', fields: { only: 'fields' } },
      { level: 'error', message: 'too far', fields: { err: { name: 'RangeError', message: 'too far' } } },
    ])
  })

  it('is there within a second while the run is at work, and whole when it is heard to be over', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const run = await scheduler.enqueue('work')
    await clock.advance(0)
    gate.entered[0]?.log.info('begun')
    expect(await scheduler.getRunLog(run)).toEqual([])
    await clock.advance(SECOND)
    expect(await scheduler.getRunLog(run)).toMatchObject([{ message: 'begun', at: at(0) }])
    gate.entered[0]?.log.info('ended')
    gate.open()
    await settled(clock, scheduler.waitForRun(run))
    expect(await scheduler.getRunLog(run)).toMatchObject([{ message: 'begun' }, { message: 'ended', at: at(SECOND) }])
  })

  it('goes on with the lines of the next attempt', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', (_input: unknown, { log, attempt }: RunContext) => {
      log.info({ attempt }, 'trying')
      if (attempt < 3) throw new Error('not yet')
    })
    const run = await scheduler.enqueue('work', undefined, { retry: { attempts: 3, delay: '1s', jitter: 0 } })
    await settled(clock, scheduler.waitForRun(run))
    expect((await scheduler.getRunLog(run)).map(({ attempt, fields }) => [attempt, fields])).toEqual([
      [1, { attempt: 1 }],
      [2, { attempt: 2 }],
      [3, { attempt: 3 }],
    ])
  })

  it('has no secrets, and anything may be logged', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    scheduler.register('work', (_input: unknown, { log }: RunContext) => {
      log.info({ password: 'hunter2', headers: { Authorization: 'Bearer abc', cookie: 'id=1' } }, 'token=hunter2')
      log.info({ circle, call: () => 0, huge: 'x'.repeat(1_000_000), nul: '\0', half: '\ud800' })
      Reflect.apply(log.info, log, [undefined])
      Reflect.apply(log.info, log, [null, 7])
    })
    const run = await scheduler.enqueue('work')
    await settled(clock, scheduler.waitForRun(run))
    const lines = await scheduler.getRunLog(run)
    expect(lines).toHaveLength(4)
    expect(JSON.stringify(lines)).not.toContain('hunter2')
    expect(lines[0]?.fields).toEqual({ password: '***', headers: { Authorization: '***', cookie: '***' } })
    expect(lines[1]?.fields).toMatchObject({ circle: { self: '[circular]' }, call: '[function call]' })
    expect(JSON.stringify(lines).length).toBeLessThan(20_000)
  })

  it('is bounded: of 5,000 lines the last are kept', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', async (_input: unknown, { log }: RunContext) => {
      for (let index = 0; index < 5_000; index += 1) log.info(`line ${index}`)
    })
    const run = await scheduler.enqueue('work')
    await settled(clock, scheduler.waitForRun(run))
    const lines = await scheduler.getRunLog(run)
    expect(lines).toHaveLength(1_000)
    expect(lines[0]?.message).toBe('line 4000')
    expect(lines.at(-1)?.message).toBe('line 4999')
  })

  it('is removed with its run, or when it is old enough, and empty for a run that logged nothing', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', (isLogging: boolean, { log }: RunContext) => {
      if (isLogging) log.info('said')
    })
    const quiet = await scheduler.enqueue('work', false)
    const loud = await scheduler.enqueue('work', true)
    await clock.advance(SECOND)
    expect(await scheduler.getRunLog(quiet.id)).toEqual([])
    expect(await scheduler.getRunLog(loud.id)).toHaveLength(1)
    clock.step(8 * DAY)
    await clock.advance(MINUTE)
    expect(await scheduler.getRunLog(loud.id)).toEqual([])
    expect(await runOf(scheduler, loud.id)).toMatchObject({ state: 'completed' })
    expect(await rejection(scheduler.getRunLog('nobody'))).toMatchObject({ code: 'RUN_LOOKUP' })
  })

  it('is not kept of a run without history', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const run = await scheduler.enqueue('work', undefined, { history: { keep: 0 } })
    await clock.advance(0)
    gate.entered[0]?.log.info('said')
    await clock.advance(2 * SECOND)
    expect(await scheduler.getRunLog(run.id)).toEqual([])
  })
})

describe('a log that cannot be written', () => {
  it('ZJ-25 fails no run, keeps none from being renewed, and is no outage', async () => {
    const store = new LoglessStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '3s' })
    const errors: unknown[] = []
    scheduler.on('store:error', (event) => errors.push(event))
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const run = await scheduler.enqueue('work')
    await clock.advance(0)
    for (let second = 0; second < 10; second += 1) {
      gate.entered[0]?.log.info('said')
      await clock.advance(SECOND)
    }
    gate.open('done')
    expect(await settled(clock, scheduler.waitForRun(run))).toBe('done')
    expect(await scheduler.getRunLog(run)).toEqual([])
    expect(errors).toEqual([])
  })

  it('is written when the store answers again, each line once', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const run = await scheduler.enqueue('work')
    await clock.advance(0)
    const { log } = gate.entered[0] ?? {}
    log?.info('a')
    store.loseReply((changes) => changes.some(isLog))
    await clock.advance(SECOND)
    log?.info('b')
    await clock.advance(SECOND)
    log?.info('c')
    store.loseReply((changes) => changes.some(isLog))
    await clock.advance(SECOND)
    store.fail()
    log?.info('d')
    await clock.advance(2 * SECOND)
    store.behave()
    log?.info('e')
    await clock.advance(5 * SECOND)
    expect((await scheduler.getRunLog(run)).map(({ message }) => message)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})

it('the log of a run that is taken over goes on with the lines of its new owner', async () => {
  const path = newDatabasePath()
  const newScheduler = (workerId: string) =>
    newBench({ jobStores: { default: new SqliteJobStore({ path }) }, leaseDuration: '15s', workerId })
  const [dead, alive] = [newScheduler('dead'), newScheduler('alive')]
  const gate = new Gate()
  dead.scheduler.register('work', gate.handler)
  alive.scheduler.register('work', (_input: unknown, { log }: RunContext) => log.info('of the new owner'))
  const run = await dead.scheduler.enqueue('work')
  await dead.scheduler.start()
  await dead.clock.advance(0)
  gate.entered[0]?.log.info('of the old owner')
  await dead.clock.advance(SECOND)
  await alive.scheduler.start()
  await alive.clock.advance(20 * SECOND)
  const lines = await alive.scheduler.getRunLog(run.id)
  expect(lines.map(({ message, attempt }) => [message, attempt])).toEqual([
    ['of the old owner', 1],
    ['of the new owner', 2],
  ])
})

it('the scheduler\u2019s logger hears every line with the run and its job; levels it lacks go to the nearest', async () => {
  const heard: [string, object, string][] = []
  const method =
    (level: string): Logger['info'] =>
    (fields, message) =>
      void heard.push([level, fields, message])
  const logger = { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') }
  const { clock, scheduler } = await startedBench({ logger })
  scheduler.register('work', (_input: unknown, { log }: RunContext) => {
    for (const level of LEVELS) log[level]({ password: 'hunter2' }, level)
  })
  const run = await scheduler.enqueue('work')
  await settled(clock, scheduler.waitForRun(run))
  const bound = { runId: run.id, jobId: null, password: 'hunter2' }
  expect(heard.filter(([, fields]) => 'password' in fields)).toEqual([
    ['debug', bound, 'trace'],
    ['debug', bound, 'debug'],
    ['info', bound, 'info'],
    ['warn', bound, 'warn'],
    ['error', bound, 'error'],
    ['error', bound, 'fatal'],
  ])
})

it('a logger with trace and fatal hears them as such', async () => {
  const heard: string[] = []
  const method =
    (level: string): Logger['info'] =>
    () =>
      void heard.push(level)
  const logger: Logger = {
    trace: method('trace'),
    debug: method('debug'),
    info: () => undefined,
    warn: () => undefined,
    error: method('error'),
    fatal: method('fatal'),
  }
  const { clock, scheduler } = await startedBench({ logger })
  scheduler.register('work', (_input: unknown, { log: { trace, fatal } }: RunContext) => {
    trace('a')
    fatal('b')
  })
  await settled(clock, scheduler.waitForRun(await scheduler.enqueue('work')))
  expect(heard).toEqual(['trace', 'fatal'])
})

it('a run that says nothing is written when it is added, claimed and ended, and never else', async () => {
  const written: string[] = []
  class Listening extends UnrulyStore {
    override async commit(changes: readonly Change[]) {
      for (const change of changes) written.push('key' in change ? change.key.kind : change.record.kind)
      return super.commit(changes)
    }
  }
  const { clock, scheduler } = await startedBench({ jobStores: { default: new Listening() } })
  const gate = new Gate()
  scheduler.register('work', gate.handler)
  await scheduler.enqueue('work')
  await clock.advance(3 * SECOND)
  gate.open()
  await clock.advance(3 * SECOND)
  expect(written.filter((kind) => kind === 'run')).toHaveLength(3)
  expect(written).not.toContain('log')
})
