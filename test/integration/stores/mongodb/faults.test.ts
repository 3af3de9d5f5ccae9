/** A server that is killed, hangs, is away, and comes back. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { interval, type RunContext, Scheduler } from '../../../../src/index.ts'
import { MongoJobStore } from '../../../../src/mongodb.ts'
import { runRecord } from '../../../../src/testing/conformance/records.ts'
import { launchServer, type OwnServer } from '../own-server.ts'
import { errorOf, newCollection, openStore } from './open-store.ts'

const applied = [{ applied: true, existing: [] }]

describe('the MongoDB store on a server of its own', () => {
  let server: OwnServer

  beforeAll(async () => {
    server = await launchServer('mongodb')
  })

  afterAll(() => server.remove())

  it('fails in time while the server is away, and goes on when it is back, with everything', async () => {
    const store = await openStore({ url: server.url, timeout: '2s' })
    await store.commit([{ expect: 0, record: runRecord('kept') }])
    server.process.kill()
    const began = performance.now()
    const error = await errorOf(store.count({ kind: 'run' }))
    expect(error).toMatchObject({ code: 'STORE_ERROR', details: { operation: 'count', store: 'tested' } })
    expect(performance.now() - began).toBeLessThan(4_000)
    await server.process.start()
    await expect.poll(() => store.count({ kind: 'run' }).catch(() => -1), { timeout: 15_000 }).toBe(1)
    expect(await store.commit([{ expect: 0, record: runRecord('new') }])).toEqual(applied)
  }, 60_000)

  it('gives up in time on a server that hangs, closes in time, and finds its way out', async () => {
    const collection = newCollection()
    const store = await openStore({ url: server.url, collection, timeout: '2s' })
    const other = await openStore({ url: server.url, collection, timeout: '2s' })
    server.process.pause()
    const began = performance.now()
    const error = await errorOf(store.commit([{ expect: 0, record: runRecord('a') }]))
    expect(error.code).toBe('STORE_ERROR')
    expect(performance.now() - began).toBeLessThan(4_000)
    const closing = performance.now()
    await store.shutdown().catch(() => undefined)
    expect(performance.now() - closing).toBeLessThan(4_000)
    expect(await errorOf(other.count({ kind: 'run' }))).toMatchObject({ code: 'STORE_ERROR' })
    server.process.resume()
    await expect.poll(() => other.count({ kind: 'run' }).catch(() => -1), { timeout: 15_000 }).toBeGreaterThanOrEqual(0)
    expect(await other.count({ kind: 'run' })).toBeLessThanOrEqual(1)
  }, 60_000)

  it.each(['is killed', 'hangs'])(
    'loses no fire and doubles none when the server %s under two schedulers, and comes back',
    async (fault) => {
      const collection = newCollection()
      const fired: string[] = []
      const open = Array.from({ length: 2 }, () => {
        const store = new MongoJobStore({ url: server.url, collection, timeout: '2s' })
        const scheduler = new Scheduler({ jobStores: { default: store }, leaseDuration: 6_000, pollInterval: 100 })
        scheduler.register('tick', (_input: unknown, run: RunContext) => void fired.push(run.id))
        return scheduler
      })
      onTestFinished(async () => {
        await Promise.all(open.map((scheduler) => scheduler.shutdown({ timeout: 0 })))
      })
      for (const scheduler of open) await scheduler.start()
      const [first] = open
      await first?.addJob('tick', interval('250ms'), { id: 'tick', coalesce: false, maxInstances: 1_000 })
      await expect.poll(() => fired.length, { timeout: 10_000 }).toBeGreaterThan(3)
      if (fault === 'is killed') server.process.kill()
      else server.process.pause()
      await sleep(2_500)
      if (fault === 'is killed') await server.process.start()
      else server.process.resume()
      const before = fired.length
      await expect.poll(() => fired.length, { timeout: 20_000 }).toBeGreaterThan(before + 5)
      await first?.pauseJob('tick')
      const isSettled = async () => ((await first?.getRuns({ state: ['pending', 'running'] })) ?? []).length === 0
      await expect.poll(isSettled, { timeout: 20_000 }).toBe(true)
      const allRuns = async () => (await first?.getRuns({ jobId: 'tick', limit: 1_000 })) ?? []
      const steps = async () => {
        const dues = (await allRuns()).map((run) => run.dueAt.getTime())
        return [...new Set(dues.slice(1).map((due, index) => (dues[index] ?? 0) - due))]
      }
      // Runs whose insertion the outage swallowed are inserted when their commit was given up.
      await expect.poll(steps, { timeout: 15_000 }).toEqual([250])
      await expect.poll(isSettled, { timeout: 20_000 }).toBe(true)
      const runs = await allRuns()
      const restarted = new Set(runs.filter((run) => run.attempt > 1).map(({ id }) => id))
      const twice = fired.filter((id, index) => fired.indexOf(id) !== index)
      // A run whose end the outage swallowed is done again: at least once.
      expect(twice.filter((id) => !restarted.has(id))).toEqual([])
    },
    90_000,
  )
})
