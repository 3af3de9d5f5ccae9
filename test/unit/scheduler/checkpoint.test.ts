/** What a handler keeps for its next attempt, and what that attempt learns. */

import { describe, expect, it } from 'vitest'
import { CronwrightError, type RunContext, type RunResume } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  type Bench,
  Gate,
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

/** Time passes, and no timer fires: the event loop is blocked. */
class BlockedClock extends ManualClock {
  #blocked = 0

  block(ms: number): void {
    this.#blocked += ms
  }

  override now(): number {
    return super.now() + this.#blocked
  }

  override monotonic(): number {
    return super.monotonic() + this.#blocked
  }
}

/** The checkpoint in the store. */
async function stored(store: RecordJobStore, id: string): Promise<unknown> {
  const [record] = await store.get([{ kind: 'run', id }])
  return record?.status.checkpoint
}

/** A scheduler with one run at work. */
async function atWork(store: RecordJobStore): Promise<Bench & { runId: string; run: RunContext; gate: Gate }> {
  const bench = await startedBench({ jobStores: { default: store } })
  const gate = new Gate()
  bench.scheduler.register('work', gate.handler)
  const { id: runId } = await bench.scheduler.enqueue('work', undefined, { retry: 2 })
  await bench.clock.advance(0)
  const [run] = gate.entered
  if (run === undefined) throw new Error('no run was started')
  return { ...bench, runId, run, gate }
}

describe.each(STORES)('a checkpoint on %s', (_name, newStore) => {
  it('ZJ-44 is stored when its promise resolves, and given to the next attempt', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const resumes: RunResume[] = []
    scheduler.register('work', async (_input: unknown, run: RunContext) => {
      resumes.push(run.resume)
      if (run.attempt === 1) {
        await run.checkpoint({ page: 3, seen: new Set(['a']), at: new Date(5) })
        expect(await stored(store, run.id)).toEqual({ page: 3, seen: new Set(['a']), at: new Date(5) })
        expect(run.resume.checkpoint).toBeUndefined()
        throw new Error('in the middle')
      }
      return run.resume.checkpoint
    })
    const run = await scheduler.enqueue('work', undefined, { retry: { attempts: 2, delay: '1s' } })
    const kept = { page: 3, seen: new Set(['a']), at: new Date(5) }
    expect(await settled(clock, scheduler.waitForRun(run))).toEqual(kept)
    expect(resumes).toEqual([
      { isResuming: false, reason: 'none', previousAttempt: null, checkpoint: undefined },
      { isResuming: true, reason: 'retry', previousAttempt: 1, checkpoint: kept },
    ])
  })

  it('is a copy, whatever the handler does to its value or to what it resumes with', async () => {
    const store = newStore()
    const { clock, run, runId } = await atWork(store)
    const value = { done: [1] }
    const saving = run.checkpoint(value)
    value.done.push(2)
    await settled(clock, saving)
    value.done.push(3)
    run.progress(1)
    await clock.advance(2 * SECOND)
    expect(await stored(store, runId)).toEqual({ done: [1] })
  })

  it('ZJ-44 too large or not storable is refused loudly, and the one before stays', async () => {
    const store = newStore()
    const { clock, run, runId } = await atWork(store)
    await settled(clock, run.checkpoint('small'))
    expect(await rejection(run.checkpoint('x'.repeat(1_024 * 1_024)))).toMatchObject({
      code: 'SERIALIZATION',
      details: { field: 'checkpoint', rule: expect.stringContaining('1048576') },
    })
    expect(await rejection(run.checkpoint(() => 0))).toMatchObject({ code: 'SERIALIZATION' })
    await clock.advance(20 * SECOND)
    expect(await stored(store, runId)).toBe('small')
    await settled(clock, run.checkpoint('x'.repeat(1_000_000)))
    await settled(clock, run.checkpoint(undefined))
    expect(await stored(store, runId)).toBeUndefined()
  })

  it('of many at once the last one wins, all resolve, and few are written', async () => {
    const store = newStore()
    const { clock, run, runId } = await atWork(store)
    const before = (await store.get([{ kind: 'run', id: runId }]))[0]?.version ?? 0
    await settled(clock, Promise.all(Array.from({ length: 50 }, (_, index) => run.checkpoint(index))))
    const [record] = await store.get([{ kind: 'run', id: runId }])
    expect(record?.status.checkpoint).toBe(49)
    expect((record?.version ?? 0) - before).toBeLessThanOrEqual(2)
  })

  it('stays when the run is at work for long, and goes on over its end', async () => {
    const store = newStore()
    const { clock, scheduler, run, runId, gate } = await atWork(store)
    await settled(clock, run.checkpoint('kept'))
    for (let second = 0; second < 30; second += 1) {
      run.progress(second)
      await clock.advance(SECOND)
    }
    expect(await stored(store, runId)).toBe('kept')
    gate.open()
    await settled(clock, scheduler.waitForRun(runId))
    expect(await stored(store, runId)).toBe('kept')
  })

  it('nobody waits for is written all the same, and harms nobody when it is too late', async () => {
    const store = newStore()
    const { clock, scheduler, run, runId, gate } = await atWork(store)
    void run.checkpoint('unwatched')
    await clock.advance(0)
    expect(await stored(store, runId)).toBe('unwatched')
    gate.open()
    await settled(clock, scheduler.waitForRun(runId))
    void run.checkpoint('too late')
    expect(await rejection(run.checkpoint('too late'))).toMatchObject({ code: 'RUN_STATE' })
    await clock.advance(SECOND)
    expect(await stored(store, runId)).toBe('unwatched')
  })
})

describe('why a run resumes', () => {
  it('ZJ-45 manual: somebody retried it; it has the last checkpoint and its attempts begin anew', async () => {
    const { clock, scheduler } = await startedBench()
    const resumes: RunResume[] = []
    scheduler.register('work', async (_input: unknown, run: RunContext) => {
      resumes.push(run.resume)
      await run.checkpoint('half')
      throw new Error('failed')
    })
    const run = await scheduler.enqueue('work')
    await rejection(settled(clock, scheduler.waitForRun(run)))
    await scheduler.retryRun(run.id)
    await clock.advance(0)
    expect(resumes[1]).toEqual({ isResuming: true, reason: 'manual', previousAttempt: null, checkpoint: 'half' })
  })

  it('ZJ-45 shutdown: it was handed back; the attempt counts anew', async () => {
    const path = newDatabasePath()
    const newScheduler = () => newBench({ jobStores: { default: new SqliteJobStore({ path }) } })
    const [first, second] = [newScheduler(), newScheduler()]
    first.scheduler.register('work', async (_input: unknown, run: RunContext) => {
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve))
      // There is time for a last word.
      await run.checkpoint('as far as I came')
      throw run.signal.reason
    })
    const resumes: RunResume[] = []
    second.scheduler.register('work', (_input: unknown, run: RunContext) => void resumes.push(run.resume))
    await first.scheduler.start()
    const run = await first.scheduler.enqueue('work')
    await first.clock.advance(0)
    await settled(first.clock, first.scheduler.shutdown({ wait: false }))
    await second.scheduler.start()
    await settled(second.clock, second.scheduler.waitForRun(run.id))
    expect(resumes).toEqual([
      { isResuming: true, reason: 'shutdown', previousAttempt: 1, checkpoint: 'as far as I came' },
    ])
  })
})

describe('a checkpoint of a run that is no longer ours', () => {
  /** Two schedulers on one database; time stands still for the first. */
  async function takenOver(): Promise<{ dead: Bench; alive: Bench; run: RunContext; resumes: RunResume[] }> {
    const path = newDatabasePath()
    const newScheduler = (workerId: string) =>
      newBench({ jobStores: { default: new SqliteJobStore({ path }) }, leaseDuration: '15s', workerId })
    const [dead, alive] = [newScheduler('dead'), newScheduler('alive')]
    const gate = new Gate()
    dead.scheduler.register('work', gate.handler)
    const resumes: RunResume[] = []
    alive.scheduler.register('work', (_input: unknown, run: RunContext) => {
      resumes.push(run.resume)
      return new Promise(() => undefined)
    })
    await dead.scheduler.enqueue('work')
    await dead.scheduler.start()
    await dead.clock.advance(0)
    const [run] = gate.entered
    if (run === undefined) throw new Error('no run was started')
    await run.checkpoint('before')
    await alive.scheduler.start()
    await alive.clock.advance(20 * SECOND)
    return { dead, alive, run, resumes }
  }

  it('ZJ-45 crash: who takes it over has the last checkpoint', async () => {
    const { resumes } = await takenOver()
    expect(resumes).toEqual([{ isResuming: true, reason: 'crash', previousAttempt: 1, checkpoint: 'before' }])
  })

  it('UX-21 is refused with LEASE_LOST, aborts the signal, and leaves the stored one as it is', async () => {
    const { dead, alive, run } = await takenOver()
    const error = await rejection(settled(dead.clock, run.checkpoint('after')))
    expect(error).toBeInstanceOf(CronwrightError)
    expect(error).toMatchObject({ code: 'LEASE_LOST', details: { runId: run.id } })
    expect(run.signal.aborted).toBe(true)
    expect(await rejection(run.checkpoint('again'))).toMatchObject({ code: 'LEASE_LOST' })
    const present = await runOf(alive.scheduler, run.id)
    expect(present).toMatchObject({ state: 'running', worker: 'alive', attempt: 2 })
  })

  it('UX-21 an end that comes after the lease is settled only where nobody took the run', async () => {
    for (const isTaken of [true, false]) {
      const path = newDatabasePath()
      const newScheduler = (workerId: string, clock = new ManualClock()) =>
        newBench({ clock, jobStores: { default: new SqliteJobStore({ path }) }, leaseDuration: '15s', workerId })
      const clock = new BlockedClock()
      const [late, other] = [newScheduler('late', clock), newScheduler('other')]
      const gate = new Gate()
      late.scheduler.register('work', gate.handler)
      other.scheduler.register('work', () => 'of the other')
      const { id } = await late.scheduler.enqueue('work')
      await late.scheduler.start()
      await late.clock.advance(0)
      if (isTaken) {
        await other.scheduler.start()
        await other.clock.advance(20 * SECOND)
      }
      // The event loop was blocked: all timers are late, and the handler ends first.
      clock.block(20 * SECOND)
      gate.open('of the late one')
      await clock.settle()
      expect(await runOf(other.scheduler, id)).toMatchObject({
        state: 'completed',
        worker: isTaken ? 'other' : 'late',
        output: isTaken ? 'of the other' : 'of the late one',
      })
    }
  })

  it('of a cancelled one is refused with RUN_CANCELLED', async () => {
    const { clock, scheduler, run, runId } = await atWork(new UnrulyStore())
    await settled(clock, scheduler.cancelRun(runId))
    expect(await rejection(run.checkpoint('late'))).toMatchObject({ code: 'RUN_CANCELLED' })
  })
})

describe('a checkpoint and a store that fails', () => {
  it('is stored when the store answers again', async () => {
    const store = new UnrulyStore()
    const { clock, run, runId } = await atWork(store)
    store.fail()
    let isSaved = false
    const saving = run.checkpoint('patient').then(() => {
      isSaved = true
    })
    await clock.advance(3 * SECOND)
    expect(isSaved).toBe(false)
    store.behave()
    await settled(clock, saving)
    expect(await stored(store, runId)).toBe('patient')
  })

  it('is stored when its reply was lost', async () => {
    const store = new UnrulyStore()
    const { clock, run, runId } = await atWork(store)
    store.loseReply(() => true)
    await settled(clock, run.checkpoint('twice'))
    expect(await stored(store, runId)).toBe('twice')
    expect(run.signal.aborted).toBe(false)
  })

  it('is refused when the outage outlives the lease', async () => {
    const store = new UnrulyStore()
    const { clock, run } = await atWork(store)
    store.fail()
    const saving = rejection(run.checkpoint('never'))
    expect(await settled(clock, saving)).toMatchObject({ code: 'LEASE_LOST' })
    expect(run.signal.aborted).toBe(true)
    store.behave()
  })

  it('is refused when the store does not answer while the lease ends', async () => {
    const store = new UnrulyStore()
    const { clock, run } = await atWork(store)
    store.hang()
    const saving = rejection(run.checkpoint('never'))
    expect(await settled(clock, saving)).toMatchObject({ code: 'LEASE_LOST' })
    store.behave()
  })
})
