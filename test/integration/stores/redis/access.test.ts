/** Doors that stay shut: told in words, with a code, without a secret, and in time. */

import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import { InvalidArgumentError } from '../../../../src/index.ts'
import { RedisJobStore } from '../../../../src/redis.ts'
import { runRecord } from '../../../../src/testing/conformance/records.ts'
import { errorOf, newPrefix, openStore, url } from './open-store.ts'
import { freePort } from './redis-server.ts'

const PASSWORD = 'hunter2-secret'
const { host } = new URL(url)
const reader = `reader-${randomId().slice(0, 8)}`
const admin = new Redis(url)

beforeAll(async () => {
  await admin.call('acl', ['setuser', reader, 'on', `>${PASSWORD}`, '~*', '&*', '+@read', '+@connection', '+info'])
})

afterAll(async () => {
  await admin.call('acl', ['deluser', reader])
  admin.disconnect()
})

describe('the Redis store says why it cannot open', () => {
  it.each([
    ['a wrong password', `redis://nobody:${PASSWORD}@${host}/0`, 'the user name or the password is wrong'],
    ['a database that does not exist', `redis://${host}/987654`, 'the database does not exist'],
    ['a user that may only read', `redis://${reader}:${PASSWORD}@${host}/0`, 'this user lacks a permission'],
  ])('%s', async (_name, given, hint) => {
    const error = await errorOf(openStore({ url: given }))
    expect(error).toMatchObject({ code: 'STORE_ERROR', details: { operation: 'open', store: 'tested' } })
    expect(error.message).toContain(hint)
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(PASSWORD)
  })

  it('nobody listens', async () => {
    const began = performance.now()
    const error = await errorOf(openStore({ url: `redis://u:${PASSWORD}@127.0.0.1:${await freePort()}/0` }))
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(error.code).toBe('STORE_ERROR')
    expect(error.message).toContain('ECONNREFUSED')
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(PASSWORD)
  })

  it('its data is of a newer release', async () => {
    const prefix = newPrefix()
    await admin.set(`{${prefix}}:layout`, '2')
    const error = await errorOf(openStore({ prefix }))
    expect(error).toMatchObject({ code: 'STORE_ERROR', details: { version: 2, supported: 1 } })
    expect(error.message).toContain('update cronwright')
    await admin.del(`{${prefix}}:layout`)
  })
})

it('the Redis store needs no more permissions than its page names', async () => {
  const prefix = newPrefix()
  const user = `writer-${randomId().slice(0, 8)}`
  const groups = ['+@read', '+@write', '+@scripting', '+@connection', '+@pubsub', '+info', '+time']
  const rules = [`~{${prefix}}:*`, `&{${prefix}}:wakeup`, ...groups]
  await admin.call('acl', ['setuser', user, 'on', `>${PASSWORD}`, 'resetchannels', ...rules])
  onTestFinished(async () => {
    await admin.call('acl', ['deluser', user])
  })
  const given = { url: `redis://${user}:${PASSWORD}@${host}/0`, prefix }
  const heard = { errors: [], wakeups: 0 }
  const [store] = [await openStore(given), await openStore(given, heard)]
  await expect
    .poll(async () => {
      await store.commit([{ expect: 0, record: runRecord(randomId()) }])
      return heard.wakeups
    })
    .toBeGreaterThan(0)
  expect(await store.count({ kind: 'run' })).toBeGreaterThan(0)
  expect(await store.serverTime()).toBeGreaterThan(0)
  expect(heard.errors).toEqual([])
})

describe('the Redis store refuses options', () => {
  it.each([
    [{}, 'options.url'],
    [{ url, colour: 'red' }, 'options.colour'],
    [{ url: `http://u:${PASSWORD}@localhost` }, 'options.url'],
    [{ url: `redis://u:${PASSWORD}@localhost:port` }, 'options.url'],
    [{ url: `redis://u:${PASSWORD}@localhost/zero` }, 'options.url'],
    [{ url, connection: { password: PASSWORD } }, 'options.connection'],
    [{ client: { password: PASSWORD } }, 'options.client'],
    [{ url, prefix: '{braces}' }, 'options.prefix'],
    [{ url, prefix: '' }, 'options.prefix'],
    [{ url, timeout: 'soon' }, 'options.timeout'],
    [{ url, notify: 1 }, 'options.notify'],
    [{ url, serializer: {} }, 'options.serializer'],
  ])('%o', (options, field) => {
    const error = caught(() => new RedisJobStore(options as never))
    expect(error).toBeInstanceOf(InvalidArgumentError)
    expect(error).toMatchObject({ details: { field } })
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(PASSWORD)
  })

  it('and never shows its own', () => {
    const store = new RedisJobStore({ url: `redis://u:${PASSWORD}@localhost/0` })
    expect(inspect(store, { depth: null, showHidden: true })).not.toContain(PASSWORD)
    expect(JSON.stringify(store)).not.toContain(PASSWORD)
  })
})

function caught(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}
