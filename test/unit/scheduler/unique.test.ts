/** Enqueuing under a key: one run at a time, or one in a window. */

import { describe, expect, it } from 'vitest'
import { MemoryJobStore, type Run } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  DAY,
  Gate,
  HOUR,
  MINUTE,
  newBench,
  newDatabasePath,
  Recorder,
  recordEvents,
  rejection,
  SECOND,
  START,
  STORES,
  startedBench,
} from './support.ts'

/** Lets time pass, most of it in one step of the wall clock. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.step(ms - MINUTE)
  await clock.advance(MINUTE)
}

const keysIn = async (store: RecordJobStore): Promise<number> => (await store.list({ kind: 'key', limit: 100 })).length

describe.each(STORES)('a unique key on %s', (_name, newStore) => {
  it('FD-19 gives the first run while it waits and while it is at work, and adds one when it is over', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('sync', gate.handler)
    const enqueue = (input: number): Promise<Run> => scheduler.enqueue('sync', input, { unique: 'user-7' })
    const events = recordEvents(scheduler)
    const first = await enqueue(1)
    expect((await enqueue(2)).id).toBe(first.id)
    await clock.advance(0)
    expect(await enqueue(3)).toMatchObject({ id: first.id, state: 'running', input: 1 })
    expect(events.filter((event) => event.startsWith('run:submitted'))).toEqual([`run:submitted ${first.id}`])
    gate.open()
    await clock.advance(0)
    const second = await enqueue(4)
    expect(second).toMatchObject({ state: 'pending', input: 4 })
    expect(second.id).not.toBe(first.id)
    expect(await scheduler.getRuns()).toHaveLength(2)
  })

  it('FD-19 is taken for `within` after it was enqueued, and free afterwards', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('mail', () => undefined)
    const unique = { key: 'welcome', within: '10m' }
    const first = await scheduler.enqueue('mail', 1, { unique })
    await clock.advance(10 * MINUTE - 1)
    expect(await scheduler.enqueue('mail', 2, { unique })).toMatchObject({ id: first.id, state: 'completed' })
    await clock.advance(1)
    const second = await scheduler.enqueue('mail', 3, { unique })
    expect(second.id).not.toBe(first.id)
    // Asking again did not lengthen the window of the first, and the second has one of its own.
    await clock.advance(MINUTE)
    expect((await scheduler.enqueue('mail', 4, { unique })).id).toBe(second.id)
  })

  it('belongs to its function', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('one', () => undefined)
    scheduler.register('other', () => undefined)
    const runs = [
      await scheduler.enqueue('one', 1, { unique: 'key' }),
      await scheduler.enqueue('other', 2, { unique: 'key' }),
      await scheduler.enqueue('one', 3, { unique: 'another' }),
      await scheduler.enqueue('one', 4),
      await scheduler.enqueue('one', 5),
    ]
    expect(new Set(runs.map(({ id }) => id)).size).toBe(5)
  })

  it('is kept by a delayed run until it is over, also past its retries', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    scheduler.register('flaky', (_input, run) => {
      if (run.attempt === 1) throw new Error('not yet')
    })
    const options = { unique: 'key', delay: '20s', retry: { attempts: 2, delay: '20s' } } as const
    const first = await scheduler.enqueue('flaky', 1, options)
    for (const turn of [1, 2, 3]) {
      await clock.advance(10 * SECOND)
      expect((await scheduler.enqueue('flaky', turn, options)).id).toBe(first.id)
    }
    await clock.advance(10 * SECOND)
    expect((await scheduler.enqueue('flaky', 1, options)).id).not.toBe(first.id)
  })

  it('is free when its run was cancelled or purged, and taken inside its window', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    const first = await scheduler.enqueue('work', 1, { unique: 'key' })
    await scheduler.cancelRun(first.id)
    const second = await scheduler.enqueue('work', 2, { unique: 'key' })
    expect(second.id).not.toBe(first.id)
    await scheduler.queue('default').purge()
    const third = await scheduler.enqueue('work', 3, { unique: { key: 'key', within: '1h' } })
    expect(third.id).not.toBe(second.id)
    await scheduler.queue('default').purge()
    expect(await scheduler.enqueue('work', 4, { unique: 'key' })).toMatchObject({ id: third.id, state: 'cancelled' })
  })

  it('is taken inside its window even when the record of its run is gone: nobody knows how it ended', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler, { history: { keep: 0 } })
    const unique = { key: 'key', within: '1m' }
    const first = await scheduler.enqueue('work', 1, { unique })
    await clock.advance(SECOND)
    expect(await scheduler.getRun(first.id)).toBeUndefined()
    expect(await scheduler.enqueue('work', 2, { unique })).toMatchObject({
      id: first.id,
      state: 'unknown',
      reason: 'history-removed',
    })
    await clock.advance(MINUTE)
    expect(await scheduler.enqueue('work', 3, { unique })).toMatchObject({ state: 'pending' })
    await clock.advance(SECOND)
    expect(recorder.inputs).toEqual([1, 3])
  })

  it('is one of many: a hundred at once add one run', async () => {
    const { scheduler } = newBench({ jobStores: { default: newStore() } })
    scheduler.register('work', () => undefined)
    const asked = Array.from({ length: 100 }, (_, index) => scheduler.enqueue('work', index, { unique: 'key' }))
    expect(new Set((await Promise.all(asked)).map(({ id }) => id)).size).toBe(1)
    expect(await scheduler.getRuns()).toHaveLength(1)
  })

  it('whose step was written but not confirmed is taken: asking again gives that run', async () => {
    const store = newStore()
    const { scheduler } = newBench({ jobStores: { default: store } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 'opens the store')
    const commit = store.commit.bind(store)
    store.commit = async (changes) => {
      await commit(changes)
      store.commit = commit
      throw new Error('the reply was lost')
    }
    expect(await rejection(scheduler.enqueue('work', 1, { unique: 'key' }))).toMatchObject({
      message: 'the reply was lost',
    })
    expect(await scheduler.enqueue('work', 2, { unique: 'key' })).toMatchObject({ input: 1 })
    expect(await scheduler.getRuns()).toHaveLength(2)
  })

  it('whose step failed is free: neither key nor run was written', async () => {
    const store = newStore()
    const { scheduler } = newBench({ jobStores: { default: store } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 'opens the store')
    const commit = store.commit.bind(store)
    store.commit = () => Promise.reject(new Error('down'))
    expect(await rejection(scheduler.enqueue('work', 1, { unique: 'key' }))).toMatchObject({ message: 'down' })
    store.commit = commit
    expect(await scheduler.enqueue('work', 2, { unique: 'key' })).toMatchObject({ input: 2 })
  })

  it('that cannot be read is an error, and not tried for ever', async () => {
    const store = newStore()
    const { scheduler } = newBench({ jobStores: { default: store } })
    scheduler.register('work', () => undefined)
    await scheduler.enqueue('work', 1, { unique: 'key' })
    const get = store.get.bind(store)
    store.get = async (keys) => (keys.some(({ kind }) => kind === 'key') ? [undefined] : get(keys))
    expect(await rejection(scheduler.enqueue('work', 2, { unique: 'key' }))).toMatchObject({
      code: 'DESERIALIZATION',
      message: expect.stringContaining('the unique key "key"'),
    })
    expect(await scheduler.getRuns()).toHaveLength(1)
  })

  it('is removed some time after it is free, and never while it is taken', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({
      jobStores: { default: store },
      pollInterval: '1h',
      leaseDuration: '1h',
    })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.enqueue('work', 1, { unique: 'long' })
    await scheduler.enqueue('work', 2, { unique: { key: 'window', within: '2d' } })
    await clock.advance(0)
    for (let hours = 0; hours < 6; hours += 1) {
      await pass(clock, HOUR)
      expect(await keysIn(store)).toBe(2)
    }
    gate.open()
    gate.open()
    await pass(clock, 2 * HOUR)
    expect(await keysIn(store)).toBe(1)
    await pass(clock, 2 * DAY)
    expect(await keysIn(store)).toBe(0)
  })
})

describe('a unique key and two processes', () => {
  it('is given to one of them, in every round', async () => {
    const path = newDatabasePath()
    const clock = new ManualClock(START)
    const schedulers = [1, 2].map(() => {
      const { scheduler } = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, clock })
      scheduler.register('work', () => undefined)
      return scheduler
    })
    for (let round = 0; round < 20; round += 1) {
      const asked = schedulers.flatMap((scheduler) =>
        [1, 2, 3].map((input) => scheduler.enqueue('work', input, { unique: 'key' })),
      )
      const ids = new Set((await Promise.all(asked)).map(({ id }) => id))
      expect(ids.size).toBe(1)
      for (const id of ids) await schedulers[round % 2]?.cancelRun(id)
    }
    expect(await schedulers[0]?.getRuns()).toHaveLength(20)
  })
})

describe('unique', () => {
  it.each([
    ['a key that is no text', { unique: 7 }, 'options.unique'],
    ['an empty key', { unique: '' }, 'options.unique'],
    ['no key', { unique: { within: '1m' } }, 'options.unique.key'],
    ['an unknown option', { unique: { key: 'a', for: '1m' } }, 'options.unique.for'],
    ['a window that is no duration', { unique: { key: 'a', within: 'long' } }, 'options.unique.within'],
    ['an id beside it', { unique: 'a', id: 'b' }, 'options.id'],
  ])('refuses %s', async (_name, options, field) => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    expect(await rejection(scheduler.enqueue('work', 1, options as object))).toMatchObject({ details: { field } })
    expect(await scheduler.getRuns()).toEqual([])
  })

  it('is refused for several inputs, and taken for one', async () => {
    const { scheduler } = newBench()
    scheduler.register('work', () => undefined)
    expect(await rejection(scheduler.enqueueMany('work', [1, 2], { unique: 'key' }))).toMatchObject({
      details: { field: 'options.unique', value: 'key', rule: 'must not be given for several inputs' },
    })
    expect(await scheduler.enqueueMany('work', [1], { unique: 'key' })).toHaveLength(1)
  })

  it('takes keys of any text: long, with blanks, with line breaks', async () => {
    const { scheduler } = newBench({ jobStores: { default: new MemoryJobStore() } })
    scheduler.register('work', () => undefined)
    for (const unique of ['x'.repeat(1_000), ' a b ', 'a\nb', 'ключ']) {
      const first = await scheduler.enqueue('work', 1, { unique })
      expect((await scheduler.enqueue('work', 2, { unique })).id).toBe(first.id)
    }
    expect(await scheduler.getRuns()).toHaveLength(4)
  })
})
