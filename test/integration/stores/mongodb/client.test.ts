/** On the user's own client; and what several stores on one server have to do with each other. */

import { MongoClient } from 'mongodb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { jobRecord, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { newClient, newCollection, openStore, url } from './open-store.ts'

const records = (id: string) => [{ expect: 0, record: jobRecord(id), inserts: [runRecord(`${id}@1`)] }] as const
const applied = [{ applied: true, existing: [] }]

/** Whether the server is a replica set, which has change streams. */
const hasStreams = await (async () => {
  const client = new MongoClient(url)
  const { setName } = await client.db().command({ hello: 1 })
  await client.close()
  return setName !== undefined
})()

describe("the MongoDB store on its user's client", () => {
  it('leaves it open, with the listeners it had', async () => {
    const client = newClient()
    await client.connect()
    const listeners = client.eventNames().map((name) => [name, client.listenerCount(name)])
    const store = await openStore({ client })
    expect(await store.commit(records('a'))).toEqual(applied)
    await store.shutdown()
    expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 })
    expect(client.eventNames().map((name) => [name, client.listenerCount(name)])).toEqual(listeners)
  })

  it.each<[string, object]>([
    ['that has not connected yet', {}],
    ['that gives numbers as objects', { promoteValues: false, promoteLongs: false }],
    [
      'that reads from secondaries, and waits for nobody',
      { readPreference: 'secondaryPreferred', writeConcern: { w: 1 } },
    ],
  ])('works on one %s', async (_name, options) => {
    const client = new MongoClient(url, options)
    onTestFinished(() => client.close())
    const store = await openStore({ client, database: 'cronwright_other' })
    expect(await store.commit(records('a'))).toEqual(applied)
    expect(await store.nextDue([{ lane: 'run', queues: ['default'] }])).toEqual([NOW])
    expect(await store.lookupJob('a')).toMatchObject({ id: 'a' })
    expect(await store.count({ kind: 'run' })).toBe(1)
  })
})

describe('several MongoDB stores on one server', () => {
  it('with collections that begin alike do not see each other', async () => {
    const collection = newCollection()
    const [left, right] = [await openStore({ collection }), await openStore({ collection: `${collection}.more` })]
    await left.commit(records('a'))
    await right.commit(records('b'))
    expect((await left.list({ kind: 'job', limit: 9 })).map(({ id }) => id)).toEqual(['a'])
    expect(await right.removeJobs()).toBe(1)
    expect(await left.count({ kind: 'job' })).toBe(1)
  })

  it.runIf(hasStreams)('wake each other, but not themselves', async () => {
    const collection = newCollection()
    const [mine, theirs] = [
      { errors: [], wakeups: 0 },
      { errors: [], wakeups: 0 },
    ]
    const left = await openStore({ collection }, mine)
    await openStore({ collection }, theirs)
    let count = 0
    await expect
      .poll(
        async () => {
          count += 1
          await left.commit(records(`job-${count}`))
          return theirs.wakeups
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0)
    expect(mine.wakeups).toBe(0)
  })

  it('keep what is removed hidden from everybody, and its place free', async () => {
    const collection = newCollection()
    const store = await openStore({ collection })
    await store.commit(records('a'))
    const removal = { expect: 1, key: { kind: 'job', id: 'a' }, patch: null, inserts: [runRecord('a@2')] } as const
    expect(await store.commit([removal])).toEqual(applied)
    expect((await store.list({ kind: 'run', limit: 9 })).map(({ id }) => id)).toEqual(['a@2', 'a@1'])
    expect(await store.lookupJob('a')).toBeUndefined()
    // Deleted by and by: no commit waits for it.
    const stored = newClient().db().collection(collection)
    await expect.poll(() => stored.countDocuments({ _id: 'job:a' as never })).toBe(0)
    expect(await store.commit([{ expect: 0, record: jobRecord('a') }])).toEqual(applied)
  })
})
