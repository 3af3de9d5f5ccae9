/** Logins: what is wrong is said in words, and no error shows a password. */

import { inspect } from 'node:util'
import { Etcd3 } from 'etcd3'
import { beforeAll, expect, it } from 'vitest'
import { CronwrightError } from '../../../../src/errors.ts'
import { EtcdJobStore, type EtcdJobStoreOptions } from '../../../../src/etcd.ts'
import { insert, runRecord } from '../../../../src/testing/conformance/records.ts'
import { type OwnServer, ownServer } from './own-server.ts'
import { openStore, sharedHost } from './store.ts'

const PASSWORD = 's3cr3t/pass@word'
let server: OwnServer

beforeAll(async () => {
  server = await ownServer()
  const client = new Etcd3({ hosts: `http://${server.host}` })
  const root = await client
    .role('root')
    .create()
    .catch(() => client.role('root'))
  await (await client.user('root').create(PASSWORD)).addRole(root)
  const role = await client.role('scheduler').create()
  await role.grant({ permission: 'Readwrite', range: client.range({ prefix: 'app/' }) })
  await (await client.user('app').create(PASSWORD)).addRole(role)
  await client.auth.authEnable()
  client.close()
})

/** The error of a start. */
async function failureOf(options: EtcdJobStoreOptions): Promise<CronwrightError> {
  const store = new EtcdJobStore(options)
  const host = { workerId: 'w', now: () => 0, wakeup: () => undefined, reportError: () => undefined }
  try {
    await store.start(host, 'tested')
  } catch (error) {
    if (error instanceof CronwrightError) return error
    throw error
  }
  await store.shutdown()
  throw new Error('it opened')
}

const login = (user: string, password: string): string => {
  return `etcd://${user}:${encodeURIComponent(password)}@${server.host}/app`
}

it('a user with the right to its prefix, and no other, keeps jobs there', async () => {
  const { store } = await openStore({ url: login('app', PASSWORD) })
  await insert(store, runRecord('run'))
  expect(await store.count({ kind: 'run' })).toBe(1)
})

it('a wrong password is said in words, and not shown', async () => {
  const error = await failureOf({ url: login('app', 'wr0ng') })
  expect(error.code).toBe('STORE_ERROR')
  expect(error.message).toContain('the user or the password is wrong')
  expect(error.details).toMatchObject({ operation: 'open', store: 'tested' })
  expect(inspect(error, { depth: 9 })).not.toContain('wr0ng')
})

it('a prefix that the user has no right to is said in words', async () => {
  const error = await failureOf({ url: login('app', PASSWORD).replace(/app$/, 'other') })
  expect(error.message).toContain('this user may not read and write the keys of this prefix')
  expect(inspect(error, { depth: 9 })).not.toContain('s3cr3t')
})

it('a user for a server without logins is said in words', async () => {
  const error = await failureOf({ url: `etcd://app:wr0ng@${sharedHost}/app` })
  expect(error.message).toContain('the server has no authentication enabled')
})

it('a server that is not there is an error in time', async () => {
  const error = await failureOf({ url: 'etcd://127.0.0.1:1/app', timeout: 1_000 })
  expect(error.message).toContain('the server cannot be reached')
})

it('a store shows no password', () => {
  const store = new EtcdJobStore({ url: login('app', PASSWORD) })
  expect(`${inspect(store, { depth: 9, showHidden: true })}${JSON.stringify(store)}${String(store)}`).not.toContain(
    's3cr3t',
  )
})
