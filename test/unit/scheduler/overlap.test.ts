/** What happens when a job fires while as many of its runs as `maxInstances` allows are pending or at work. */

import { describe, expect, it } from 'vitest'
import { interval, type Overlap, type RunContext } from '../../../src/index.ts'
import { MOST_WAITING } from '../../../src/jobs/overlap.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import {
  at,
  Gate,
  historyOf,
  MINUTE,
  newBench,
  newDatabasePath,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  START,
  STORES,
  startedBench,
} from './support.ts'

describe.each(STORES)('ZJ-10 overlap on %s', (_name, newStore) => {
  const gated = async (overlap: Overlap | undefined, options: object = {}) => {
    const bench = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    bench.scheduler.register('work', gate.handler)
    await bench.scheduler.addJob('work', interval('1m'), { id: 'tick', ...(overlap && { overlap }), ...options })
    return { ...bench, gate, ids: () => gate.entered.map(({ id }) => Number(id.split('@')[1]) - START) }
  }

  it('skip, the default: the fire time is on record as skipped, and the next ones run again', async () => {
    const { clock, scheduler, gate, ids } = await gated(undefined)
    await clock.advance(2 * MINUTE)
    gate.open()
    await clock.advance(MINUTE)
    expect(ids()).toEqual([MINUTE, 3 * MINUTE])
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [MINUTE, 'completed'],
      [2 * MINUTE, 'skipped', 'max-instances'],
      [3 * MINUTE, 'running'],
    ])
  })

  it('queue: runs wait and start as others end, in order of due time', async () => {
    const { clock, scheduler, gate, ids } = await gated('queue', { maxInstances: 2 })
    await clock.advance(5 * MINUTE)
    expect(ids()).toEqual([MINUTE, 2 * MINUTE])
    gate.open()
    await clock.advance(0)
    expect(ids()).toEqual([MINUTE, 2 * MINUTE, 3 * MINUTE])
    gate.open()
    gate.open()
    await clock.advance(0)
    expect(ids()).toEqual([1, 2, 3, 4, 5].map((minute) => minute * MINUTE))
    gate.open()
    gate.open()
    await clock.advance(0)
    expect((await historyOf(scheduler, 'tick')).map(([, state]) => state)).toEqual(Array(5).fill('completed'))
  })

  it('replace: the run at work is told to stop and cancelled, and the new one starts at once', async () => {
    const { clock, scheduler, gate, ids } = await gated('replace')
    const events = recordEvents(scheduler)
    await clock.advance(2 * MINUTE)
    expect(ids()).toEqual([MINUTE, 2 * MINUTE])
    expect(gate.entered[0]?.signal.aborted).toBe(true)
    expect(gate.entered[1]?.signal.aborted).toBe(false)
    gate.open('too late')
    await clock.advance(0)
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [MINUTE, 'cancelled', 'replaced'],
      [2 * MINUTE, 'running'],
    ])
    expect(events).toContain(`run:cancelled tick@${START + MINUTE}`)
  })

  it('replace: a run that waits goes too, and only as many as are too many', async () => {
    const { clock, scheduler, gate } = await gated('replace', { maxInstances: 2 })
    scheduler.pause()
    await scheduler.runJob('tick')
    await clock.advance(SECOND)
    await scheduler.runJob('tick')
    await clock.advance(SECOND)
    await scheduler.runJob('tick')
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [0, 'cancelled', 'replaced'],
      [SECOND, 'pending'],
      [2 * SECOND, 'pending'],
    ])
    scheduler.resume()
    await clock.advance(0)
    expect(gate.entered).toHaveLength(2)
  })

  it('allow: every fire time runs, whatever is at work', async () => {
    const { clock, gate } = await gated('allow')
    await clock.advance(5 * MINUTE)
    expect(gate.entered).toHaveLength(5)
  })

  it.each<[Overlap, number]>([
    ['queue', 1],
    ['allow', 3],
  ])('runJob follows %s', async (overlap, started) => {
    const { clock, scheduler, gate } = await gated(overlap)
    for (let call = 0; call < 3; call += 1) await scheduler.runJob('tick')
    await clock.advance(0)
    expect(gate.entered).toHaveLength(started)
    expect(await scheduler.getRuns({ jobId: 'tick' })).toHaveLength(3)
  })

  it('runJob with skip is refused while the job is at its limit', async () => {
    const { clock, scheduler } = await gated('skip')
    await clock.advance(MINUTE)
    expect(await rejection(scheduler.runJob('tick'))).toMatchObject({ code: 'MAX_INSTANCES_REACHED' })
  })
})

describe('overlap', () => {
  it('queue: a run that becomes due for its retry while others are at work starts when they end', async () => {
    const { clock, scheduler } = await startedBench()
    const starts: string[] = []
    const gate = new Gate()
    const failing = (input: unknown, run: RunContext): unknown => {
      starts.push(`${run.id.startsWith('tick@') ? 'fired' : 'manual'} ${run.attempt}`)
      if (starts.length === 1) throw new Error('once')
      return gate.handler(input, run)
    }
    await scheduler.addJob(failing, interval('1h'), {
      id: 'tick',
      overlap: 'queue',
      retry: { attempts: 2, delay: '10s' },
    })
    await scheduler.runJob('tick')
    await clock.advance(SECOND)
    await scheduler.runJob('tick')
    await clock.advance(20 * SECOND)
    expect(starts).toEqual(['manual 1', 'manual 1'])
    gate.open()
    await clock.advance(0)
    expect(starts).toEqual(['manual 1', 'manual 1', 'manual 2'])
  })

  it('queue: what comes after a thousand waiting runs is skipped, and runJob refused', async () => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    await scheduler.addJob(gate.handler, interval('1s'), { id: 'tick', overlap: 'queue', history: { keep: 5_000 } })
    await clock.advance((MOST_WAITING + 3) * SECOND)
    const runs = await scheduler.getRuns({ jobId: 'tick', limit: 5_000 })
    expect(runs.filter(({ state }) => state === 'pending')).toHaveLength(MOST_WAITING)
    expect(runs.filter(({ reason }) => reason === 'queue-full')).toHaveLength(2)
    expect(await rejection(scheduler.runJob('tick'))).toMatchObject({ code: 'MAX_INSTANCES_REACHED' })
  })

  it('replace: where an executor has room for one run only, the new one gets its place', async () => {
    const { clock, scheduler } = await startedBench({ executors: { default: { type: 'async', maxConcurrency: 1 } } })
    const gate = new Gate()
    await scheduler.addJob(gate.handler, interval('1m'), { id: 'tick', overlap: 'replace' })
    await clock.advance(3 * MINUTE)
    expect(gate.entered.map(({ dueAt }) => dueAt)).toEqual([at(MINUTE), at(2 * MINUTE), at(3 * MINUTE)])
  })

  it('replace: of fire times that were missed, the newest runs and the others are on record as replaced', async () => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    scheduler.pause()
    await scheduler.addJob(gate.handler, interval('1m'), { id: 'tick', overlap: 'replace', coalesce: false })
    await clock.advance(3.5 * MINUTE)
    scheduler.resume()
    await clock.advance(0)
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [MINUTE, 'skipped', 'replaced'],
      [2 * MINUTE, 'skipped', 'replaced'],
      [3 * MINUTE, 'running'],
    ])
  })
})

describe('replace with two schedulers on one store', () => {
  const pair = async () => {
    const path = newDatabasePath()
    const clock = new ManualClock(START)
    const options = { leaseDuration: '15s', pollInterval: '1s' } as const
    const holder = newBench({ clock, ...options, jobStores: { default: new SqliteJobStore({ path }) } })
    const other = newBench({ clock, ...options, jobStores: { default: new SqliteJobStore({ path }) } })
    const gates = { holder: new Gate(), other: new Gate() }
    holder.scheduler.register('work', gates.holder.handler)
    other.scheduler.register('work', gates.other.handler)
    await holder.scheduler.addJob('work', interval('1h'), { id: 'tick', overlap: 'replace' })
    return { clock, holder: holder.scheduler, other: other.scheduler, gates }
  }

  it('the new run waits until the handler at work elsewhere was told to stop, and no longer than a few polls', async () => {
    const { clock, holder, other, gates } = await pair()
    await holder.start()
    const first = await holder.runJob('tick')
    await clock.advance(5 * SECOND)
    await other.start()
    const second = await other.runJob('tick')
    expect(await runOf(other, first.id)).toMatchObject({ state: 'cancelled', reason: 'replaced' })
    expect(await runOf(other, second.id)).toMatchObject({ state: 'pending', reason: `replaces ${first.id}` })
    let overlapped = false
    for (let step = 0; step < 50 && gates.other.entered.length + gates.holder.entered.length < 2; step += 1) {
      await clock.advance(100)
      const isStarted = gates.other.entered.length + gates.holder.entered.length > 1
      overlapped ||= isStarted && gates.holder.entered[0]?.signal.aborted !== true
    }
    expect(overlapped).toBe(false)
    expect(await runOf(other, second.id)).toMatchObject({ state: 'running', reason: null })
  })

  it('where the process of the old run is gone, the new one starts when its lease is over', async () => {
    const path = newDatabasePath()
    const dead = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, leaseDuration: '15s' })
    const alive = newBench({ jobStores: { default: new SqliteJobStore({ path }) }, leaseDuration: '15s' })
    const gate = new Gate()
    for (const { scheduler } of [dead, alive]) scheduler.register('work', gate.handler)
    await dead.scheduler.addJob('work', interval('1h'), { id: 'tick', overlap: 'replace' })
    await dead.scheduler.start()
    await dead.scheduler.runJob('tick')
    await dead.clock.advance(0)
    await alive.scheduler.start()
    const second = await alive.scheduler.runJob('tick')
    await alive.clock.advance(14 * SECOND)
    expect(await runOf(alive.scheduler, second.id)).toMatchObject({ state: 'pending' })
    await alive.clock.advance(2 * SECOND)
    expect(await runOf(alive.scheduler, second.id)).toMatchObject({ state: 'running' })
  })
})
