/** Work items: runs of several functions on one queue, each for its own handler. */

import { describe, expect, it } from 'vitest'
import { cron, JobResult, type RunContext } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  DAY,
  Gate,
  MINUTE,
  newBench,
  newDatabasePath,
  Recorder,
  runOf,
  SECOND,
  START,
  STORES,
  settled,
  startedBench,
} from './support.ts'

describe.each(STORES)('work items on %s', (_name, newStore) => {
  it('FD-31 of three kinds go to their handlers: a function, an object, an inline one', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const seen: string[] = []
    scheduler.register('resize', (input: number) => void seen.push(`resize ${input}`))
    scheduler.register('mail', { run: (input: string) => void seen.push(`mail ${input}`) })
    const audit = scheduler.register('audit', async (input: boolean) => void seen.push(`audit ${input}`))
    const queue = 'default'
    await scheduler.enqueue('resize', 7, { queue })
    await scheduler.enqueue('mail', 'a@b.c', { queue })
    await scheduler.enqueue(audit, true, { queue })
    await clock.advance(0)
    expect(seen).toEqual(['resize 7', 'mail a@b.c', 'audit true'])
  })

  it('FD-10 have ids, and are taken first come, first served', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const runs = [
      await scheduler.enqueue('work', 1),
      await scheduler.enqueue('work', 2),
      await scheduler.enqueue('work', 3),
    ]
    expect(new Set(runs.map(({ id }) => id)).size).toBe(3)
    await scheduler.start()
    await clock.advance(0)
    expect(recorder.calls.map(({ run }) => run.id)).toEqual(runs.map(({ id }) => id))
  })

  it('FD-11 start as soon as they are enqueued, whatever the poll interval', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() }, pollInterval: '1h' })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await clock.advance(50)
    await scheduler.enqueue('work', 1)
    await clock.advance(0)
    expect(recorder.times).toEqual([50])
  })

  it('FD-12 say when they were due, taken and over, and how often they were tried', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', async (_input, run) => {
      await clock.sleep('2s')
      if (run.attempt === 1) throw new Error('not yet')
    })
    const { id } = await scheduler.enqueue('work', 1, { retry: { attempts: 2, delay: '10s' } })
    await clock.advance(SECOND)
    expect(await runOf(scheduler, id)).toMatchObject({
      attempt: 1,
      dueAt: new Date(START),
      startedAt: new Date(START),
      finishedAt: null,
    })
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, id)).toMatchObject({
      state: 'completed',
      attempt: 2,
      dueAt: new Date(START),
      startedAt: new Date(START + 12 * SECOND),
      finishedAt: new Date(START + 14 * SECOND),
    })
  })

  it('FD-18 with a delay are not seen before it is over', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.enqueue('work', 1, { delay: '24h' })
    await clock.advance(MINUTE)
    clock.step(DAY - 2 * MINUTE)
    await clock.advance(MINUTE - 1)
    expect(recorder.times).toEqual([])
    await clock.advance(1)
    expect(recorder.times).toEqual([DAY])
  })

  it('FD-25 have the original input at every attempt, whatever a handler does to it', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const seen: unknown[] = []
    scheduler.register('work', (input: { items: number[] }) => {
      seen.push([...input.items])
      input.items.push(99)
      throw new Error('again')
    })
    await scheduler.enqueue('work', { items: [1] }, { retry: { attempts: 3, delay: '1s' } })
    await clock.advance(MINUTE)
    expect(seen).toEqual([[1], [1], [1]])
  })

  it('FD-26 that go well and that throw are counted as they ended', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', (input: number) => {
      if (input === 2) throw new Error('on purpose')
    })
    await scheduler.enqueueMany('work', [1, 2])
    await clock.advance(SECOND)
    const stats = await scheduler.queue('default').stats()
    expect(stats).toMatchObject({ submitted: 2, started: 2, completed: 1, failed: 1, pending: 0, running: 0 })
  })

  it.each([
    ['returns', () => 'done', {}, { completed: 1, failed: 0, retried: 0, cancelled: 0 }],
    ['rejects', () => Promise.reject(new Error('no')), {}, { completed: 0, failed: 1, dead: 0 }],
    ['fails with a result', () => JobResult.failed('no'), {}, { completed: 0, failed: 1, dead: 0 }],
    ['cancels itself', () => JobResult.cancelled('not needed'), {}, { completed: 0, failed: 0, cancelled: 1 }],
    ['fails to the last attempt', () => JobResult.failed('no'), { retry: 3 }, { retried: 2, failed: 1, dead: 1 }],
  ])('FD-27 leave the right numbers when the handler %s', async (_does, handler, options, expected) => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', handler)
    await scheduler.enqueue('work', 1, options)
    await clock.advance(MINUTE)
    expect(await scheduler.queue('default').stats()).toMatchObject({ submitted: 1, ...expected })
  })

  it('FD-04 processed until the queue is empty are counted', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueueMany('work', [1, 2, 3])
    await scheduler.start()
    expect(await settled(clock, scheduler.queue('default').drain())).toBe(3)
  })

  it.each([
    ['throws', () => Promise.reject(new Error('on purpose'))],
    ['returns a failure', () => JobResult.failed('on purpose')],
  ])('FD-05 whose handler always %s are not tried in a hot loop', async (_does, handler) => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    let calls = 0
    scheduler.register('work', () => {
      calls += 1
      return handler()
    })
    await scheduler.enqueue('work', 1, { retry: { attempts: 1_000 } })
    await clock.advance(SECOND)
    expect(calls).toBeGreaterThan(0)
    expect(calls).toBeLessThanOrEqual(10)
  })

  it('FD-06 are worked on four at a time by an executor of four, after their delay', async () => {
    const executors = { default: { type: 'async', maxConcurrency: 4 } }
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() }, executors })
    let atWork = 0
    let most = 0
    const times: number[] = []
    scheduler.register('work', async () => {
      times.push(clock.now() - START)
      atWork += 1
      most = Math.max(most, atWork)
      await clock.sleep('1s')
      atWork -= 1
    })
    await scheduler.enqueueMany('work', Array.from({ length: 12 }), { delay: '5s' })
    await clock.advance(MINUTE)
    expect(most).toBe(4)
    expect(times).toEqual([5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7].map((seconds) => seconds * SECOND))
  })

  it('FD-34 without a handler here are kept, and hold back no others', async () => {
    const store = newStore()
    const sender = newBench({ jobStores: { default: store } })
    sender.scheduler.register('theirs', () => undefined)
    sender.scheduler.register('ours', () => undefined)
    const kept = await sender.scheduler.enqueueMany('theirs', Array.from({ length: 600 }))
    await sender.scheduler.enqueueMany('ours', [1, 2, 3])
    await sender.scheduler.shutdown()

    const executors = { default: { type: 'async', maxConcurrency: 2 } }
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, executors })
    const ours = new Recorder(clock)
    scheduler.register('ours', ours.handler)
    await clock.advance(MINUTE)
    expect(ours.inputs).toEqual([1, 2, 3])
    expect(await scheduler.getRuns({ state: 'pending', limit: 1_000 })).toHaveLength(600)
    const theirs = new Recorder(clock)
    scheduler.register('theirs', theirs.handler)
    await clock.advance(MINUTE)
    expect(theirs.calls.map(({ run }) => run.id)).toEqual(kept.map(({ id }) => id))
  })

  it('UX-24 are for the same function that is a cron job and a one-off job, with the same context', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const shapes: (readonly [string, unknown, string])[] = []
    const work = scheduler.register('work', (input: string, run: RunContext) => {
      shapes.push([input, run.jobId, CONTEXT.map((key) => `${key}:${typeof run[key]}`).join(' ')])
    })
    await scheduler.addJob(work, cron('* * * * *'), { id: 'cron', input: 'fired' })
    await scheduler.addJob(work, null, { id: 'once', input: 'once' })
    await scheduler.enqueue(work, 'item')
    await clock.advance(0)
    await scheduler.runJob('cron')
    await clock.advance(MINUTE)
    expect(shapes.map(([input, jobId]) => [input, jobId === null ? null : 'job'])).toEqual(
      expect.arrayContaining([
        ['once', 'job'],
        ['item', null],
        ['fired', 'job'],
      ]),
    )
    // Only the job's id tells them apart: null for an item.
    const facts = new Set(shapes.map(([, , shape]) => shape))
    expect(facts.size).toBe(1)
  })
})

const CONTEXT = [
  'id',
  'functionRef',
  'queue',
  'dueAt',
  'attempt',
  'fence',
  'isCatchUp',
  'signal',
  'log',
  'progress',
] as const satisfies readonly (keyof RunContext)[]

describe('work items of several processes', () => {
  it('FD-34 go to the process that has their handler', async () => {
    const path = newDatabasePath()
    const clock = new ManualClock(START)
    const benches = ['a', 'b'].map((kind) => {
      const bench = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, clock })
      const recorder = new Recorder(clock)
      bench.scheduler.register(kind, recorder.handler)
      return { kind, recorder, ...bench }
    })
    const sender = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, clock })
    for (const kind of ['a', 'b']) sender.scheduler.register(kind, () => undefined)
    for (const { scheduler } of benches) await scheduler.start()
    for (let item = 0; item < 20; item += 1) {
      const kind = item % 2 === 0 ? 'a' : 'b'
      await sender.scheduler.enqueue(kind, kind)
    }
    await clock.advance(MINUTE)
    for (const { kind, recorder } of benches) expect(recorder.inputs).toEqual(Array(10).fill(kind))
  })

  it('an item is at work in one of them only', async () => {
    const path = newDatabasePath()
    const clock = new ManualClock(START)
    const gate = new Gate()
    const [sender] = [1, 2, 3].map(() => {
      const bench = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, clock })
      bench.scheduler.register('work', gate.handler)
      return bench
    })
    await sender?.scheduler.start()
    await sender?.scheduler.enqueueMany('work', Array.from({ length: 50 }))
    await clock.advance(5 * SECOND)
    expect(new Set(gate.entered.map(({ id }) => id)).size).toBe(50)
    expect(gate.entered).toHaveLength(50)
  })
})
