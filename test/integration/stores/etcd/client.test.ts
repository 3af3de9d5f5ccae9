/** The user's own client, news between processes, compaction. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Etcd3 } from 'etcd3'
import { expect, it } from 'vitest'
import { commitOne, getRun, insert, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { ownServer } from './own-server.ts'
import { freshPrefix, openStore, sharedHost } from './store.ts'

const url = `etcd://${sharedHost}`

it("the user's own client is used and never closed", async () => {
  const client = new Etcd3({ hosts: `http://${sharedHost}` })
  const prefix = freshPrefix()
  const { store } = await openStore({ client, prefix })
  await insert(store, runRecord('run'))
  await store.shutdown()
  expect(await client.get(`${prefix}/record/run/run`).exists()).toBe(true)
  client.close()
})

it('what one process adds wakes the others, and what it claims does not', async () => {
  const prefix = freshPrefix()
  const [left, right] = [await openStore({ url, prefix }), await openStore({ url, prefix })]
  // The watch may not have begun yet.
  let count = 0
  const heardOf = async (): Promise<number> => {
    count += 1
    await insert(left.store, runRecord(`run-${count}`))
    return right.wakeups.length
  }
  await expect.poll(heardOf, { timeout: 10_000, interval: 200 }).toBeGreaterThan(0)
  // What was added before the first of it was heard may still be on its way.
  const heardMeanwhile = async (): Promise<number> => {
    const before = right.wakeups.length
    await sleep(500)
    return right.wakeups.length - before
  }
  await expect.poll(heardMeanwhile, { timeout: 10_000 }).toBe(0)
  expect(left.wakeups).toEqual([])

  const heard = right.wakeups.length
  await insert(left.store, runRecord('claimed'))
  await expect.poll(() => right.wakeups.length, { timeout: 10_000 }).toBe(heard + 1)
  await commitOne(left.store, { expect: 1, key: { kind: 'run', id: 'claimed' }, patch: { state: 'running' } })
  // The next news comes behind whatever the claim would have told.
  await insert(left.store, runRecord('after'))
  await expect.poll(() => right.wakeups.length, { timeout: 10_000 }).toBe(heard + 2)
})

it('the server is told to forget what was overwritten, by one process at a time', async () => {
  const { host } = await ownServer()
  const prefix = freshPrefix()
  const options = { url: `etcd://${host}`, prefix, compaction: 10_000 }
  const stores = [await openStore(options), await openStore(options)]
  const client = new Etcd3({ hosts: `http://${host}` })
  const { header } = await client.put(`${prefix}/past`).value('1')
  const past = async (): Promise<unknown> =>
    client.getAll().prefix(`${prefix}/past`).revision(header.revision).strings()
  await insert(stores[0]?.store ?? (await openStore(options)).store, runRecord('run'))
  expect(await past()).toEqual({ [`${prefix}/past`]: '1' })
  const forgotten = async (): Promise<boolean> =>
    past().then(
      () => false,
      () => true,
    )
  await expect.poll(forgotten, { timeout: 45_000, interval: 500 }).toBe(true)
  expect(stores.flatMap(({ errors }) => errors)).toEqual([])
  for (const { store } of stores) expect(await getRun(store, 'run')).toMatchObject({ version: 1, due: NOW })
  client.close()
}, 60_000)
