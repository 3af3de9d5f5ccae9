/**
 * A process that dies between any two calls of a commit, before or after the server did what it was told: another process
 * finishes what it left, or it left nothing.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Collection, MongoClient } from 'mongodb'
import { describe, expect, it } from 'vitest'
import type { Change, StoreRecord } from '../../../../src/jobs/record.ts'
import type { MongoJobStore } from '../../../../src/mongodb.ts'
import {
  changeRun,
  commitOne,
  finishedRun,
  jobRecord,
  MINUTE,
  NOW,
  runRecord,
} from '../../../../src/testing/conformance/records.ts'
import { type Death, MortalClient } from './mortal-client.ts'
import { newClient, newCollection, openStore } from './open-store.ts'

/** What the dying process gives itself for a commit; others wait for twice as long. */
const TIMEOUT_MS = 1_000

interface Scene {
  readonly before: readonly StoreRecord[]
  readonly change: Change
  /** The records when the change was made. */
  readonly after: readonly StoreRecord[]
}

const job = jobRecord('job')
const taken = runRecord('job@2', { priority: 5 })
const added = [runRecord('job@1'), runRecord('job@3')]
const inserts = [runRecord('job@1'), runRecord('job@2'), runRecord('job@3')]
const key = { kind: 'job', id: 'job' } as const

const SCENES: Readonly<Record<string, Scene>> = {
  'a fire with its runs': {
    before: [job, taken],
    change: { expect: 1, key, patch: { due: NOW + MINUTE }, inserts },
    after: [{ ...job, version: 2, due: NOW + MINUTE }, taken, ...added],
  },
  'the last fire of a job, which removes it': {
    before: [job, taken],
    change: { expect: 1, key, patch: null, inserts },
    after: [taken, ...added],
  },
  'a new record with others': {
    before: [taken],
    change: { expect: 0, record: job, inserts },
    after: [job, taken, ...added],
  },
  'a removal': {
    before: [job, taken],
    change: { expect: 1, key, patch: null },
    after: [taken],
  },
}

/** More calls than a commit makes. */
const CALLS = [1, 2, 3, 4, 5]
const DEATHS: readonly Death[] = ['before', 'after']
const POINTS = CALLS.flatMap((call) => DEATHS.map((death) => ({ call, death })))

interface Place {
  readonly survivor: MongoJobStore
  readonly dying: MongoJobStore
  readonly client: MortalClient
  readonly documents: Collection
}

async function placeOn(client: MongoClient): Promise<Place> {
  const collection = newCollection()
  const survivor = await openStore({ collection, client })
  const mortal = new MortalClient(client)
  const dying = await openStore({ collection, client: mortal, timeout: TIMEOUT_MS, notify: false })
  return { survivor, dying, client: mortal, documents: client.db().collection(collection) }
}

/** Waits until somebody finished everything. */
async function finished({ survivor, documents }: Place): Promise<void> {
  const isUnfinished = {
    $or: [{ unfinished: { $exists: true } }, { outbox: { $exists: true } }, { version: { $lt: 0 } }],
  }
  await expect
    .poll(
      async () => {
        await survivor.due({ lane: 'job', before: 0, limit: 1 })
        return documents.countDocuments(isUnfinished)
      },
      { timeout: 15_000, interval: 250 },
    )
    .toBe(0)
}

async function recordsOf({ survivor }: Place): Promise<readonly StoreRecord[]> {
  const lists = await Promise.all((['job', 'run', 'log'] as const).map((kind) => survivor.list({ kind, limit: 99 })))
  return sorted(lists.flat())
}

function sorted(records: readonly StoreRecord[]): readonly StoreRecord[] {
  const nameOf = ({ kind, id }: StoreRecord): string => `${kind} ${id}`
  return [...records].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

async function dieAt(scene: Scene, call: number, death: Death): Promise<void> {
  const point = `${death} call ${call}`
  const place = await placeOn(newClient())
  await place.survivor.commit(scene.before.map((record) => ({ expect: 0, record })))
  place.client.dieAt(call, death)
  const result = await commitOne(place.dying, scene.change).catch(() => undefined)
  await finished(place)
  const isDone = result !== undefined || call > 1 || death === 'after'
  const records = isDone ? scene.after : scene.before
  expect(await recordsOf(place), point).toEqual(sorted(records))
  expect(await place.documents.countDocuments({ kind: { $exists: true } }), point).toBe(records.length)
  // Said again, it is refused where it was done.
  expect((await commitOne(place.survivor, scene.change))?.applied, point).toBe(!isDone)
}

describe('a MongoDB store whose process dies', () => {
  it.each(Object.entries(SCENES))(
    'before or after any call of %s has done all of it or nothing when another process looked',
    async (_name, scene) => {
      await Promise.all(POINTS.map(({ call, death }) => dieAt(scene, call, death)))
    },
    60_000,
  )
})

describe('what a dead process left to be inserted', () => {
  it('is not inserted again when it was inserted, done and removed meanwhile', async () => {
    const place = await placeOn(newClient())
    await place.survivor.commit([{ expect: 0, record: job }])
    // The change, the inserts; not the tidying up.
    place.client.dieAt(3, 'before')
    await commitOne(place.dying, { expect: 1, key, patch: { due: null }, inserts: added })
    expect(await place.survivor.count({ kind: 'run' })).toBe(2)
    const over = { lane: 'history', state: 'completed', due: NOW } as const
    await place.survivor.commit([changeRun('job@1', 1, over), changeRun('job@3', 1, over)])
    await place.survivor.commit([changeRun('job@1', 2, null)])
    await place.survivor.trim([{ jobId: 'job', functionRef: 'work', keep: 0 }])
    await finished(place)
    await place.survivor.trim([{ jobId: 'job', functionRef: 'work', keep: 0 }])
    expect(await recordsOf(place)).toEqual([{ ...job, version: 2, due: null }])
  }, 30_000)

  it('is not lost when others change the record that held it, fire it again, and remove it', async () => {
    const place = await placeOn(newClient())
    await place.survivor.commit([{ expect: 0, record: job }])
    place.client.dieAt(1, 'after')
    await commitOne(place.dying, { expect: 1, key, patch: { due: NOW + 1 }, inserts: added }).catch(() => undefined)
    const patch = { due: NOW + 2 }
    expect(await commitOne(place.survivor, { expect: 2, key, patch, inserts: [taken] })).toMatchObject({
      applied: true,
    })
    expect(await commitOne(place.survivor, { expect: 3, key, patch: null })).toMatchObject({ applied: true })
    expect(await place.survivor.lookupJob('job')).toBeUndefined()
    expect(await commitOne(place.survivor, { expect: 0, record: jobRecord('job', { version: 9 }) })).toMatchObject({
      applied: true,
    })
    await finished(place)
    expect(await recordsOf(place)).toEqual(sorted([{ ...job, version: 9 }, taken, ...added]))
  }, 30_000)

  it('is inserted although the job that holds it is fired again all the time', async () => {
    const place = await placeOn(newClient())
    await place.survivor.commit([{ expect: 0, record: job }])
    place.client.dieAt(1, 'after')
    await commitOne(place.dying, { expect: 1, key, patch: { due: NOW + 1 }, inserts: added }).catch(() => undefined)
    const began = performance.now()
    for (let version = 2; performance.now() - began < 5 * TIMEOUT_MS; version += 1) {
      const fire = { expect: version, key, patch: { due: NOW + version }, inserts: [runRecord(`job@${100 + version}`)] }
      expect(await commitOne(place.survivor, fire)).toMatchObject({ applied: true })
      await place.survivor.due({ lane: 'run', before: 0, limit: 1 })
      await sleep(100)
    }
    const stored = await place.survivor.get(added.map(({ id }) => ({ kind: 'run', id }) as const))
    expect(stored).toEqual(added)
    await finished(place)
    expect(await place.documents.countDocuments({ unfinished: { $exists: true } })).toBe(0)
  }, 30_000)

  it('counts as active already, once, and no more when it is over', async () => {
    const place = await placeOn(newClient())
    await place.survivor.commit([job, taken].map((record) => ({ expect: 0, record })))
    place.client.dieAt(1, 'after')
    await commitOne(place.dying, { expect: 1, key, patch: { due: null }, inserts }).catch(() => undefined)
    expect(await place.survivor.countActive(['job'])).toEqual(new Map([['job', 3]]))
    await finished(place)
    expect(await place.survivor.countActive(['job'])).toEqual(new Map([['job', 3]]))
    await place.survivor.commit([changeRun('job@1', 1, { lane: 'history', state: 'completed', due: NOW })])
    expect(await place.survivor.countActive(['job'])).toEqual(new Map([['job', 2]]))
  }, 30_000)

  it('is found by its id already, as is what was inserted since, but not what was removed since', async () => {
    const place = await placeOn(newClient())
    const keys = inserts.map(({ id }) => ({ kind: 'run', id }) as const)
    await place.survivor.commit([job, taken].map((record) => ({ expect: 0, record })))
    place.client.dieAt(1, 'after')
    await commitOne(place.dying, { expect: 1, key, patch: { due: null }, inserts }).catch(() => undefined)
    const [first, third] = added
    expect(await place.survivor.get(keys)).toEqual([first, taken, third])
    await finished(place)
    expect(await place.survivor.get(keys)).toEqual([first, taken, third])

    const other = await placeOn(newClient())
    await other.survivor.commit([{ expect: 0, record: job }])
    // The change, the inserts; not the tidying up.
    other.client.dieAt(3, 'before')
    await commitOne(other.dying, { expect: 1, key, patch: { due: null }, inserts })
    await other.survivor.commit([changeRun('job@1', 1, null)])
    expect((await other.survivor.get(keys)).map((each) => each?.id)).toEqual([undefined, 'job@2', 'job@3'])
  }, 30_000)

  it('is not lost when all jobs are removed', async () => {
    const place = await placeOn(newClient())
    await place.survivor.commit([job, jobRecord('other')].map((record) => ({ expect: 0, record })))
    place.client.dieAt(1, 'after')
    await commitOne(place.dying, { expect: 1, key, patch: { due: null }, inserts: added }).catch(() => undefined)
    expect(await place.survivor.removeJobs()).toBe(2)
    expect(await place.survivor.getAllJobs()).toEqual([])
    await finished(place)
    expect(await recordsOf(place)).toEqual(sorted(added))
  }, 30_000)

  it('is no reason to say of an insert that it existed', async () => {
    const place = await placeOn(newClient())
    await place.survivor.commit([
      { expect: 0, record: job },
      { expect: 0, record: finishedRun('job@2') },
    ])
    const [result] = await place.survivor.commit([{ expect: 1, key, patch: { due: null }, inserts }])
    expect(result).toEqual({ applied: true, existing: ['job@2'] })
  })
})

describe('a record whose id is free again', () => {
  it.each([
    ['before it is looked at', 2],
    ['before its place is taken', 3],
  ])('is added, when the removed one of that id is deleted %s', async (_when, call) => {
    const { dying, client, documents } = await placeOn(newClient())
    const grave = { _id: 'job:job', version: -1 }
    const id = { _id: grave._id } as object
    for (const change of [
      { expect: 0, record: job },
      { expect: 0, record: jobRecord('other'), inserts: [job] },
    ] as const) {
      await documents.deleteMany({ _id: { $in: ['job:job', 'job:other'] } } as object)
      await documents.insertOne(grave as object)
      client.calls = 0
      // Behind a change with inserts its bulk comes first.
      const at = 'inserts' in change ? call + 1 : call
      client.meanwhile = async (number) => number === at && (await documents.deleteOne(id))
      expect(await commitOne(dying, change)).toEqual({ applied: true, existing: [] })
      expect(await documents.countDocuments({ ...id, kind: 'job' })).toBe(1)
    }
  })
})
