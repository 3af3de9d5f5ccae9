/**
 * `maxInstances` over many schedulers on one store: at no instant are more handlers of a job at work, and every run comes
 * to its end. Each scheduler stands before the store with a delay of its own for every call, drawn from the seed.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interval } from '../../../src/index.ts'
import type { Change, ChangeResult } from '../../../src/jobs/record.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { MemoryJobStore } from '../../../src/stores/memory/memory-job-store.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { ForwardingJobStore, type StoreOperation } from '../../../src/testing/forwarding-job-store.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { Gate, newBench, newDatabasePath, SECOND, START, settled } from './support.ts'

/** Every reply takes up to 80 ms. */
class DistantStore extends ForwardingJobStore {
  override readonly capabilities = { persistent: false, shared: true }
  readonly #clock: ManualClock
  readonly #random: () => number

  constructor(store: RecordJobStore, clock: ManualClock, random: () => number) {
    super(store)
    this.#clock = clock
    this.#random = random
  }

  protected override async forward<T>(operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    // The one behind belongs to all of them: the first to go must not close it.
    if (operation === 'close') return undefined as T
    const result = await call()
    await this.#clock.sleep(Math.floor(this.#random() * 80))
    return result
  }
}

/** Can hold back the commits of fires. */
class HeldStore extends ForwardingJobStore {
  #held: Promise<void> | undefined

  hold(): () => void {
    let release = (): void => undefined
    this.#held = new Promise((resolve) => {
      release = resolve
    })
    return release
  }

  protected override forward<T>(_operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    return call()
  }

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    if (changes.some(({ inserts = [] }) => inserts.length > 0)) await this.#held
    return super.commit(changes)
  }
}

/** Uniform in [0, 1), from a seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const SHARED: readonly (readonly [string, number, () => () => RecordJobStore])[] = [
  [
    'memory',
    8,
    () => {
      const store = new MemoryJobStore()
      return () => store
    },
  ],
  [
    'SQLite',
    4,
    () => {
      const path = newDatabasePath()
      return () => new SqliteJobStore({ path, synchronous: 'NORMAL' })
    },
  ],
]

describe.each(SHARED)('ZJ-10 maxInstances with four schedulers on one store, %s', (_name, numRuns, newShared) => {
  it('is never exceeded, and every run ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 3 }),
        async (seed, maxInstances) => {
          const random = randomOf(seed)
          const clock = new ManualClock(START)
          const connect = newShared()
          const atWork = new Map<string, number>()
          let most = 0
          let started = 0
          const work = async (_input: unknown, { jobId }: { readonly jobId: string | null }): Promise<void> => {
            const id = jobId ?? ''
            const count = (atWork.get(id) ?? 0) + 1
            atWork.set(id, count)
            most = Math.max(most, count)
            started += 1
            await clock.sleep(Math.floor(random() * 300))
            atWork.set(id, (atWork.get(id) ?? 0) - 1)
          }
          // Three of them never see the runs of the others: what they claim in the same instant is not the same run.
          const benches = [['critical'], ['default'], ['low'], ['critical', 'default', 'low']].map((queues) =>
            newBench({
              clock,
              queues,
              jobStores: { default: new DistantStore(connect(), clock, random) },
              pollInterval: '500ms',
              leaseDuration: '15s',
            }),
          )
          for (const { scheduler } of benches) scheduler.register('work', work)
          const [first] = benches
          if (first === undefined) throw new Error('there are four of them')
          const { scheduler } = first
          const opening = scheduler.addJobs(
            ['a', 'b'].map((id) => ({
              fn: 'work',
              trigger: interval('1s'),
              options: { id, overlap: 'queue', maxInstances, maxRuns: 8 } as const,
            })),
          )
          await settled(clock, opening)
          for (const queue of ['critical', 'default', 'low']) {
            await settled(clock, scheduler.modifyJob('a', { queue }))
            await settled(clock, Promise.all([1, 2, 3, 4].map(() => scheduler.runJob('a'))))
          }
          await settled(clock, Promise.all(benches.map((bench) => bench.scheduler.start())))
          for (let passed = 0; passed < 120 && started < 28; passed += 1) await clock.advance(SECOND)
          await clock.advance(5 * SECOND)
          // This took time, and what was missed meanwhile is skipped.
          const all = await settled(clock, scheduler.getRuns({ limit: 1_000 }))
          const runs = all.filter(({ state }) => state !== 'skipped')
          expect(most).toBeLessThanOrEqual(maxInstances)
          expect(started).toBe(runs.length)
          expect(runs.length).toBe(28)
          expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['completed']))
          expect(runs.every(({ attempt }) => attempt === 1)).toBe(true)
          await settled(clock, Promise.all(benches.map((bench) => bench.scheduler.shutdown({ wait: false }))))
        },
      ),
      { numRuns, endOnFailure: true },
    )
  })

  it('of many runs that may start while one is at work elsewhere, none does', async () => {
    const clock = new ManualClock(START)
    const connect = newShared()
    const holder = newBench({ clock, jobStores: { default: connect() } })
    const other = newBench({ clock, jobStores: { default: connect() } })
    const gates = [new Gate(), new Gate()] as const
    holder.scheduler.register('work', gates[0].handler)
    other.scheduler.register('work', gates[1].handler)
    await holder.scheduler.addJob('work', interval('1h'), { id: 'tick', overlap: 'queue' })
    await holder.scheduler.start()
    for (let call = 0; call < 5; call += 1) await holder.scheduler.runJob('tick')
    await clock.advance(0)
    await other.scheduler.start()
    await clock.advance(10 * SECOND)
    expect(gates.map(({ entered }) => entered.length)).toEqual([1, 0])
  })

  it('a run that is started again by hand counts, also for a fire that has counted already', async () => {
    const clock = new ManualClock(START)
    const connect = newShared()
    const held = new HeldStore(connect())
    const one = newBench({ clock, jobStores: { default: held } })
    const other = newBench({ clock, jobStores: { default: connect() }, roles: { schedule: false } })
    const gate = new Gate()
    for (const { scheduler } of [one, other]) scheduler.register('work', gate.handler)
    await one.scheduler.addJob('work', interval('1m'), { id: 'tick' })
    await one.scheduler.start()
    const run = await one.scheduler.runJob('tick')
    await clock.advance(0)
    gate.open()
    await clock.advance(10 * SECOND)
    await other.scheduler.start()
    const release = held.hold()
    await clock.advance(50 * SECOND)
    await other.scheduler.retryRun(run.id)
    await clock.advance(SECOND)
    release()
    await clock.advance(5 * SECOND)
    expect(gate.entered.map(({ id }) => id)).toEqual([run.id, run.id])
    expect(await one.scheduler.getRuns({ state: 'skipped' })).toMatchObject([{ reason: 'max-instances' }])
  })
})
