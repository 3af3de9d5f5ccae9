/** Stopping: runs may end, the rest is handed back, and it always comes to its end. */

import { describe, expect, it } from 'vitest'
import { interval, type RunContext } from '../../../src/index.ts'
import {
  Gate,
  MINUTE,
  newBench,
  Recorder,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  STORES,
  settled,
  startedBench,
} from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

/** A handler that ends when it is told to, as a good one does. */
function obedient(_input: unknown, run: RunContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    run.signal.addEventListener('abort', () => reject(run.signal.reason), { once: true })
  })
}

describe.each(STORES)('shutdown on %s', (_name, newStore) => {
  it('waits for runs at work, and keeps their results', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const run = await scheduler.enqueue('work')
    await clock.advance(0)
    const stopping = scheduler.shutdown({ timeout: '30s' })
    await clock.advance(10 * SECOND)
    expect(gate.entered[0]?.signal.aborted).toBe(false)
    gate.open('in time')
    await settled(clock, stopping)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', output: 'in time' })
  })

  it('tells runs to stop when the time is over, and hands them back without using up an attempt', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const runs: RunContext[] = []
    scheduler.register('work', (input: unknown, run) => {
      runs.push(run)
      return runs.length === 1 ? obedient(input, run) : 'second time'
    })
    const run = await scheduler.enqueue('work', undefined, { retry: 1 })
    await clock.advance(0)
    await settled(clock, scheduler.shutdown({ timeout: '5s' }))
    expect(runs[0]?.signal.reason).toMatchObject({ code: 'SHUTDOWN' })
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'pending', attempt: 0, reason: 'handed-back' })

    await scheduler.start()
    await clock.advance(0)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', attempt: 1, output: 'second time' })
  })

  it('does not wait for a handler that hangs: its run is handed back over its head', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const run = await scheduler.enqueue('work')
    await clock.advance(0)
    await settled(clock, scheduler.shutdown({ wait: false }))
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'pending', attempt: 0 })
    gate.open('too late')
    await clock.advance(MINUTE)
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'pending', output: undefined })
  })
})

describe('shutdown', () => {
  it('keeps the result of a handler that ends well although it was told to stop', async () => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue((_input: unknown, { signal }: RunContext) => {
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('just made it')))
    })
    await clock.advance(0)
    await settled(clock, scheduler.shutdown({ wait: false }))
    expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', output: 'just made it' })
  })

  it('fires nothing from the moment it is called', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    const gate = new Gate()
    await scheduler.addJob(recorder.handler, interval('1s'))
    await scheduler.enqueue(gate.handler)
    await clock.advance(SECOND)
    const stopping = scheduler.shutdown({ timeout: '20s' })
    expect(scheduler.state).toBe('stopped')
    await clock.advance(10 * SECOND)
    gate.open()
    await settled(clock, stopping)
    await clock.advance(MINUTE)
    expect(recorder.calls).toHaveLength(1)
  })

  it('leaves no timer behind', async () => {
    const { clock, scheduler } = await startedBench()
    await scheduler.addJob(() => undefined, interval('1s'))
    const hanging = new Gate()
    await scheduler.enqueue(hanging.handler, undefined, { timeout: '1h' })
    await clock.advance(10 * SECOND)
    await settled(clock, scheduler.shutdown({ wait: false }))
    expect(clock.pendingTimers).toBe(0)
  })

  it('two calls end together, and one more when stopped does nothing', async () => {
    const { clock, scheduler } = await startedBench()
    const events = recordEvents(scheduler)
    await settled(clock, Promise.all([scheduler.shutdown(), scheduler.shutdown({ wait: false })]))
    await scheduler.shutdown()
    expect(events).toEqual(['scheduler:shutdown'])
  })

  it('closes a store that was opened without a start', async () => {
    let closed = 0
    class CountingStore extends UnrulyStore {
      protected override async close(): Promise<void> {
        closed += 1
        await super.close()
      }
    }
    const { clock, scheduler } = newBench({ jobStores: { default: new CountingStore() } })
    await scheduler.enqueue(() => undefined)
    await settled(clock, scheduler.shutdown())
    expect(closed).toBe(1)
  })

  it.each([
    ['fails', (store: UnrulyStore) => store.fail()],
    ['never answers', (store: UnrulyStore) => store.hang()],
  ])('returns with a store that %s, and a handler that hangs', async (_name, break_) => {
    const store = new UnrulyStore({ shared: true })
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1s'), { id: 'tick' })
    await scheduler.enqueue(new Gate().handler)
    await clock.advance(SECOND)
    break_(store)
    await clock.advance(2 * SECOND)
    await settled(clock, scheduler.shutdown({ timeout: '1s' }))
    expect(scheduler.state).toBe('stopped')
    await clock.advance(MINUTE)
    expect(clock.pendingTimers).toBe(0)
  })

  it('no run starts when a store answers only after it', async () => {
    const store = new UnrulyStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    await scheduler.addJob(recorder.handler, interval('1s'), { id: 'tick' })
    store.holdReplies()
    await clock.advance(SECOND)
    await settled(clock, scheduler.shutdown({ wait: false }))
    store.behave()
    await clock.advance(MINUTE)
    expect(recorder.calls).toEqual([])

    await scheduler.start()
    await clock.advance(MINUTE)
    expect(recorder.calls[0]?.run.id).toMatch(/^tick@/)
  })

  it('ends those who wait for a run', async () => {
    const { clock, scheduler } = await startedBench()
    const run = await scheduler.enqueue(new Gate().handler)
    const waiting = rejection(scheduler.waitForRun(run))
    await clock.advance(0)
    await settled(clock, scheduler.shutdown({ wait: false }))
    expect(await settled(clock, waiting)).toMatchObject({ code: 'SHUTDOWN' })
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['an unknown option', { now: true }],
    ['a timeout that is no duration', { timeout: 'soon' }],
    ['a wait that is no truth value', { wait: 1 }],
  ])('refuses %s, and goes on running', async (_name, options) => {
    const { scheduler } = await startedBench()
    expect(await rejection(scheduler.shutdown(options as never))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(scheduler.state).toBe('running')
  })
})
