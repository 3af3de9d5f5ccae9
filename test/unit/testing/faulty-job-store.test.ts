import { describe, expect, it, onTestFinished } from 'vitest'
import { interval, MemoryJobStore } from '../../../src/index.ts'
import { insert, NOW, runRecord } from '../../../src/testing/conformance/records.ts'
import { STORE_OPERATIONS } from '../../../src/testing/forwarding-job-store.ts'
import {
  type Fault,
  FaultyJobStore,
  type FaultyJobStoreOptions,
  ManualClock,
  steppedScheduler,
} from '../../../src/testing.ts'

const HOST = { workerId: 'test', now: () => NOW, wakeup: () => undefined, reportError: () => undefined }

async function opened(options: FaultyJobStoreOptions = {}): Promise<FaultyJobStore> {
  const store = new FaultyJobStore(new MemoryJobStore(), options)
  await store.start(HOST, 'faulty')
  onTestFinished(() => store.shutdown())
  return store
}

/** Adds a run; whether the call failed, and whether the run is there. */
async function added(store: FaultyJobStore, id: string): Promise<readonly [call: 'ok' | 'failed', isThere: boolean]> {
  const call = await insert(store, runRecord(id)).then(
    () => 'ok' as const,
    () => 'failed' as const,
  )
  const [found] = await store.get([{ kind: 'run', id }])
  return [call, found !== undefined]
}

describe('a faulty store without a plan', () => {
  it('hands everything on, and counts the calls of each operation', async () => {
    const store = await opened()
    expect(await added(store, 'a')).toEqual(['ok', true])
    await store.due({ lane: 'run', before: NOW, limit: 1 })
    await store.nextDue([{ lane: 'run' }])
    await store.nextDue([{ lane: 'job' }])
    const none = Object.fromEntries(STORE_OPERATIONS.map((name) => [name, 0]))
    expect(store.calls).toEqual({ ...none, open: 1, get: 1, due: 1, nextDue: 2, commit: 1 })
    expect(store.injected).toEqual([])
    expect(store.capabilities).toEqual({ persistent: false, shared: false, embedded: true })
  })
})

describe('a planned fault', () => {
  it('before a call: nothing was done', async () => {
    const store = await opened({ faults: [{ operation: 'commit' }] })
    expect(await added(store, 'a')).toEqual(['failed', false])
    expect(await added(store, 'a')).toEqual(['ok', true])
  })

  it('after a call: it was done, and the reply was lost', async () => {
    const store = await opened({ faults: [{ operation: 'commit', when: 'after' }] })
    expect(await added(store, 'a')).toEqual(['failed', true])
  })

  it('is an error that says so', async () => {
    const store = await opened({ faults: [{ operation: 'count', when: 'after' }] })
    await expect(store.count({ kind: 'run' })).rejects.toMatchObject({
      code: 'STORE_ERROR',
      details: { operation: 'count', call: 1, when: 'after', store: 'faulty' },
    })
    expect(store.injected).toEqual([{ operation: 'count', call: 1, when: 'after' }])
  })

  it.each<[string, Fault, string]>([
    ['the third call', { operation: 'commit', call: 3 }, '..x..'],
    ['two calls from the second', { operation: 'commit', call: 2, times: 2 }, '.xx..'],
    ['every call from the fourth', { operation: 'commit', call: 4, times: Number.POSITIVE_INFINITY }, '...xx'],
  ])('meets %s', async (_name, fault, expected) => {
    const store = await opened({ faults: [fault] })
    const seen: string[] = []
    for (const id of 'abcde') seen.push((await added(store, id))[0] === 'ok' ? '.' : 'x')
    expect(seen.join('')).toBe(expected)
  })

  it('counts from the moment at which it was planned', async () => {
    const store = await opened()
    await added(store, 'a')
    store.plan({ operation: 'commit', call: 2 })
    expect((await added(store, 'b'))[0]).toBe('ok')
    expect((await added(store, 'c'))[0]).toBe('failed')
  })

  it('of no operation in particular meets whatever comes', async () => {
    const store = await opened()
    store.plan({ call: 2 })
    await store.count({ kind: 'run' })
    await expect(store.nextDue([{ lane: 'run' }])).rejects.toMatchObject({ code: 'STORE_ERROR' })
    await store.nextDue([{ lane: 'run' }])
  })

  it('at opening keeps the store closed, and the next start opens it', async () => {
    const store = new FaultyJobStore(new MemoryJobStore(), { faults: [{ operation: 'open' }] })
    await expect(store.start(HOST, 'faulty')).rejects.toMatchObject({ code: 'STORE_ERROR' })
    await expect(store.count({ kind: 'run' })).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    await store.start(HOST, 'faulty')
    expect(await store.count({ kind: 'run' })).toBe(0)
  })

  it('at closing closes the store all the same', async () => {
    const inner = new MemoryJobStore()
    const store = new FaultyJobStore(inner, { faults: [{ operation: 'close' }] })
    await store.start(HOST, 'faulty')
    await expect(store.shutdown()).rejects.toMatchObject({ code: 'STORE_ERROR' })
    await expect(inner.count({ kind: 'run' })).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })

  it('with a delay makes the request, or the reply, late instead', async () => {
    const clock = new ManualClock(NOW)
    const store = await opened({ clock })
    store.plan({ operation: 'commit', delay: '3s' })
    store.plan({ operation: 'commit', when: 'after', delay: '2s' })
    const call = added(store, 'a')
    await clock.advance(2_999)
    expect(await store.count({ kind: 'run' })).toBe(0)
    await clock.advance(1)
    expect(await store.count({ kind: 'run' })).toBe(1)
    expect(store.calls.get).toBe(0)
    await clock.advance(2_000)
    expect(await call).toEqual(['ok', true])
  })
})

describe('an outage', () => {
  it('lasts until the store is told to recover', async () => {
    const store = await opened()
    store.fail()
    for (let call = 0; call < 3; call += 1) await expect(store.count({ kind: 'run' })).rejects.toThrow(/planned fault/)
    store.recover()
    expect(await store.count({ kind: 'run' })).toBe(0)
  })

  it('lasts as long as it was said to, by the clock', async () => {
    const clock = new ManualClock(NOW)
    const store = await opened({ clock })
    store.fail('30s')
    await clock.advance(29_999)
    await expect(store.count({ kind: 'run' })).rejects.toMatchObject({ code: 'STORE_ERROR' })
    await clock.advance(1)
    expect(await store.count({ kind: 'run' })).toBe(0)
  })

  it('is one event for a scheduler, which catches up after it', async () => {
    const clock = new ManualClock(NOW)
    const store = new FaultyJobStore(new MemoryJobStore(), { clock })
    await using stepped = await steppedScheduler({ clock, jobStores: { default: store } })
    const errors: unknown[] = []
    stepped.scheduler.on('store:error', ({ error }) => errors.push(error))
    await stepped.scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    await stepped.advance('1m')
    store.fail('10m')
    await stepped.advance('11m')
    expect(errors).toHaveLength(1)
    const runs = await stepped.scheduler.getRuns({ jobId: 'tick' })
    expect(runs).toHaveLength(12)
    expect(runs.every(({ state }) => state === 'completed' || state === 'skipped')).toBe(true)
  })
})

describe('faults drawn at random', () => {
  const draw = async (options: FaultyJobStoreOptions, calls = 200): Promise<string> => {
    const store = new FaultyJobStore(new MemoryJobStore(), options)
    await store.start(HOST, 'faulty')
    for (let call = 0; call < calls; call += 1) await store.count({ kind: 'run' }).catch(() => undefined)
    return store.injected.map(({ call, when }) => `${when} ${call}`).join(', ')
  }

  it('are the same for the same seed, and others for another', async () => {
    const random = { before: 0.2, after: 0.2, operations: ['count'] } as const
    const first = await draw({ random: { ...random, seed: 7 } })
    expect(await draw({ random: { ...random, seed: 7 } })).toBe(first)
    expect(await draw({ random: { ...random, seed: 8 } })).not.toBe(first)
  })

  it('are as many as was said', async () => {
    const faults = (await draw({ random: { seed: 1, before: 0.1, after: 0.3, operations: ['count'] } }, 5_000)).split(
      ', ',
    )
    const before = faults.filter((fault) => fault.startsWith('before')).length
    expect(before / 5_000).toBeCloseTo(0.1, 1)
    expect((faults.length - before) / 5_000).toBeCloseTo(0.3, 1)
  })

  it('leave other operations alone', async () => {
    expect(await draw({ random: { seed: 1, before: 1, operations: ['commit'] } })).toBe('')
  })
})

describe('a scheduler on a store of which one call in five fails before it is made and one reply in five is lost', () => {
  it.each([1, 2, 3])('completes 100 jobs of 5 fires each, none lost and none doubled (seed %i)', async (seed) => {
    const clock = new ManualClock(NOW)
    const store = new FaultyJobStore(new MemoryJobStore(), { clock, random: { seed, before: 0.2, after: 0.2 } })
    await using stepped = await steppedScheduler({
      clock,
      jobStores: { default: store },
      jobDefaults: { coalesce: false, maxInstances: 10, onCrash: 'retry' },
    })
    const { scheduler } = stepped
    const completed = new Set<string>()
    scheduler.register('work', (_input, run) => void completed.add(run.id))
    const due: string[] = []
    for (let job = 0; job < 100; job += 1) {
      const startDate = NOW + 10_000 + job * 100
      const trigger = interval('10s', { startDate, endDate: startDate + 40_000 })
      for (let fire = 0; fire < 5; fire += 1) due.push(`job-${job}@${startDate + fire * 10_000}`)
      await again(() => scheduler.addJob('work', trigger, { id: `job-${job}`, replaceExisting: true }))
    }
    await stepped.advance('5m')
    store.recover()
    const runs = await again(() => scheduler.getRuns({ limit: 10_000 }))
    expect(store.injected.length).toBeGreaterThan(100)
    expect(runs.map(({ id }) => id).sort()).toEqual(due.sort())
    // A run whose claim is lost three times in a row is dead, as it is promised.
    const dead = runs.filter(({ state }) => state === 'dead').map(({ id }) => id)
    expect(dead.length).toBeLessThan(due.length / 50)
    expect(runs.filter(({ state }) => state === 'completed')).toHaveLength(due.length - dead.length)
    expect([...completed, ...dead]).toEqual(expect.arrayContaining(due))
  })
})

describe('a wrong plan', () => {
  const wrong: readonly (readonly [field: string, options: object])[] = [
    ['options.fault', { fault: {} }],
    ['options.faults[1].operation', { faults: [{}, { operation: 'write' }] }],
    ['options.faults[0].call', { faults: [{ call: 0 }] }],
    ['options.faults[0].times', { faults: [{ times: 1.5 }] }],
    ['options.faults[0].when', { faults: [{ when: 'during' }] }],
    ['options.faults[0].delay', { faults: [{ delay: 'soon' }] }],
    ['options.random.seed', { random: { before: 0.5 } }],
    ['options.random.before', { random: { seed: 1, before: 2 } }],
    ['options.random.after', { random: { seed: 1, before: 0.8, after: 0.3 } }],
    ['options.random.operations[0]', { random: { seed: 1, operations: ['write'] } }],
    ['options.latency', { latency: -1 }],
  ]

  it.each(wrong)('is refused, with the name of what is wrong: %s', (field, options) => {
    const make = (): FaultyJobStore => new FaultyJobStore(new MemoryJobStore(), options)
    expect(make).toThrow(expect.objectContaining({ details: expect.objectContaining({ field }) }))
  })

  it('of a store that is no built-in one is refused', () => {
    expect(() => Reflect.construct(FaultyJobStore, [{}])).toThrow(/store: must be a built-in job store/)
  })
})

/** Asks until it is answered. */
async function again<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch {
      // A planned fault.
    }
  }
}
