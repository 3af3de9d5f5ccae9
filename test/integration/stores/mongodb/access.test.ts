/** Doors that stay shut, and what does not fit: told in words, with a code, without a secret, and in time. */

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { MongoJobStore } from '../../../../src/mongodb.ts'
import { jobRecord, runRecord } from '../../../../src/testing/conformance/records.ts'
import { errorOf, newClient, newCollection, newStore, openStore } from './open-store.ts'

const PASSWORD = 'hunter2-secret'
const shown = (value: unknown): string => inspect(value, { depth: null, showHidden: true })

describe('the MongoDB store says why it cannot open', () => {
  it('nobody listens', async () => {
    const began = performance.now()
    const error = await errorOf(openStore({ url: `mongodb://u:${PASSWORD}@127.0.0.1:1/jobs`, timeout: 500 }))
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(error).toMatchObject({ code: 'STORE_ERROR', details: { operation: 'open', store: 'tested' } })
    expect(error.message).toMatch(/ECONNREFUSED|no answer within 500 ms/)
    expect(shown(error)).not.toContain(PASSWORD)
  })

  it.each([
    `mongodb://u:${PASSWORD}@127.0.0.1:1,2:x/jobs`,
    `mongodb://u:${PASSWORD}@127.0.0.1/jobs?noSuchSetting=1`,
    `mongodb://u:${PASSWORD}@127.0.0.1/jobs?w=`,
    `mongodb+srv://u:${PASSWORD}@one,two/jobs`,
  ])('the driver refuses its URL: %#', async (url) => {
    const error = await errorOf(openStore({ url, timeout: 500 }))
    expect(error.code).toBe('STORE_ERROR')
    expect(shown(error)).not.toContain(PASSWORD)
  })

  it('its data is of a newer release', async () => {
    const collection = newCollection()
    await newClient()
      .db()
      .collection<{ _id: string }>(collection)
      .insertOne({ _id: 'layout', layout: 2 } as never)
    const error = await errorOf(openStore({ collection }))
    expect(error).toMatchObject({ code: 'STORE_ERROR', details: { version: 2, supported: 1 } })
    expect(error.message).toContain('update cronwright')
  })

  it('its collection is not to be made', async () => {
    const error = await errorOf(openStore({ autoMigrate: false }))
    expect(error.message).toContain('start once with autoMigrate: true')
  })
})

describe('the MongoDB store', () => {
  it('is made by ten processes at once', async () => {
    const collection = newCollection()
    const stores = await Promise.all(Array.from({ length: 10 }, () => openStore({ collection })))
    expect(await Promise.all(stores.map((store) => store.count({ kind: 'job' })))).toEqual(Array(10).fill(0))
    await openStore({ collection, autoMigrate: false })
  })

  it('UX-20 tells the time of its server', async () => {
    const time = await (await openStore()).serverTime()
    expect(Math.abs((time ?? 0) - Date.now())).toBeLessThan(2_000)
  })

  it('never shows its password', () => {
    const store = new MongoJobStore({ url: `mongodb://u:${PASSWORD}@localhost/jobs` })
    expect(shown(store)).not.toContain(PASSWORD)
    expect(JSON.stringify(store)).not.toContain(PASSWORD)
  })

  it('is open or shut, and then open again, on a client of its own', async () => {
    const store = newStore()
    expect(await errorOf(store.count({ kind: 'job' }))).toMatchObject({ code: 'STORE_CLOSED' })
  })
})

describe('what is too large for a document', () => {
  const text = 'x'.repeat(5 * 2 ** 20)

  it('UX-19 is refused with the limit named, before anything is written', async () => {
    const store = await openStore()
    const large = jobRecord('large', { spec: { input: text } })
    const error = await errorOf(
      store.commit([
        { expect: 0, record: jobRecord('small') },
        { expect: 0, record: large },
      ]),
    )
    expect(error.code).toBe('PAYLOAD_TOO_LARGE')
    expect(error.message).toContain('16 MiB')
    expect(await store.count({ kind: 'job' })).toBe(0)
  })

  it('leaves room for a job with a large input to be fired', async () => {
    const store = await openStore({ timeout: '15s' })
    const input = text.slice(0, -10_000)
    const record = jobRecord('job', { spec: { input } })
    await store.commit([{ expect: 0, record }])
    const inserts = [1, 2, 3].map((at) => runRecord(`job@${at}`, { spec: { input } }))
    const change = { expect: 1, key: { kind: 'job', id: 'job' }, patch: { due: null }, inserts } as const
    expect(await store.commit([change])).toEqual([{ applied: true, existing: [] }])
    expect(await store.get([{ kind: 'run', id: 'job@3' }])).toEqual([inserts[2]])
  }, 60_000)
})
