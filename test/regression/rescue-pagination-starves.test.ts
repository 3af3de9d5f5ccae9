/**
 * The rescuer of stuck jobs looked at one page of them; when that page was full of jobs it could not rescue, those behind
 * them were never looked at.
 */

import { describe, expect, it } from 'vitest'
import { Scheduler } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { Mortal, MortalClock } from '../integration/crash-points/mortal.ts'
import { DATABASES, type Database } from '../integration/reliability/connections.ts'
import { MINUTE, newBench, Recorder, runOf, SECOND, START } from '../unit/scheduler/support.ts'

/** More than any page. */
const MANY = 1_200

/** Why a run cannot be taken over here, as options of its enqueueing and the number of functions. */
const UNSERVABLE: readonly (readonly [string, { readonly functions: number; readonly options: object }])[] = [
  ['of a function that is unknown here', { functions: 1, options: {} }],
  ['of as many functions that are unknown here', { functions: MANY, options: {} }],
  ['of an executor that is not here', { functions: 1, options: { executor: 'gpu' } }],
  ['of a queue that is not served here', { functions: 1, options: { queue: 'elsewhere' } }],
]

/** A process that dies with all these runs at work. */
async function leaveExpired(database: Database, functions: number, options: object): Promise<string> {
  const mortal = new Mortal()
  const clock = new MortalClock(START - MINUTE, mortal)
  const room = { type: 'async', maxConcurrency: 10_000 }
  const scheduler = new Scheduler({
    clock,
    jobStores: { default: database.connect(mortal.interceptor) },
    executors: { default: room, gpu: room },
    queues: ['elsewhere', 'default'],
  })
  const names = Array.from({ length: functions }, (_, index) => `stuck-${index}`)
  for (const name of [...names, 'served']) scheduler.register(name, () => new Promise(() => undefined))
  for (const name of names) {
    await scheduler.enqueueMany(name, Array.from({ length: MANY / functions }), { priority: 5, ...options })
  }
  const { id } = await scheduler.enqueue('served')
  await scheduler.start()
  await clock.advance(2 * SECOND)
  mortal.die()
  return id
}

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  it.each(UNSERVABLE)(
    `${MANY} expired runs %s keep one behind them from nothing`,
    { timeout: 60_000 },
    async (_why, { functions, options }) => {
      for (const maxConcurrency of [2, 100]) {
        const database = newDatabase()
        const id = await leaveExpired(database, functions, options)
        const clock = new ManualClock(START)
        const { scheduler } = newBench({
          clock,
          jobStores: { default: database.connect() },
          executors: { default: { type: 'async', maxConcurrency } },
        })
        const recorder = new Recorder(clock)
        scheduler.register('served', recorder.handler)
        if ('executor' in options || 'queue' in options) scheduler.register('stuck-0', recorder.handler)
        await scheduler.start()
        for (let turns = 0; turns < 200; turns += 1) await clock.advance(0)
        await clock.advance(SECOND)
        expect(recorder.calls.map(({ run }) => run.id)).toEqual([id])
        expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', attempt: 2 })
        expect(await scheduler.getRuns({ state: 'running', limit: 10_000 })).toHaveLength(MANY)
      }
    },
  )
})
