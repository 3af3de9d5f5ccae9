/**
 * Replies to fires and claims that never come: the run is this process's all the same, or nobody's. `onCrash: 'abandon'`
 * is in most of these tests, because with it a lost lease would end the run without it having run.
 */

import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { date, interval, MemoryJobStore, type RunContext, Scheduler } from '../../../src/index.ts'
import type { Change, ChangeResult } from '../../../src/jobs/record.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { FaultyJobStore } from '../../../src/testing/faulty-job-store.ts'
import { ForwardingJobStore, type StoreOperation } from '../../../src/testing/forwarding-job-store.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  Gate,
  historyOf,
  MINUTE,
  newBench,
  newDatabasePath,
  Recorder,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  START,
  STORES,
  settled,
  startedBench,
} from './support.ts'

type Which = (changes: readonly Change[]) => boolean

/** Stands before a store and loses the request of the next commit that a test names, or the reply to it. */
class LossyStore extends ForwardingJobStore {
  #loses: Which | undefined
  #losesRequest: Which | undefined
  #isDown = false

  loseRequest(which: Which): void {
    this.#losesRequest = which
  }

  loseReply(which: Which): void {
    this.#loses = which
  }

  /** Whether no call works. */
  set isDown(isDown: boolean) {
    this.#isDown = isDown
  }

  protected override forward<T>(_operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    return this.#isDown ? Promise.reject(new Error('down')) : call()
  }

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    if (this.#losesRequest?.(changes) === true) {
      this.#losesRequest = undefined
      throw new Error('the request was lost')
    }
    const results = await super.commit(changes)
    const loses = this.#loses
    this.#loses = undefined
    if (loses?.(changes) === true) throw new Error('the reply was lost')
    this.#loses ??= loses
    return results
  }
}

/** Stands before a store; its process is stopped as it gets the answer to the first commit that a test names. */
class StoppingStore extends ForwardingJobStore {
  readonly #stop: () => Promise<void>
  #which: Which | undefined

  constructor(store: RecordJobStore, which: Which, stop: () => Promise<void>) {
    super(store)
    this.#stop = stop
    this.#which = which
  }

  protected override forward<T>(_operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    return call()
  }

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    const results = await super.commit(changes)
    if (this.#which?.(changes) !== true) return results
    this.#which = undefined
    await this.#stop()
    return results
  }
}

const isAdding: Which = (changes) => changes.some((change) => 'record' in change && change.record.kind !== 'worker')
const isFire: Which = (changes) => changes.some(({ inserts = [] }) => inserts.length > 0)
const isClaim: Which = (changes) => changes.some((change) => 'patch' in change && change.patch?.state === 'running')

describe.each(STORES)('a lost reply on %s', (_name, newStore) => {
  const lossy = async (options: object = {}) => {
    const store = new LossyStore(newStore())
    const bench = await startedBench({ jobStores: { default: store }, leaseDuration: '15s', ...options })
    const recorder = new Recorder(bench.clock)
    bench.scheduler.register('work', recorder.handler, { onCrash: 'abandon' })
    return { ...bench, store, recorder }
  }

  it('to a fire: of the skipped ones only those are told that had no record before', async () => {
    const { clock, scheduler, store } = await lossy()
    const startDate = new Date(START - 5 * SECOND)
    await scheduler.addJob('work', interval('1s', { startDate }), { id: 'tick' })
    await clock.advance(5 * SECOND)
    await scheduler.pauseJob('tick')
    clock.step(-7_500)
    await scheduler.resumeJob('tick')
    const events = recordEvents(scheduler)
    store.loseReply(isFire)
    clock.step(10_000)
    scheduler.wakeup()
    await clock.advance(SECOND)
    const seconds = events
      .filter((event) => event.startsWith('run:skipped'))
      .map((event) => (Number(event.split('@')[1]) - START) / SECOND)
    expect(seconds).toEqual([-2, -1, 0, 6])
  })

  it('to a fire: the run starts within the pause after the failure, once, and no lease is lost', async () => {
    const { clock, scheduler, store, recorder } = await lossy()
    await scheduler.addJob('work', interval('1m'), { id: 'tick' })
    store.loseReply(isFire)
    const events = recordEvents(scheduler)
    await clock.advance(MINUTE + SECOND)
    const id = `tick@${START + MINUTE}`
    expect(recorder.calls.map(({ run }) => [run.id, run.attempt])).toEqual([[id, 1]])
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', attempt: 1, resume: 'none' })
    expect(events.filter((event) => event.endsWith(id))).toEqual([
      `run:submitted ${id}`,
      `run:started ${id}`,
      `run:completed ${id}`,
    ])
    await clock.advance(MINUTE)
    expect(recorder.calls).toHaveLength(2)
  })

  it('to the last fire of a job: it is told that the job is gone', async () => {
    const { clock, scheduler, store, recorder } = await lossy()
    await scheduler.addJob('work', interval('1m'), { id: 'once', maxRuns: 1 })
    const events = recordEvents(scheduler)
    store.loseReply(isFire)
    await clock.advance(MINUTE + SECOND)
    expect(recorder.calls).toHaveLength(1)
    expect(events).toContain('job:removed once')
  })

  it('to a claim: the run starts once, and no lease is lost', async () => {
    const { clock, scheduler, store, recorder } = await lossy()
    store.loseReply(isClaim)
    const run = await scheduler.enqueue('work')
    await clock.advance(SECOND)
    expect(recorder.calls.map((call) => call.run.attempt)).toEqual([1])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, resume: 'none' })
  })

  it('to a claim before an outage that outlasts the lease: nobody took the run, so it is ours still', async () => {
    const { clock, scheduler, store, recorder } = await lossy()
    store.loseReply((changes) => {
      store.isDown = isClaim(changes)
      return isClaim(changes)
    })
    const run = await scheduler.enqueue('work')
    await clock.advance(MINUTE)
    expect(recorder.calls).toEqual([])
    store.isDown = false
    await clock.advance(10 * SECOND)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, resume: 'none' })
  })

  it('to a claim that is lost again when it is taken up: the run starts once', async () => {
    const { clock, scheduler, store, recorder } = await lossy()
    let losses = 0
    const lose: Which = (changes) => {
      losses += 1
      if (losses < 4) store.loseReply(lose)
      return changes.length > 0
    }
    const run = await scheduler.enqueue('work')
    store.loseReply(lose)
    await clock.advance(10 * SECOND)
    expect(losses).toBe(4)
    expect(recorder.calls.map((call) => call.run.attempt)).toEqual([1])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1 })
  })

  it('or a lost request: once the claim was made again, an outage that outlasts its lease revives no earlier one', async () => {
    const { clock, scheduler, store } = await lossy()
    const fences: number[] = []
    scheduler.register('slow', (_input, run: RunContext) => {
      fences.push(run.fence)
      store.isDown = true
      return new Promise(() => undefined)
    })
    store.loseRequest(isClaim)
    await scheduler.enqueue('slow')
    await clock.advance(MINUTE)
    expect(fences).toHaveLength(1)
    store.isDown = false
    await clock.advance(10 * SECOND)
    expect(fences).toEqual([fences[0], expect.any(Number)])
    expect(fences[1]).toBeGreaterThan(fences[0] ?? 0)
  })

  it('to a claim just before a shutdown: the run is handed back, and the next one starts it at once', async () => {
    const { clock, scheduler, store, recorder } = await lossy()
    store.loseReply(isClaim)
    const run = await scheduler.enqueue('work')
    await clock.advance(0)
    await settled(clock, scheduler.shutdown())
    expect(recorder.calls).toEqual([])
    await scheduler.start()
    await clock.advance(0)
    expect(recorder.calls.map((call) => call.run.attempt)).toEqual([1])
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, resume: 'shutdown' })
  })

  it('or a lost request: the end of a run that was lost here is not taken for a claim of it', async () => {
    const { clock, scheduler, store } = await lossy()
    let starts = 0
    scheduler.register(
      'slow',
      () => {
        starts += 1
        store.isDown = true
        return new Promise(() => undefined)
      },
      { onCrash: 'abandon' },
    )
    const run = await scheduler.enqueue('slow')
    await clock.advance(MINUTE)
    const events = recordEvents(scheduler)
    store.loseRequest((changes) => changes.some((change) => 'patch' in change && change.patch?.state === 'failed'))
    store.isDown = false
    await clock.advance(MINUTE)
    expect(starts).toBe(1)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'failed', reason: 'lease-lost' })
    expect(events.filter((event) => event === `run:failed ${run.id}`)).toHaveLength(1)
  })

  it('to the end that a takeover is: it is told once', async () => {
    const { clock, scheduler, store } = await lossy({ workerId: 'alive' })
    const gate = new Gate()
    scheduler.register('hold', gate.handler, { onCrash: 'unknown' })
    const run = await scheduler.enqueue('hold')
    await clock.advance(0)
    // Somebody else holds it, and dies.
    const key = { kind: 'run', id: run.id } as const
    const [held] = await store.get([key])
    if (held?.kind !== 'run') throw new Error('there is no run')
    await store.commit([
      { expect: held.version, key, patch: { status: { ...held.status, worker: 'dead', fence: 99 } } },
    ])
    const events = recordEvents(scheduler)
    store.loseReply((changes) => changes.some((change) => 'patch' in change && change.patch?.state === 'unknown'))
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'unknown', reason: 'lease-lost' })
    expect(events.filter((event) => event === `run:failed ${run.id}`)).toHaveLength(1)
  })

  it('to an enqueue: the caller gets the error, and asking again with the same id shows that it is there', async () => {
    const { clock, scheduler, store, recorder } = await lossy()
    store.loseReply(isAdding)
    expect(await rejection(scheduler.enqueue('work', 1, { id: 'mine' }))).toMatchObject({
      message: 'the reply was lost',
    })
    expect(await rejection(scheduler.enqueue('work', 1, { id: 'mine' }))).toMatchObject({ code: 'CONFLICTING_ID' })
    scheduler.wakeup()
    await clock.advance(SECOND)
    expect(recorder.calls).toHaveLength(1)
  })

  it('to an addJob: the caller gets the error, and adding it again with replaceExisting is safe', async () => {
    const { clock, scheduler, store, recorder } = await lossy()
    store.loseReply(isAdding)
    const add = () => scheduler.addJob('work', interval('1m'), { id: 'tick', replaceExisting: true })
    expect(await rejection(add())).toMatchObject({ message: 'the reply was lost' })
    await expect(add()).resolves.toMatchObject({ id: 'tick' })
    await clock.advance(MINUTE)
    expect(recorder.times).toEqual([MINUTE])
    expect(await historyOf(scheduler, 'tick')).toEqual([[MINUTE, 'completed']])
  })
})

describe.each<readonly [string, number, () => RecordJobStore]>([
  ['memory', 15, () => new MemoryJobStore()],
  ['SQLite', 3, () => new SqliteJobStore({ path: newDatabasePath(), synchronous: 'NORMAL' })],
])('a flaky store, %s', (_name, numRuns, newStore) => {
  it('loses no lease and starts nothing twice, whatever it loses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 32 - 1 }), async (seed) => {
        const clock = new ManualClock(START)
        const random = { seed, before: 0.05, after: 0.05, operations: ['commit', 'get', 'due', 'countActive'] } as const
        const store = new FaultyJobStore(newStore(), { random, clock })
        const { scheduler } = newBench({ clock, jobStores: { default: store }, leaseDuration: '15s' })
        const recorder = new Recorder(clock)
        scheduler.register('work', recorder.handler, { onCrash: 'abandon' })
        const retried = async (call: () => Promise<unknown>): Promise<void> => {
          const isDone = await call().then(
            () => true,
            (error: { code?: string }) => error.code === 'CONFLICTING_ID',
          )
          if (!isDone) await retried(call)
        }
        for (const id of ['a', 'b', 'c']) {
          await retried(() => scheduler.addJob('work', interval('20s'), { id, coalesce: false }))
        }
        for (let index = 0; index < 10; index += 1)
          await retried(() => scheduler.enqueue('work', 0, { id: `q${index}` }))
        await settled(clock, scheduler.start())
        await clock.advance(3 * MINUTE)
        const ids = recorder.calls.map(({ run }) => run.id)
        expect(new Set(ids).size).toBe(ids.length)
        expect(recorder.calls.every(({ run }) => run.attempt === 1)).toBe(true)
        expect(ids.filter((id) => id.startsWith('q'))).toHaveLength(10)
        expect(ids.length).toBeGreaterThanOrEqual(10 + 3 * 8)
        await settled(clock, scheduler.shutdown({ wait: false }))
      }),
      { numRuns, endOnFailure: true },
    )
  })
})

describe.each([
  ['a fire', isFire],
  ['a claim', isClaim],
])('a process that is stopped for longer than a lease as it hears that %s was written', (_name, which) => {
  const stopped = async (isOtherUp: boolean) => {
    const path = newDatabasePath()
    const starts: string[] = []
    const other = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, leaseDuration: '15s' })
    other.scheduler.register('work', (_input, run) => void starts.push(`other ${run.attempt}`))
    const manual = new ManualClock(START)
    let missed = 0
    let goOn = (): void => undefined
    const goesOn = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const clock = {
      now: () => manual.now() + missed,
      monotonic: () => manual.monotonic() + missed,
      setTimer: manual.setTimer.bind(manual),
    }
    const store = new StoppingStore(new SqliteJobStore({ path }), which, async () => {
      await other.clock.advance(30 * SECOND)
      missed = 30 * SECOND
      goOn()
    })
    const scheduler = new Scheduler({ clock, timezone: 'UTC', jobStores: { default: store }, leaseDuration: '15s' })
    onTestFinished(() => settled(manual, scheduler.shutdown({ wait: false })))
    scheduler.register('work', (_input, run) => void starts.push(`stopped ${run.attempt}`))
    if (which === isClaim) await scheduler.enqueue('work')
    else await scheduler.addJob('work', date(new Date(START)))
    if (isOtherUp) await other.scheduler.start()
    await scheduler.start()
    await manual.advance(0)
    await goesOn
    await manual.advance(5 * SECOND)
    return { starts, runs: await scheduler.getRuns() }
  }

  it('does not start the run that another process took over', async () => {
    const { starts, runs } = await stopped(true)
    expect(starts).toEqual(['other 2'])
    expect(runs).toMatchObject([{ state: 'completed', attempt: 2 }])
  })

  it('starts the run that nobody took, under a new lease, as the first attempt', async () => {
    const { starts, runs } = await stopped(false)
    expect(starts).toEqual(['stopped 1'])
    expect(runs).toMatchObject([{ state: 'completed', attempt: 1, resume: 'none' }])
  })
})
