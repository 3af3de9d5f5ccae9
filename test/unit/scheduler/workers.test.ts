/** Who is at work on a store, as every process sees it. */

import { describe, expect, it } from 'vitest'
import { MemoryJobStore, type Scheduler, type Worker } from '../../../src/index.ts'
import { NO_COUNTS } from '../../../src/jobs/counters.ts'
import { noteRecord } from '../../../src/jobs/notes.ts'
import { GONE } from '../../../src/jobs/worker.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  at,
  type BenchOptions,
  Gate,
  HOUR,
  MINUTE,
  newBench,
  newDatabasePath,
  recordEvents,
  SECOND,
  START,
  STORES,
  settled,
  startedBench,
} from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

/** Stays open when one of its schedulers is shut down. */
class CommonStore extends UnrulyStore {
  protected override async close(): Promise<void> {}
}

/** Two stores with the same data, both of which say that others may change them. */
const SHARED: readonly (readonly [string, () => readonly [RecordJobStore, RecordJobStore]])[] = [
  [
    'memory',
    () => {
      const store = new CommonStore({ shared: true })
      return [store, store]
    },
  ],
  [
    'SQLite',
    () => {
      const path = newDatabasePath()
      return [new SqliteJobStore({ path }), new SqliteJobStore({ path })]
    },
  ],
]

const OTHER = {
  host: 'elsewhere',
  pid: 7,
  version: '0.0.1',
  queues: ['default'],
  startedAt: START,
  beatAt: START,
  running: [],
  runningCount: 0,
  isStopping: false,
  counters: { default: { ...NO_COUNTS, submitted: 5, completed: 4 } },
}

async function workerIn(scheduler: Scheduler, id: string): Promise<Worker | undefined> {
  return (await scheduler.getWorkers()).find((worker) => worker.id === id)
}

describe.each(SHARED)('the workers on one store, %s', (_name, newStores) => {
  function pair(options: BenchOptions = {}) {
    const [one, other] = newStores()
    const clock = new ManualClock(START)
    return {
      clock,
      one: newBench({ clock, jobStores: { default: one }, workerId: 'one', ...options }).scheduler,
      other: newBench({ clock, jobStores: { default: other }, workerId: 'other', ...options }).scheduler,
    }
  }

  it('ZJ-15 each shows its process, its queues, and what it is at work on', async () => {
    const { clock, one, other } = pair({ queues: ['urgent', 'default'] })
    const gate = new Gate()
    one.register('work', gate.handler)
    await one.start()
    await clock.advance(5 * SECOND)
    await other.start()
    const run = await one.enqueue('work')
    await clock.advance(2 * SECOND)
    const facts = { pid: process.pid, queues: ['urgent', 'default'], state: 'active', version: '0.1.0', failed: 0 }
    expect(await other.getWorkers()).toMatchObject([
      { ...facts, id: 'one', startedAt: at(0), running: [run.id], runningCount: 1, processed: 0 },
      { ...facts, id: 'other', startedAt: at(5 * SECOND), running: [], runningCount: 0, processed: 0 },
    ])
    gate.open()
    await clock.advance(20 * SECOND)
    const worker = await workerIn(other, 'one')
    expect(worker).toMatchObject({ startedAt: at(0), running: [], processed: 1, failed: 0 })
    expect(worker?.lastHeartbeat.getTime()).toBeGreaterThan(START + 20 * SECOND)
    expect(worker?.counters['default']).toEqual({ ...NO_COUNTS, submitted: 1, started: 1, completed: 1 })
  })

  it('what one counts is seen by the other within a poll interval', async () => {
    const { clock, one, other } = pair()
    one.register('work', () => undefined)
    await one.start()
    await other.start()
    await clock.advance(3 * SECOND)
    await one.enqueue('work')
    await clock.advance(1_010)
    expect(await workerIn(other, 'one')).toMatchObject({ processed: 1 })
  })

  it('FD-20 both report the same numbers, and a run that is to be tried again is among them', async () => {
    const { clock, one, other } = pair()
    for (const scheduler of [one, other]) {
      scheduler.register('work', () => undefined)
      scheduler.register('fail', () => {
        throw new Error('no')
      })
    }
    await one.start()
    await other.start()
    for (let index = 0; index < 5; index += 1) await one.enqueue('work')
    for (let index = 0; index < 3; index += 1) await other.enqueue('work', null, { queue: 'low' })
    await one.enqueue('fail', null, { retry: { attempts: 2, delay: '1h' } })
    await other.enqueue('work', null, { delay: '1h' })
    await clock.advance(3 * SECOND)
    const stats = await one.getStats()
    expect(await other.getStats()).toEqual(stats)
    expect(stats).toMatchObject({ pending: 2, scheduled: 2, running: 0, dead: 0, workers: 2 })
    expect(stats.queues['default']).toMatchObject({ submitted: 7, completed: 5, retried: 1, started: 6, pending: 2 })
    expect(stats.queues['low']).toMatchObject({ submitted: 3, completed: 3, pending: 0 })
    expect(stats.totals).toEqual({ ...NO_COUNTS, submitted: 10, started: 9, completed: 8, retried: 1 })
  })

  it('one that shuts down is gone at once, and what it counted stays', async () => {
    const { clock, one, other } = pair()
    one.register('work', () => undefined)
    await one.start()
    await other.start()
    await one.enqueue('work')
    await clock.advance(0)
    await settled(clock, one.shutdown())
    expect(await other.getWorkers()).toMatchObject([{ id: 'other' }])
    expect((await other.getStats()).totals).toEqual({ ...NO_COUNTS, submitted: 1, started: 1, completed: 1 })
  })

  it('what a scheduler that was never started has enqueued is counted when it is shut down', async () => {
    const { clock, one, other } = pair()
    await other.start()
    one.register('work', () => undefined)
    await one.enqueue('work')
    await settled(clock, one.shutdown())
    expect(await other.getWorkers()).toMatchObject([{ id: 'other' }])
    expect((await other.getStats()).totals).toMatchObject({ submitted: 1 })
  })
})

describe.each(STORES)('a worker on %s', (_name, newStore) => {
  it('ZJ-16 is stale when four heartbeats are missing, and taken off with what it counted kept', async () => {
    const store = newStore()
    const { clock, scheduler } = newBench({ jobStores: { default: store }, workerId: 'one' })
    await scheduler.getJobs()
    await store.commit([{ expect: 0, record: noteRecord('worker', 'other', OTHER, START, START + MINUTE) }])
    expect(await workerIn(scheduler, 'other')).toMatchObject({ state: 'active', host: 'elsewhere', pid: 7 })
    await clock.advance(MINUTE)
    expect(await workerIn(scheduler, 'other')).toMatchObject({ state: 'stale', processed: 4 })
    expect(await scheduler.getStats()).toMatchObject({ workers: 0, totals: { submitted: 5, completed: 4 } })
    await scheduler.start()
    await clock.advance(SECOND)
    expect(await scheduler.getWorkers()).toMatchObject([{ id: 'one' }])
    expect(await scheduler.getStats()).toMatchObject({ workers: 1, totals: { submitted: 5, completed: 4 } })
  })

  it.each(['not yet', 'for one queue', 'for both'])(
    'is taken off by another when a process dies at that, its counters added %s',
    async (extent) => {
      const store = newStore()
      const { clock, scheduler } = newBench({ jobStores: { default: store }, workerId: 'one' })
      await scheduler.getJobs()
      const counts = { ...NO_COUNTS, completed: 4 }
      const note = { ...OTHER, counters: { a: counts, b: counts } }
      const gone = { ...noteRecord('worker', 'other', note, START, START + MINUTE), state: GONE }
      const queueNote = { isPaused: false, counters: counts, folded: [`other@${START}`] }
      const folded = extent === 'not yet' ? [] : extent === 'for one queue' ? ['a'] : ['a', 'b']
      const queues = folded.map((queue) => noteRecord('queue', queue, queueNote, START, null))
      await store.commit([gone, ...queues].map((record) => ({ expect: 0, record }) as const))
      expect((await scheduler.getStats()).totals.completed).toBe(8)
      await scheduler.start()
      await clock.advance(2 * MINUTE)
      expect(await store.count({ kind: 'worker' })).toBe(1)
      expect((await scheduler.getStats()).totals.completed).toBe(8)
    },
  )

  it('that was taken for dead while its process was suspended comes back, and nothing is counted twice', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, workerId: 'one' })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work')
    await clock.advance(16 * SECOND)
    const [note] = await store.list({ kind: 'worker', limit: 1 })
    if (note === undefined) throw new Error('there is no note')
    // What another process does that finds it stale.
    const key = { kind: 'worker', id: 'one' } as const
    const counters = note.spec.counters['default'] ?? NO_COUNTS
    const spec = { isPaused: false, counters, folded: [`one@${note.at}`] }
    await store.commit([
      { expect: 0, record: noteRecord('queue', 'default', spec, clock.now(), null) },
      { expect: note.version, key, patch: null },
    ])
    await scheduler.enqueue('work')
    await clock.advance(16 * SECOND)
    expect(await scheduler.getStats()).toMatchObject({ workers: 1, totals: { submitted: 2, completed: 2 } })
    await settled(clock, scheduler.shutdown())
    await scheduler.start()
    expect(await scheduler.getStats()).toMatchObject({ workers: 1, totals: { submitted: 2, completed: 2 } })
  })

  it('counts on where it was when its scheduler is started again', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    for (let round = 1; round <= 3; round += 1) {
      await scheduler.enqueue('work')
      await clock.advance(SECOND)
      await settled(clock, scheduler.shutdown())
      await scheduler.start()
      expect((await scheduler.getStats()).totals).toEqual({
        ...NO_COUNTS,
        submitted: round,
        started: round,
        completed: round,
      })
    }
  })

  it('that is not heard of in one store is in the others', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() }, workerId: 'one' })
    await scheduler.addJobStore('second', newStore())
    await clock.advance(0)
    expect(await scheduler.getWorkers()).toMatchObject([{ store: 'default' }, { store: 'second' }])
    expect(await scheduler.getWorkers('second')).toMatchObject([{ id: 'one', store: 'second' }])
    await scheduler.removeJobStore('second')
    expect(await scheduler.getWorkers()).toMatchObject([{ store: 'default' }])
  })
})

describe('heartbeats', () => {
  it('say that the worker is stopping while its last runs end', async () => {
    const store = new UnrulyStore({ shared: true })
    const clock = new ManualClock(START)
    const { scheduler } = await startedBench({ clock, jobStores: { default: store }, workerId: 'one' })
    const { scheduler: other } = newBench({ clock, jobStores: { default: store }, workerId: 'other' })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.enqueue('work')
    await clock.advance(0)
    const shutdown = scheduler.shutdown()
    await clock.advance(0)
    expect(await other.getWorkers()).toMatchObject([{ id: 'one', state: 'stopping', runningCount: 1 }])
    gate.open()
    await settled(clock, shutdown)
  })

  it('name a hundred of the runs at work, and say how many there are', async () => {
    const { clock, scheduler } = await startedBench({ executors: { default: { type: 'async', maxConcurrency: 150 } } })
    scheduler.register('work', new Gate().handler)
    await scheduler.enqueueMany('work', Array.from({ length: 120 }))
    await clock.advance(0)
    const [worker] = await scheduler.getWorkers()
    expect(worker).toMatchObject({ runningCount: 120 })
    expect(worker?.running).toHaveLength(100)
  })

  it('of an idle scheduler come once in a lease, and wake nothing else', async () => {
    const store = new UnrulyStore({ shared: true })
    const { clock } = await startedBench({ jobStores: { default: store }, leaseDuration: '20s' })
    await clock.advance(0)
    expect(store.commits).toBe(1)
    await clock.advance(MINUTE)
    expect(store.commits).toBe(4)
  })

  it('come at most once in a poll interval, however much is counted', async () => {
    const store = new UnrulyStore({ shared: true })
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, workerId: 'one' })
    scheduler.register('work', () => undefined)
    await clock.advance(SECOND)
    const [before] = await store.get([{ kind: 'worker', id: 'one' }])
    for (let index = 0; index < 50; index += 1) {
      await scheduler.enqueue('work')
      await clock.advance(100)
    }
    const [after] = await store.get([{ kind: 'worker', id: 'one' }])
    const beats = (after?.version ?? 0) - (before?.version ?? 0)
    expect(beats).toBeGreaterThanOrEqual(4)
    expect(beats).toBeLessThanOrEqual(5)
  })

  it('to a store that lives and dies with the process come only when there is something to say', async () => {
    const store = new MemoryJobStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, workerId: 'one' })
    scheduler.register('work', () => undefined)
    await clock.advance(HOUR)
    expect(await store.get([{ kind: 'worker', id: 'one' }])).toMatchObject([{ version: 1, due: null }])
    await scheduler.enqueue('work')
    await clock.advance(HOUR)
    expect(await store.get([{ kind: 'worker', id: 'one' }])).toMatchObject([{ version: 2, due: null }])
    expect(await scheduler.getWorkers()).toMatchObject([{ processed: 1, state: 'active' }])
  })

  it('report a store that fails once, leave it alone, and go on when it works again', async () => {
    const store = new UnrulyStore({ shared: true })
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, leaseDuration: '1s' })
    const events = recordEvents(scheduler)
    await clock.advance(SECOND)
    store.fail()
    await clock.advance(10 * MINUTE)
    expect(events.filter((event) => event.startsWith('store:error'))).toHaveLength(1)
    // The loop's own questions: after 100 ms, doubled up to 2 s.
    expect(store.failures).toBeLessThan(310)
    store.behave()
    await clock.advance(10 * SECOND)
    expect(await scheduler.getWorkers()).toMatchObject([{ state: 'active' }])
    expect(await store.count({ kind: 'worker' })).toBe(1)
  })

  it('to a store that never answers hold up neither the loop of the other stores nor a shutdown', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: 'memory:', slow: store } })
    scheduler.register('work', () => undefined)
    store.hang()
    await clock.advance(MINUTE)
    const run = await scheduler.enqueue('work')
    await clock.advance(SECOND)
    expect(await scheduler.getRun(run.id, 'default')).toMatchObject({ state: 'completed' })
    const begun = clock.monotonic()
    await settled(clock, scheduler.shutdown())
    expect(clock.monotonic() - begun).toBeLessThanOrEqual(20 * SECOND)
  })

  it('find their note again when the reply to one was lost', async () => {
    const store = new UnrulyStore({ shared: true })
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, workerId: 'one' })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work')
    store.loseReply((changes) => changes.some((change) => 'key' in change && change.key.kind === 'worker'))
    await clock.advance(MINUTE)
    expect(await scheduler.getWorkers()).toMatchObject([{ id: 'one', processed: 1 }])
    const [note] = await store.list({ kind: 'worker', limit: 1 })
    expect(note?.spec.beatAt).toBeGreaterThan(START + 40 * SECOND)
    expect((await scheduler.getStats()).totals.completed).toBe(1)
  })
})

describe('two processes with one workerId', () => {
  it('are warned of once each; the one that came last is shown, and nothing is counted twice', async () => {
    const store = new UnrulyStore({ shared: true })
    const clock = new ManualClock(START)
    const warnings: string[] = []
    const logger = (name: string) => ({
      debug: () => undefined,
      info: () => undefined,
      error: () => undefined,
      warn: (_fields: object, message?: string) => void warnings.push(`${name}: ${message}`),
    })
    const options = { clock, workerId: 'same', jobStores: { default: store } }
    const { scheduler: first } = newBench({ ...options, logger: logger('first') })
    const { scheduler: second } = newBench({ ...options, logger: logger('second') })
    for (const scheduler of [first, second]) scheduler.register('work', () => undefined)
    await first.start()
    await first.enqueue('work')
    await clock.advance(2 * SECOND)
    await second.start()
    for (let round = 0; round < 5; round += 1) {
      await first.enqueue('work')
      await second.enqueue('work')
      await clock.advance(MINUTE)
    }
    const text = 'another process on the job store has the same workerId, unless it has just died: they must differ'
    expect(warnings.sort()).toEqual([`first: ${text}`, `second: ${text}`])
    const [note] = await store.list({ kind: 'worker', limit: 9 })
    expect(note?.spec.startedAt).toBe(START + 2 * SECOND)
    await settled(clock, Promise.all([first.shutdown(), second.shutdown()]))
    const { scheduler: third } = newBench({ ...options, workerId: 'third' })
    expect((await third.getStats()).totals).toMatchObject({ submitted: 11, completed: 11 })
  })

  it('one of which was killed: the one after it takes its place', async () => {
    const store = new UnrulyStore({ shared: true })
    const clock = new ManualClock(START + SECOND)
    const { scheduler } = newBench({ clock, workerId: 'other', jobStores: { default: store } })
    await scheduler.getJobs()
    await store.commit([{ expect: 0, record: noteRecord('worker', 'other', OTHER, START, START + MINUTE) }])
    await scheduler.start()
    await clock.advance(SECOND)
    expect(await scheduler.getWorkers()).toMatchObject([{ id: 'other', pid: process.pid, processed: 0 }])
    expect(await store.count({ kind: 'worker' })).toBe(1)
    expect((await scheduler.getStats()).totals).toEqual({ ...NO_COUNTS, submitted: 5, completed: 4 })
  })
})
