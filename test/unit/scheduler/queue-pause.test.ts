/** A paused queue: no process starts its runs, and nothing else is touched. */

import { describe, expect, it } from 'vitest'
import { interval, MemoryJobStore } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  Gate,
  MINUTE,
  newBench,
  newDatabasePath,
  Recorder,
  rejection,
  SECOND,
  START,
  STORES,
  startedBench,
} from './support.ts'

describe.each(STORES)('a paused queue on %s', (_name, newStore) => {
  it('starts no runs until it is resumed; other queues go on', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const queue = scheduler.queue('low')
    expect(await queue.isPaused()).toBe(false)
    await queue.pause()
    expect(await queue.isPaused()).toBe(true)
    await scheduler.enqueue('work', 'waits', { queue: 'low' })
    await scheduler.enqueue('work', 'goes on')
    await clock.advance(MINUTE)
    expect(recorder.inputs).toEqual(['goes on'])
    await queue.resume()
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['goes on', 'waits'])
    expect(await queue.isPaused()).toBe(false)
  })

  it('jobs still fire into it: their runs wait', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1m'), { id: 'job', queue: 'low' })
    await scheduler.queue('low').pause()
    await clock.advance(MINUTE)
    expect((await scheduler.getRuns({ jobId: 'job' })).map(({ state }) => state)).toEqual(['pending'])
    await scheduler.queue('low').resume()
    await clock.advance(0)
    expect((await scheduler.getRuns({ jobId: 'job' })).map(({ state }) => state)).toEqual(['completed'])
    expect(recorder.times).toEqual([MINUTE])
  })

  it('lets runs at work end, and keeps the pause through a restart', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.enqueueMany('work', [1, 2])
    await clock.advance(0)
    await scheduler.queue('default').pause()
    await scheduler.enqueue('work', 3)
    gate.open()
    gate.open()
    await clock.advance(SECOND)
    expect(await scheduler.getRuns({ state: 'completed' })).toHaveLength(2)
    await scheduler.shutdown()

    const again = await startedBench({ jobStores: { default: store }, clock })
    again.scheduler.register('work', gate.handler)
    await clock.advance(MINUTE)
    expect(gate.entered).toHaveLength(2)
    await again.scheduler.queue('default').resume()
    await clock.advance(0)
    expect(gate.entered).toHaveLength(3)
  })

  it('costs no look at the store while everything served is paused', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store }, queues: ['default'] })
    scheduler.register('work', () => undefined)
    await scheduler.queue('default').pause()
    await scheduler.enqueueMany('work', [1, 2, 3])
    await clock.advance(0)
    let asked = 0
    const due = store.due.bind(store)
    store.due = (query) => {
      if (query.lane === 'run') asked += 1
      return due(query)
    }
    const nextDue = store.nextDue.bind(store)
    store.nextDue = (queries) => {
      if (queries.some(({ lane }) => lane === 'run')) asked += 1
      return nextDue(queries)
    }
    await clock.advance(10 * SECOND)
    expect(asked).toBe(0)
  })
})

/** A clock on which every look at it takes a millisecond: what goes on without a rest takes time, too. */
class HurryingClock extends ManualClock {
  #looks = 0

  override monotonic(): number {
    this.#looks += 1
    return super.monotonic() + this.#looks
  }
}

describe('a queue paused by another process', () => {
  const twoOnOneFile = (): readonly [ReturnType<typeof newBench>, ReturnType<typeof newBench>] => {
    const path = newDatabasePath()
    const clock = new ManualClock(START)
    const one = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, clock })
    return [one, newBench({ jobStores: { default: new SqliteJobStore({ path }) }, clock })]
  }

  it('is noticed within one poll, and its resumption too, however busy this process is', async () => {
    const [one, { clock, scheduler: other }] = twoOnOneFile()
    const recorder = new Recorder(clock)
    one.scheduler.register('work', recorder.handler)
    other.register('work', recorder.handler)
    await one.scheduler.start()
    // This process looks at its store all the time, which puts off no look at the notes.
    await one.scheduler.addJob('work', interval('100ms'), { id: 'busy', input: 'busy' })
    await clock.advance(350)
    await other.queue('low').pause()
    await clock.advance(SECOND)
    await one.scheduler.enqueueMany('work', [1, 2, 3], { queue: 'low' })
    await clock.advance(MINUTE)
    expect(recorder.inputs.filter((input) => input !== 'busy')).toEqual([])
    await other.queue('low').resume()
    await clock.advance(SECOND)
    expect(recorder.inputs.filter((input) => input !== 'busy')).toEqual([1, 2, 3])
  })

  it('is noticed within one poll by a process that never comes to the end of its work', async () => {
    const path = newDatabasePath()
    const clock = new HurryingClock(START)
    const executors = { default: { type: 'async', maxConcurrency: 1 } }
    const jobStores = { default: new SqliteJobStore({ path }) }
    const { scheduler } = newBench({ jobStores, clock, executors, pollInterval: '100ms', leaseDuration: '1h' })
    const other = newBench({ jobStores: { default: new SqliteJobStore({ path }) } })
    let served = 0
    let pausing: Promise<void> | undefined
    scheduler.register('work', () => {
      served += 1
      if (served === 50) pausing = other.scheduler.queue('default').pause()
    })
    await scheduler.enqueueMany('work', Array.from({ length: 2_000 }))
    await scheduler.start()
    while (pausing === undefined) await clock.advance(1)
    await pausing
    for (let turns = 0; turns < 20; turns += 1) await clock.advance(1)
    expect(served).toBeLessThan(1_000)
    expect(await scheduler.getRuns({ state: 'running' })).toEqual([])
  })

  it('is known before the first run is claimed after a start', async () => {
    const [one, { clock, scheduler: other }] = twoOnOneFile()
    const recorder = new Recorder(clock)
    one.scheduler.register('work', recorder.handler)
    await other.queue('default').pause()
    await one.scheduler.enqueueMany('work', [1, 2, 3])
    await one.scheduler.start()
    await clock.advance(MINUTE)
    expect(recorder.inputs).toEqual([])
  })

  it('two that pause and resume at once agree in the end', async () => {
    const [one, { scheduler: other }] = twoOnOneFile()
    await Promise.all([one.scheduler.queue('default').pause(), other.queue('default').pause()])
    expect(await one.scheduler.queue('default').isPaused()).toBe(true)
    await Promise.all([one.scheduler.queue('default').resume(), other.queue('default').resume()])
    expect(await other.queue('default').isPaused()).toBe(false)
  })
})

describe('pausing a queue', () => {
  it('means one store, or all of them', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: 'memory:', other: new MemoryJobStore() } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.queue('default', 'other').pause()
    expect(await scheduler.queue('default', { store: 'default' }).isPaused()).toBe(false)
    expect(await scheduler.queue('default').isPaused()).toBe(true)
    await scheduler.enqueue('work', 'here')
    await scheduler.enqueue('work', 'there', { store: 'other' })
    await clock.advance(SECOND)
    expect(recorder.inputs).toEqual(['here'])
    await scheduler.queue('default').resume()
    await clock.advance(0)
    expect(recorder.inputs).toEqual(['here', 'there'])
  })

  it('is refused for a malformed name and an unknown store', async () => {
    const { scheduler } = newBench()
    expect(() => scheduler.queue('')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(await rejection(scheduler.queue('default', 'nowhere').pause())).toMatchObject({ code: 'STORE_LOOKUP' })
  })
})
