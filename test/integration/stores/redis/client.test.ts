/** On the user's own client, whatever it is; and what several stores on one server have to do with each other. */

import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { jobRecord, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { errorOf, newPrefix, openStore, url } from './open-store.ts'
import { HAS_SERVER, RedisServer } from './redis-server.ts'

const records = (id: string) => [{ expect: 0, record: jobRecord(id), inserts: [runRecord(`${id}@1`)] }] as const
const applied = [{ applied: true, existing: [] }]

function newClient(options: object = {}): Redis {
  const client = new Redis(url, options)
  onTestFinished(() => client.disconnect())
  return client
}

describe("the Redis store on its user's client", () => {
  it('leaves it open, with the listeners it had', async () => {
    const client = newClient()
    await client.ping()
    const listeners = client.eventNames().map((name) => [name, client.listenerCount(name)])
    const store = await openStore({ client })
    expect(await store.commit(records('a'))).toEqual(applied)
    await store.shutdown()
    expect(await client.ping()).toBe('PONG')
    expect(client.eventNames().map((name) => [name, client.listenerCount(name)])).toEqual(listeners)
  })

  it.each<[string, RedisOptions]>([
    ['that has not connected yet', { lazyConnect: true }],
    ['that is connecting', {}],
    ['that speaks RESP2', { protocol: 2 }],
    ['that has a key prefix', { keyPrefix: 'mine:' }],
    ['that gives numbers as text', { stringNumbers: true }],
  ])('works on one %s', async (_name, options) => {
    const client = newClient(options)
    const prefix = newPrefix()
    const store = await openStore({ client, prefix })
    expect(await store.commit(records('a'))).toEqual(applied)
    expect(await store.nextDue([{ lane: 'run', queues: ['default'] }])).toEqual([NOW])
    expect(await store.count({ kind: 'run' })).toBe(1)
    const root = options.keyPrefix ?? ''
    expect(await newClient().exists(`${root}{${prefix}}:run:a@1`)).toBe(1)
  })

  it('fails at once on one that was closed', async () => {
    const client = newClient({ lazyConnect: true })
    await client.connect()
    await client.quit()
    expect(await errorOf(openStore({ client }))).toMatchObject({ code: 'STORE_ERROR' })
  })

  it.runIf(HAS_SERVER)('works on a cluster: all keys are in one slot', async () => {
    const server = await RedisServer.start('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1')
    onTestFinished(() => server.remove())
    const admin = server.admin()
    await admin.call('cluster', ['addslotsrange', '0', '16383'])
    await expect
      .poll(async () => String(await admin.call('cluster', ['info'])), { timeout: 15_000 })
      .toContain('cluster_state:ok')
    admin.disconnect()
    const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }])
    onTestFinished(() => cluster.disconnect())
    const heard = { errors: [], wakeups: 0 }
    const [left, right] = [
      await openStore({ client: cluster, prefix: 'c' }),
      await openStore({ client: cluster, prefix: 'c' }, heard),
    ]
    await expect
      .poll(async () => {
        await left.commit([{ expect: 0, record: runRecord(`run-${performance.now()}`) }])
        return heard.wakeups
      })
      .toBeGreaterThan(0)
    expect(await right.commit(records('a'))).toEqual(applied)
    expect(await left.nextDue([{ lane: 'job' }])).toEqual([NOW])
    expect(await left.serverTime()).toBeGreaterThan(NOW)
  })
})

describe('several Redis stores on one server', () => {
  it('with one prefix wake each other, but not themselves', async () => {
    const prefix = newPrefix()
    const [mine, theirs] = [
      { errors: [], wakeups: 0 },
      { errors: [], wakeups: 0 },
    ]
    const left = await openStore({ prefix }, mine)
    await openStore({ prefix }, theirs)
    let count = 0
    await expect
      .poll(async () => {
        count += 1
        await left.commit(records(`job-${count}`))
        return theirs.wakeups
      })
      .toBeGreaterThan(0)
    expect(mine.wakeups).toBe(0)
  })

  it('make no noise with notify: false, and take no second connection', async () => {
    // A database that no other test connects to, so that only these connections are counted.
    const own = new URL('/9', url).href
    const client = newClient()
    await openStore({ url: own, notify: false })
    expect(await connections(client, 9)).toBe(1)
    await openStore({ url: own })
    await expect.poll(() => connections(client, 9)).toBe(3)
  })

  it('with prefixes that begin alike do not see each other', async () => {
    const prefix = newPrefix()
    const [left, right] = [await openStore({ prefix }), await openStore({ prefix: `${prefix}:job` })]
    await left.commit(records('a'))
    await right.commit(records('b'))
    expect((await left.list({ kind: 'job', limit: 9 })).map(({ id }) => id)).toEqual(['a'])
    expect(await right.removeJobs()).toBe(1)
    expect(await left.count({ kind: 'job' })).toBe(1)
  })
})

async function connections(client: Redis, database: number): Promise<number> {
  return String(await client.call('client', ['list'])).split(` db=${database} `).length - 1
}
