import { expect, it } from 'vitest'
import { insert, runRecord } from '../../../../src/testing/conformance/records.ts'
import { ownServer } from './own-server.ts'
import { freshPrefix, openStore, sharedHost } from './store.ts'

it('an endpoint that is gone is left out: no call fails while another one serves', async () => {
  const url = `etcd://127.0.0.1:1,${sharedHost},127.0.0.1:2`
  for (let round = 0; round < 5; round += 1) {
    const { store } = await openStore({ url, prefix: freshPrefix() })
    for (let index = 0; index < 20; index += 1) await insert(store, runRecord(`run-${index}`))
    expect(await store.count({ kind: 'run' })).toBe(20)
  }
})

it('a single endpoint is tried again at once after it failed', async () => {
  const { host, process } = await ownServer()
  const { store } = await openStore({ url: `etcd://${host}`, prefix: freshPrefix(), timeout: 1_000 })
  await insert(store, runRecord('before'))
  process.kill()
  await expect(store.count({ kind: 'run' })).rejects.toMatchObject({ code: 'STORE_ERROR' })
  await process.start()
  const count = async (): Promise<number> => store.count({ kind: 'run' }).catch(() => -1)
  await expect.poll(count, { timeout: 5_000 }).toBe(1)
})
