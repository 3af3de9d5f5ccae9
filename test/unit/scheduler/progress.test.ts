/** What handlers say of how far they are, and who sees it when. */

import { describe, expect, it } from 'vitest'
import type { ProgressEvent, Run, RunContext } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  Gate,
  MINUTE,
  newBench,
  newDatabasePath,
  rejection,
  runOf,
  SECOND,
  START,
  STORES,
  settled,
  startedBench,
} from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

describe.each(STORES)('progress and counters on %s', (_name, newStore) => {
  it('ZJ-24 are seen growing while the run is at work, and their totals stay', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const { id } = await scheduler.enqueue('work')
    await clock.advance(0)
    const [run] = gate.entered
    const seen: Run[] = [await runOf(scheduler, id)]
    for (let item = 1; item <= 4; item += 1) {
      run?.count('processed')
      run?.count(item % 2 === 0 ? 'succeeded' : 'failed')
      run?.count('bytes', 100)
      run?.progress(item, 4, `item ${item}`)
      await clock.advance(SECOND)
      seen.push(await runOf(scheduler, id))
    }
    gate.open()
    await settled(clock, scheduler.waitForRun(id))
    seen.push(await runOf(scheduler, id))
    expect(seen.map(({ progress }) => progress?.done ?? null)).toEqual([null, 1, 2, 3, 4, 4])
    expect(seen.map(({ percent }) => percent)).toEqual([0, 25, 50, 75, 100, 100])
    expect(seen.map(({ counters }) => counters['processed'] ?? 0)).toEqual([0, 1, 2, 3, 4, 4])
    expect(seen.at(-1)).toMatchObject({
      progress: { done: 4, total: 4, message: 'item 4' },
      counters: { processed: 4, succeeded: 2, failed: 2, bytes: 400 },
    })
  })

  it('are written with the end of a run that is shorter than a second', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', (_input: unknown, { progress, count }: RunContext) => {
      progress(7)
      count('done', 7)
    })
    const { id } = await scheduler.enqueue('work')
    await settled(clock, scheduler.waitForRun(id))
    expect(await runOf(scheduler, id)).toMatchObject({
      progress: { done: 7, total: null, message: null },
      percent: 100,
      counters: { done: 7 },
    })
  })

  it('begin anew with an attempt that has no checkpoint, and go on with one that has', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', async (isCareful: boolean, run: RunContext) => {
      run.count('done', 5)
      run.progress(run.attempt, 10)
      if (isCareful) await run.checkpoint('here')
      if (run.attempt === 1) throw new Error('not yet')
    })
    const retry = { attempts: 2, delay: '1s' } as const
    const [careless, careful] = await scheduler.enqueueMany('work', [false, true], { retry })
    await clock.advance(5 * SECOND)
    expect(await runOf(scheduler, careless?.id ?? '')).toMatchObject({ attempt: 2, counters: { done: 5 } })
    expect(await runOf(scheduler, careful?.id ?? '')).toMatchObject({ attempt: 2, counters: { done: 10 } })
  })
})

it('another process sees progress within a second and a half', async () => {
  const path = newDatabasePath()
  const clock = new ManualClock(START)
  const worker = newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) } })
  const observer = newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) } })
  const gate = new Gate()
  worker.scheduler.register('work', gate.handler)
  const { id } = await worker.scheduler.enqueue('work')
  await worker.scheduler.start()
  await clock.advance(100)
  gate.entered[0]?.progress(1, 2)
  await clock.advance(1_500)
  expect(await runOf(observer.scheduler, id)).toMatchObject({ state: 'running', percent: 50 })
})

it('however often handlers report, all runs of a store are written once a second, together', async () => {
  const store = new UnrulyStore()
  const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '10m' })
  const gate = new Gate()
  scheduler.register('work', gate.handler)
  await scheduler.enqueueMany('work', Array.from({ length: 50 }))
  await clock.advance(5 * SECOND)
  const before = store.commits
  for (let tick = 0; tick < 100; tick += 1) {
    for (const run of gate.entered) run.progress(tick)
    await clock.advance(100)
  }
  expect(store.commits - before).toBeGreaterThanOrEqual(9)
  // The process also says that it is alive.
  expect(store.commits - before).toBeLessThan(20)
})

it('FD-60 listeners hear each progress at once and in order', async () => {
  const { clock, scheduler } = await startedBench()
  const heard: ProgressEvent[] = []
  scheduler.on('run:progress', (event) => heard.push(event))
  scheduler.register('work', (_input: unknown, { progress }: RunContext) => {
    progress(0, 200)
    progress(100, 200, 'halfway')
    progress(200, 200)
    progress(201)
  })
  const { id } = await scheduler.enqueue('work')
  await clock.advance(0)
  const about = { runId: id, jobId: null, store: 'default' }
  expect(heard).toEqual([
    { ...about, progress: { done: 0, total: 200, message: null }, percent: 0 },
    { ...about, progress: { done: 100, total: 200, message: 'halfway' }, percent: 50 },
    { ...about, progress: { done: 200, total: 200, message: null }, percent: 100 },
    { ...about, progress: { done: 201, total: null, message: null }, percent: null },
  ])
})

it('nonsense is refused where it is said, and a run that is over says nothing', async () => {
  const { clock, scheduler } = await startedBench()
  const heard: ProgressEvent[] = []
  scheduler.on('run:progress', (event) => heard.push(event))
  const gate = new Gate()
  scheduler.register('work', gate.handler)
  const { id } = await scheduler.enqueue('work')
  await clock.advance(0)
  const [run] = gate.entered
  expect(() => run?.progress(-1)).toThrow('done: ')
  expect(() => run?.count('')).toThrow('name: ')
  expect(() => run?.count('a', Number.NaN)).toThrow('by: ')
  gate.open()
  await settled(clock, scheduler.waitForRun(id))
  run?.progress(1)
  run?.count('late')
  run?.log.info('late')
  await clock.advance(2 * SECOND)
  expect(heard).toEqual([])
  expect(await runOf(scheduler, id)).toMatchObject({ progress: null, counters: {} })
  expect(await scheduler.getRunLog(id)).toEqual([])
})

describe('following a run', () => {
  /** Everything that following gives, until it ends or throws. */
  async function all(runs: AsyncIterable<Run>, seen: Run[] = []): Promise<Run[]> {
    for await (const run of runs) seen.push(run)
    return seen
  }

  it('FD-32 gives 0 at the start, what the handler reports, and 100 at the end', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', async (_input: unknown, { progress }: RunContext) => {
      progress(50, 100, 'halfway')
    })
    const run = await scheduler.enqueue('work', undefined, { delay: '1s' })
    const runs = await settled(clock, all(scheduler.followRun(run)))
    expect(runs.map(({ phase, percent }) => [phase, percent])).toEqual([
      ['scheduled', 0],
      ['running', 0],
      ['running', 50],
      ['completed', 100],
    ])
    expect(runs[2]?.progress).toEqual({ done: 50, total: 100, message: 'halfway' })
  })

  it('FD-32 ends with the failure and its message', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', (_input: unknown, { progress }: RunContext) => {
      progress(50, 100)
      throw new Error('the disk is full')
    })
    const runs = await settled(clock, all(scheduler.followRun((await scheduler.enqueue('work')).id)))
    expect(runs.at(-1)).toMatchObject({ state: 'failed', percent: 50, error: { message: 'the disk is full' } })
  })

  it('shows every attempt', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', (_input: unknown, { attempt }: RunContext) => {
      if (attempt === 1) throw new Error('not yet')
    })
    const run = await scheduler.enqueue('work', undefined, { delay: '1s', retry: { attempts: 2, delay: '1s' } })
    const runs = await settled(clock, all(scheduler.followRun(run)))
    expect(runs.map(({ phase, attempt }) => [phase, attempt])).toEqual([
      ['scheduled', 0],
      ['running', 1],
      ['retrying', 1],
      ['running', 2],
      ['completed', 2],
    ])
  })

  it('gives a run that is over once, also one without history', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', () => 'done')
    const kept = await scheduler.enqueue('work')
    await settled(clock, scheduler.waitForRun(kept))
    expect((await all(scheduler.followRun(kept))).map(({ state }) => state)).toEqual(['completed'])
    const forgotten = await scheduler.enqueue('work', undefined, { delay: '1s', history: { keep: 0 } })
    const runs = await settled(clock, all(scheduler.followRun(forgotten)))
    expect(runs.at(-1)).toMatchObject({ state: 'completed', output: 'done' })
  })

  it('sees what another process does, once in a poll interval', async () => {
    const path = newDatabasePath()
    const clock = new ManualClock(START)
    const newScheduler = () => newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) } }).scheduler
    const [worker, observer] = [newScheduler(), newScheduler()]
    const gate = new Gate()
    worker.register('work', gate.handler)
    const run = await worker.enqueue('work')
    const seen: Run[] = []
    const following = all(observer.followRun(run.id), seen)
    await worker.start()
    await clock.advance(2 * SECOND)
    for (const done of [1, 2]) {
      gate.entered[0]?.progress(done, 2)
      await clock.advance(3 * SECOND)
    }
    gate.open()
    await settled(clock, following)
    expect(seen.map(({ state, percent }) => [state, percent])).toEqual([
      ['pending', 0],
      ['running', 0],
      ['running', 50],
      ['running', 100],
      ['completed', 100],
    ])
  })

  it('never goes back, however its progress and its writes interleave', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', async (_input: unknown, run: RunContext) => {
      for (let done = 0; done < 200; done += 1) {
        run.progress(done, 200)
        if (done % 7 === 0) await run.checkpoint(done)
        else if (done % 5 === 0) await new Promise((resolve) => clock.setTimer(() => resolve(null), 130))
      }
    })
    const runs = await settled(clock, all(scheduler.followRun(await scheduler.enqueue('work'))))
    const done = runs.map(({ progress }) => progress?.done ?? -1)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(new Set(done).size).toBeGreaterThan(190)
  })

  it('ends with the caller: by leaving the loop, or by its signal', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', new Gate().handler)
    const { id } = await scheduler.enqueue('work')
    await clock.advance(0)
    for await (const run of scheduler.followRun(id)) {
      expect(run.state).toBe('running')
      break
    }
    const stop = new AbortController()
    const following = rejection(all(scheduler.followRun(id, { signal: stop.signal })))
    await clock.advance(5 * SECOND)
    stop.abort(new Error('enough'))
    expect(await settled(clock, following)).toMatchObject({ message: 'enough' })
  })

  it('ends when the scheduler shuts down, and says so when there is no such run', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', new Gate().handler)
    const { id } = await scheduler.enqueue('work')
    expect(await rejection(all(scheduler.followRun('nobody')))).toMatchObject({ code: 'RUN_LOOKUP' })
    expect(() => scheduler.followRun('')).toThrow('id: ')
    const following = rejection(all(scheduler.followRun(id)))
    await clock.advance(SECOND)
    await settled(clock, scheduler.shutdown({ wait: false }))
    expect(await settled(clock, following)).toMatchObject({ code: 'SHUTDOWN' })
    await clock.advance(MINUTE)
    expect(clock.pendingTimers).toBe(0)
  })
})
