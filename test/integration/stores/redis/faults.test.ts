/** A server that forgets its scripts, restarts, hangs, is away, and comes back. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { interval, type RunContext, Scheduler } from '../../../../src/index.ts'
import { RedisJobStore } from '../../../../src/redis.ts'
import { finishedRun, jobRecord, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { TcpProxy } from '../../../chaos/network/tcp-proxy.ts'
import { CLEAR } from '../../../chaos/network/weather.ts'
import { errorOf, newPrefix, openStore, url } from './open-store.ts'
import { HAS_SERVER, RedisServer } from './redis-server.ts'

const applied = [{ applied: true, existing: [] }]

async function newServer(...settings: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...settings)
  onTestFinished(() => server.remove())
  return server
}

describe('the Redis store', () => {
  it('goes on after SCRIPT FLUSH', async () => {
    const store = await openStore()
    const admin = new Redis(url)
    onTestFinished(() => admin.disconnect())
    await admin.script('FLUSH')
    expect(await store.commit([{ expect: 0, record: runRecord('a') }])).toEqual(applied)
    await admin.script('FLUSH')
    expect(await store.count({ kind: 'run' })).toBe(1)
  })

  it('makes the changes of a large batch in their order, whatever the script they are sent with', async () => {
    const store = await openStore()
    const added = Array.from({ length: 300 }, (_, index) => runRecord(`run-${index}`, { jobId: null }))
    const changes = added.map(
      ({ kind, id }) => ({ expect: 1, key: { kind, id }, patch: { state: 'running' } }) as const,
    )
    const again = added.map(({ kind, id }) => ({ expect: 2, key: { kind, id }, patch: { due: NOW + 5 } }) as const)
    const batch = [
      ...added.map((record) => ({ expect: 0, record }) as const),
      ...changes,
      ...again,
      ...changes.slice(9),
    ]
    const results = await store.commit(batch)
    expect(results.map((result) => result.applied)).toEqual(batch.map((_, index) => index < 900))
    const found = await store.get(added)
    expect(found.every((run) => run?.version === 3 && run.state === 'running' && run.due === NOW + 5)).toBe(true)
  })

  // The driver subscribes again by itself, and lets nobody hear that it could not.
  it('brings no process down whose connection breaks again as soon as it is back', { timeout: 60_000 }, async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const { hostname, port } = new URL(url)
    const proxy = new TcpProxy({ host: hostname, port: Number(port) })
    await proxy.open()
    onTestFinished(() => proxy.close())
    const store = await openStore({ url: `redis://127.0.0.1:${proxy.port}/0` })
    await sleep(200)
    for (let after = 80; after <= 240; after += 20) {
      await proxy.set({ kind: 'reset' })
      await proxy.set({ kind: 'delay', ms: 50, jitterMs: 0 })
      await expect.poll(() => proxy.connections, { interval: 5, timeout: 10_000 }).toBe(2)
      await sleep(after)
    }
    expect(unhandled).toEqual([])
    await proxy.set(CLEAR)
    await expect.poll(() => store.count({ kind: 'run' }).catch(() => undefined), { timeout: 10_000 }).toBe(0)
  })

  it('drops from what is due a record that somebody deleted, instead of finding it for ever', async () => {
    const prefix = newPrefix()
    const store = await openStore({ prefix })
    await store.commit([
      { expect: 0, record: jobRecord('a') },
      { expect: 0, record: finishedRun('b') },
    ])
    const admin = new Redis(url)
    onTestFinished(() => admin.disconnect())
    await admin.del(`{${prefix}}:job:a`, `{${prefix}}:run:b`)
    expect(await store.due({ lane: 'job', before: NOW, limit: 9 })).toEqual([])
    expect(await store.nextDue([{ lane: 'job' }])).toEqual([null])
    expect(await store.removeJobs()).toBe(1)
    await store.trim([{ jobId: 'job', functionRef: 'work', keep: 0 }])
    expect(await store.list({ kind: 'run', limit: 9 })).toEqual([])
  })

  it('leaves no key behind when everything is removed', async () => {
    const prefix = newPrefix()
    const store = await openStore({ prefix })
    await store.commit([
      { expect: 0, record: jobRecord('a'), inserts: [runRecord('a@1', { jobId: 'a' })] },
      { expect: 0, record: runRecord('b', { jobId: null, priority: -3, queue: 'low' }) },
      { expect: 0, record: runRecord('c', { jobId: null }) },
      { expect: 1, key: { kind: 'run', id: 'c' }, patch: { lane: 'history', state: 'completed', queue: 'high' } },
      { expect: 1, key: { kind: 'run', id: 'b' }, patch: { functionRef: 'other', priority: 7, queue: 'x:y', at: 5 } },
      { expect: 2, key: { kind: 'run', id: 'b' }, patch: { lane: 'history', state: 'failed', due: null } },
      { expect: 1, key: { kind: 'run', id: 'a@1' }, patch: { state: 'dead', due: null } },
    ])
    await store.trim([{ jobId: null, functionRef: 'other', keep: 0 }])
    await store.commit([
      { expect: 2, key: { kind: 'run', id: 'a@1' }, patch: null },
      { expect: 2, key: { kind: 'run', id: 'c' }, patch: null },
    ])
    await store.removeJobs()
    const admin = new Redis(url)
    onTestFinished(() => admin.disconnect())
    const keys = await admin.keys(`{${prefix}}:*`)
    expect(keys.map((key) => key.slice(prefix.length + 3)).sort()).toEqual([
      'layout',
      'sequence',
      'states:job',
      'states:run',
    ])
  })

  it('passes over thousands that are not wanted, and finds the one behind them', async () => {
    const store = await openStore()
    const others = Array.from({ length: 3_000 }, (_, index) => runRecord(`other-${index}`, { functionRef: 'other' }))
    const behind = [runRecord('wanted'), runRecord('low', { priority: -1 }), runRecord('late', { queue: 'low' })]
    await store.commit([...others, ...behind].map((record) => ({ expect: 0, record })))
    const query = { lane: 'run', queues: ['default', 'low'], withoutFunctions: ['other'] } as const
    const due = await store.due({ ...query, before: NOW, limit: 9 })
    expect(due.map(({ id }) => id)).toEqual(['wanted', 'low', 'late'])
    expect(await store.nextDue([query])).toEqual([NOW])
    expect(await store.due({ lane: 'run', queues: ['default'], before: NOW, limit: 3_100 })).toHaveLength(3_002)
    const low = await store.list({ kind: 'run', queue: 'low', limit: 9 })
    expect(low.map(({ id }) => id)).toEqual(['late'])
    expect(await store.count({ kind: 'run', jobId: 'job', states: ['pending'] })).toBe(3_003)
  })
})

describe.runIf(HAS_SERVER)('the Redis store on a server of its own', () => {
  it('says once that the server may throw its data away', async () => {
    const server = await newServer('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru')
    const heard = { errors: [], wakeups: 0 }
    const store = await openStore({ url: server.url }, heard)
    await store.commit([{ expect: 0, record: runRecord('a') }])
    expect(heard.errors).toMatchObject([{ code: 'STORE_ERROR', details: { value: 'allkeys-lru' } }])
  })

  it('refuses a change as a whole when the memory is full', async () => {
    const server = await newServer('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction')
    const store = await openStore({ url: server.url, notify: false })
    let error: unknown
    for (let count = 0; error === undefined && count < 200; count += 1) {
      const record = jobRecord(`job-${count}`, { spec: { input: 'x'.repeat(50_000) } })
      error = await store
        .commit([{ expect: 0, record, inserts: [runRecord(`${record.id}@1`, { jobId: record.id })] }])
        .then(
          () => undefined,
          (reason: unknown) => reason,
        )
    }
    expect(error).toMatchObject({ code: 'STORE_ERROR', details: { operation: 'commit', code: 'OOM' } })
    expect(await store.count({ kind: 'job' })).toBe(await store.count({ kind: 'run' }))
    expect(await store.removeJobs()).toBeGreaterThan(0)
  })

  it('fails at once while the server is away, and goes on when it is back, with everything', async () => {
    const server = await newServer()
    const store = await openStore({ url: server.url })
    await store.commit([{ expect: 0, record: runRecord('kept') }])
    await server.kill()
    await sleep(100)
    const began = performance.now()
    const error = await errorOf(store.count({ kind: 'run' }))
    expect(error).toMatchObject({ code: 'STORE_ERROR', details: { operation: 'count', store: 'tested' } })
    expect(performance.now() - began).toBeLessThan(500)
    await server.start()
    await expect.poll(() => store.count({ kind: 'run' }).catch(() => -1), { timeout: 10_000 }).toBe(1)
    expect(await store.commit([{ expect: 0, record: runRecord('new') }])).toEqual(applied)
  })

  it('gives up in time on a server that hangs, closes in time, and sends nothing again', async () => {
    const server = await newServer()
    const store = await openStore({ url: server.url, timeout: 500 })
    server.pause()
    const began = performance.now()
    const error = await errorOf(store.commit([{ expect: 0, record: runRecord('a') }]))
    expect(error.code).toBe('STORE_ERROR')
    expect(performance.now() - began).toBeLessThan(2_000)
    const closing = performance.now()
    await store.shutdown()
    expect(performance.now() - closing).toBeLessThan(500)
    server.resume()
    const later = await openStore({ url: server.url })
    expect(await later.count({ kind: 'run' })).toBeLessThanOrEqual(1)
  })

  it('finds its way out of a connection that hangs', async () => {
    const server = await newServer()
    const store = await openStore({ url: server.url, timeout: 500 })
    server.pause()
    expect(await errorOf(store.count({ kind: 'run' }))).toMatchObject({ code: 'STORE_ERROR' })
    server.resume()
    await expect.poll(() => store.count({ kind: 'run' }).catch(() => -1), { timeout: 10_000 }).toBe(0)
  })

  it('loses no fire and doubles none when the server is killed and restarted under two schedulers', async () => {
    const server = await newServer()
    const fired: string[] = []
    const open = Array.from({ length: 2 }, () => {
      const scheduler = new Scheduler({
        jobStores: { default: new RedisJobStore({ url: server.url }) },
        leaseDuration: 2_000,
        pollInterval: 100,
      })
      scheduler.register('tick', (_input: unknown, run: RunContext) => void fired.push(run.id))
      return scheduler
    })
    onTestFinished(async () => {
      await Promise.all(open.map((scheduler) => scheduler.shutdown({ timeout: 0 })))
    })
    for (const scheduler of open) await scheduler.start()
    const [first] = open
    await first?.addJob('tick', interval('200ms'), { id: 'tick', coalesce: false })
    await expect.poll(() => fired.length, { timeout: 10_000 }).toBeGreaterThan(3)
    await server.kill()
    await sleep(700)
    await server.start()
    const before = fired.length
    await expect.poll(() => fired.length, { timeout: 15_000 }).toBeGreaterThan(before + 5)
    await first?.pauseJob('tick')
    const isSettled = async () => ((await first?.getRuns({ state: ['pending', 'running'] })) ?? []).length === 0
    await expect.poll(isSettled, { timeout: 15_000 }).toBe(true)
    const runs = (await first?.getRuns({ jobId: 'tick' })) ?? []
    const dues = runs.map((run) => run.dueAt.getTime()).reverse()
    for (const [index, due] of dues.slice(1).entries()) expect(due - (dues[index] ?? 0)).toBe(200)
    const restarted = new Set(runs.filter((run) => run.attempt > 1).map(({ id }) => id))
    const twice = fired.filter((id, index) => fired.indexOf(id) !== index)
    // A run whose end the outage swallowed is done again: at least once.
    expect(twice.filter((id) => !restarted.has(id))).toEqual([])
  }, 60_000)
})
