/** Whatever several processes do to the same records at once: each index has a key for each record, and no other. */

import { expect, it } from 'vitest'
import type { Change, RecordPatch, StoreRecord } from '../../../../src/jobs/record.ts'
import { movesBetween } from '../../../../src/stores/etcd/moves.ts'
import { partitionsOf, storedFrom } from '../../../../src/stores/etcd/stored-record.ts'
import { jobRecord, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { seededRandom } from '../../../../src/testing/random.ts'
import { keysBelow } from './own-server.ts'
import { freshPrefix, openStore, sharedHost } from './store.ts'

const IDS = 12
const ROUNDS = 40
const STATES = ['pending', 'running', 'completed', 'dead'] as const
const LANES = ['run', 'history'] as const

it('after random changes by four processes', async () => {
  const prefix = freshPrefix()
  const random = seededRandom(7)
  const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0]
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ url: `etcd://${sharedHost}`, prefix })))
  const text = (): string => 'x'.repeat(pick([1, 500, 3_000]))
  const fields = () => ({
    due: pick([null, NOW - 5, NOW, NOW + 5]),
    at: pick([1, NOW, NOW + 7]),
    queue: pick(['default', 'a/b', 'low']),
    priority: pick([-3, 0, 9]),
    functionRef: pick(['work', 'mail']),
  })
  const newId = (): string => `run-${Math.floor(random() * IDS)}`
  const newRun = (): StoreRecord =>
    runRecord(newId(), { ...fields(), jobId: pick([null, 'job']), spec: { input: text() } })
  const patchOf = (): RecordPatch => ({
    ...fields(),
    lane: pick(LANES),
    state: pick(STATES),
    ...(random() < 0.3 ? { spec: runRecord('any', { spec: { input: text() } }).spec } : {}),
  })
  const changeOf = (id: string, version: number): Change => {
    const inserts = random() < 0.3 ? [newRun(), newRun(), jobRecord(newId())] : []
    if (version === 0) return { expect: 0, record: newRun(), inserts }
    const patch = random() < 0.2 && !inserts.some((insert) => insert.id === id) ? null : patchOf()
    return { expect: version, key: { kind: 'run', id }, patch, inserts }
  }
  let applied = 0
  let refused = 0
  await Promise.all(
    stores.map(async ({ store }) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const ids = Array.from({ length: 8 }, newId)
        const known = await store.get(ids.map((id) => ({ kind: 'run', id })))
        const results = await store.commit(ids.map((id, index) => changeOf(id, known[index]?.version ?? 0)))
        applied += results.filter((result) => result.applied).length
        refused += results.filter((result) => !result.applied).length
      }
    }),
  )
  expect(applied).toBeGreaterThan(ROUNDS)
  expect(refused).toBeGreaterThan(ROUNDS)

  const found = await keysBelow(sharedHost, `${prefix}/`)
  const keys = new Map(Object.entries(found).map(([key, value]) => [key.slice(prefix.length + 1), value]))
  const expected = new Set<string>()
  for (const [key, value] of keys) {
    const [, kind, id] = /^record\/(job|run)\/(.+)$/.exec(key) ?? []
    if (id === undefined) continue
    const entry = { key, value: Buffer.from(value), version: 1, revision: 1 }
    const stored = storedFrom(kind === 'job' ? 'job' : 'run', id, entry)
    for (const own of movesBetween(undefined, stored, true)) expected.add(own.key)
    for (const partition of partitionsOf(stored)) expect(keys.has(`partition/${partition}`)).toBe(true)
  }
  const indexes = [...keys.keys()].filter((key) => !/^(partition\/|news$|format$)/.test(key))
  expect(indexes.sort()).toEqual([...expected].sort())
}, 60_000)
