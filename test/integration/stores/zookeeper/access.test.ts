import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CronwrightError } from '../../../../src/errors.ts'
import { insert, runRecord } from '../../../../src/testing/conformance/records.ts'
import { ZooKeeperJobStore } from '../../../../src/zookeeper.ts'
import { host, newPath, url, ZooKeeperBench } from './bench.ts'

describe('who may use the ZooKeeper store', () => {
  let bench: ZooKeeperBench
  beforeEach(() => {
    bench = new ZooKeeperBench()
  })
  afterEach(() => bench.close())

  const urlOf = (user: string, password: string, path: string) => `zookeeper://${user}:${password}@${host}${path}`

  it('keeps what a user makes from everybody else', async () => {
    const path = newPath()
    const own = await bench.open({ url: urlOf('ann', 'right', path) })
    await insert(own, runRecord('a'))
    const same = await bench.open({ url: urlOf('ann', 'right', path) })
    expect(await same.count({ kind: 'run' })).toBe(1)
    for (const other of [urlOf('ann', 'wr%40ng', path), urlOf('bob', 'right', path), `zookeeper://${host}${path}`]) {
      await expect(bench.open({ url: other })).rejects.toMatchObject({
        code: 'STORE_ERROR',
        message: expect.stringContaining('user or password is wrong'),
      })
    }
  })

  it('lets everybody use what was made openly, and takes user and password as an option', async () => {
    const basePath = newPath()
    const connection = { hosts: host, spinDelay: 100 }
    const own = await bench.open({ connection, auth: 'ann:right', access: 'open', basePath })
    await insert(own, runRecord('a'))
    expect(await (await bench.open({ url, basePath })).count({ kind: 'run' })).toBe(1)
  })

  it('tells no password: not in errors, not when it is printed', async () => {
    const address = urlOf('ann', 'secret', newPath())
    const store = new ZooKeeperJobStore({ url: address })
    const told: unknown[] = [store, JSON.stringify(store)]
    const collect = (make: () => unknown): void => {
      try {
        make()
      } catch (error) {
        told.push(error, error instanceof CronwrightError ? error.details : undefined)
      }
    }
    collect(() => new ZooKeeperJobStore({ url: `zookeeper:/ann:secret@${host}` }))
    collect(() => new ZooKeeperJobStore({ url: address, connection: { hosts: 'secret' } }))
    collect(() => new ZooKeeperJobStore({ url: `zookeeper://${host}`, auth: 'secret' }))
    collect(() => new ZooKeeperJobStore({ connection: { hosts: 'secret@host' } }))
    await bench
      .open({ url: 'zookeeper://ann:secret@127.0.0.1:1', timeout: 300 })
      .catch((error: unknown) => told.push(error))
    expect(told).toHaveLength(11)
    for (const each of told) expect(inspect(each, { depth: 9, showHidden: true })).not.toContain('secret')
  })

  it.each([
    ['options.url', {}],
    ['options.url', { url: 'redis://localhost' }],
    ['options.client', { url, client: {} }],
    ['options.client', { client: {} }],
    ['options.basePath', { url, basePath: 'jobs' }],
    ['options.basePath', { url, basePath: '/a//b' }],
    ['options.access', { url, access: 'none' }],
    ['options.timeout', { url, timeout: 'soon' }],
    ['options.sessionTimeout', { url, sessionTimeout: 1 }],
    ['options.table', { url, table: 'jobs' }],
  ])('refuses a wrong %s: %o', (field, options) => {
    const make = () => new ZooKeeperJobStore(options as never)
    expect(make).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field }) }),
    )
  })

  it('works on a client of the user, and never closes it', async () => {
    const client = await bench.client()
    const basePath = newPath()
    const store = await bench.open({ client, basePath })
    await insert(store, runRecord('a'))
    await store.shutdown()
    expect(String(client.getState())).toContain('SYNC_CONNECTED')
    const again = await bench.open({ client, basePath })
    expect(await again.count({ kind: 'run' })).toBe(1)
  })

  it('takes the path from the URL, and keeps two paths apart', async () => {
    const path = newPath()
    const one = await bench.open({ url: `zookeeper://${host}${path}/one` })
    const two = await bench.open({ url: `zookeeper://${host}`, basePath: `${path}/two` })
    await insert(one, runRecord('a'))
    expect(await two.count({ kind: 'run' })).toBe(0)
    expect(await (await bench.server()).children(path)).toEqual(expect.arrayContaining(['one', 'two']))
  })
})
