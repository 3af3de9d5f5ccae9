/** Defects of record stores that the conformance tests have to find. */

import { AssertionError } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { MemoryJobStore } from '../../../../src/index.ts'
import type { Change, ChangeResult, Lane, RecordKind, StoreRecord } from '../../../../src/jobs/record.ts'
import type { DueQuery, KindInLane, ListQuery, NextDueQuery, RunSeries } from '../../../../src/stores/record-store.ts'
import { type RecordStoreUnderTest, recordStoreConformance } from '../../../../src/testing.ts'

async function failuresOf(store: RecordStoreUnderTest): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of recordStoreConformance(store)) {
    // The cases with thousands of records are for stores with pages; they are left to the real stores.
    if (/10,000|2,500|page|claimers|large batch/.test(name)) continue
    await run().catch((error: unknown) => {
      failed.push(name)
      expect(error).toBeInstanceOf(Error)
    })
  }
  return failed
}

/** What is broken -> a store that is, and sentences that have to fail. */
const BROKEN: Readonly<Record<string, readonly [create: () => MemoryJobStore, sentences: readonly string[]]>> = {
  'changes a record without looking at its version': [
    () =>
      new (class extends MemoryJobStore {
        override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
          const results: ChangeResult[] = []
          for (const change of changes) {
            const [now] = 'key' in change ? await this.get([change.key]) : []
            const forced = 'key' in change ? { ...change, expect: now?.version ?? change.expect } : change
            results.push(...(await super.commit([forced])))
          }
          return results
        }
      })(),
    [
      'refuses the second of two holders that saw the same version',
      'refuses a version that is yet to come, and a record that does not exist',
      'refuses a change that is sent again after a lost reply, and does nothing twice',
      'removes a record, only at its version',
      'changes a note at its version only, and leaves the other kinds alone',
    ],
  ],
  'adds inserts also where the change is refused': [
    () =>
      new (class extends MemoryJobStore {
        override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
          const results = await super.commit(changes)
          for (const { inserts = [] } of changes) {
            await super.commit(inserts.map((record) => ({ expect: 0, record })))
          }
          return results
        }
      })(),
    [
      'adds no insert of a refused change, and still applies the others of the batch',
      'adds inserts with a new record, and none where that is refused',
    ],
  ],
  'drops inserts that come with a new record': [
    () =>
      new (class extends MemoryJobStore {
        override commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
          return super.commit(
            changes.map((change) => ('key' in change ? change : { expect: 0, record: change.record })),
          )
        }
      })(),
    ['adds inserts with a new record, and none where that is refused'],
  ],
  'gives what is due a millisecond later': [
    () =>
      new (class extends MemoryJobStore {
        override due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
          return super.due({ ...query, before: query.before + 1 })
        }
      })(),
    ['gives what is due up to the given instant and not a millisecond later'],
  ],
  'serves queues as it likes': [
    () =>
      new (class extends MemoryJobStore {
        override due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
          return super.due(query.queues === undefined ? query : { ...query, queues: [...query.queues].sort() })
        }
      })(),
    ['serves queues in their order, then by priority, then by due time'],
  ],
  'names a next due time that it leaves out of what is due': [
    () =>
      new (class extends MemoryJobStore {
        override nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
          return super.nextDue(queries.map(({ lane }) => ({ lane })))
        }
      })(),
    ['knows when the next record of a lane is due'],
  ],
  'lists the oldest first': [
    () =>
      new (class extends MemoryJobStore {
        override async list<K extends RecordKind>(query: ListQuery<K>): Promise<readonly StoreRecord<K>[]> {
          return [...(await super.list(query))].reverse()
        }
      })(),
    ['lists the newest first, and in the same millisecond by id from the end'],
  ],
  'trims nothing': [
    () =>
      new (class extends MemoryJobStore {
        override async trim(_series: readonly RunSeries[]): Promise<void> {}
      })(),
    ['trims the finished runs of a job beyond its newest', 'removes the logs of the runs that it trims, and no others'],
  ],
  'counts finished runs as runs at work': [
    () =>
      new (class extends MemoryJobStore {
        override async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
          const counts = new Map<string, number>()
          for (const jobId of jobIds) counts.set(jobId, await this.count({ kind: 'run', jobId }))
          return counts
        }
      })(),
    [
      'counts the pending and running runs of each job',
      'counts a run no more when it is over, and again when it is retried',
    ],
  ],
  'says that it can do what it cannot': [
    () =>
      new (class extends MemoryJobStore {
        override readonly capabilities = { persistent: true, shared: false }
      })(),
    ['declares what it can do'],
  ],
}

describe('a record store that is broken', () => {
  it.each(Object.entries(BROKEN))('is found out: it %s', async (_name, [create, sentences]) => {
    expect(await failuresOf({ create })).toEqual(expect.arrayContaining([...sentences]))
  })

  it('is found out: it shares its data with the store beside it', async () => {
    const stores = new Map<string, MemoryJobStore>()
    const shared = ({ name }: { readonly name: string }): MemoryJobStore => {
      const store = stores.get(name) ?? new MemoryJobStore()
      stores.set(name, store)
      return store
    }
    const failed = await failuresOf({ create: shared, beside: shared })
    expect(failed).toContain('trims the finished runs of a job beyond its newest')
    expect(failed).toContain('gives the earliest first')
  })
})

/** Stores that do a thing in two steps, which others see. */
const IN_STEPS: Readonly<Record<string, readonly [create: () => MemoryJobStore, sentence: string]>> = {
  'inserts after it has changed': [
    () =>
      new (class extends MemoryJobStore {
        override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
          const results = await super.commit(changes.map(({ inserts: _inserts, ...change }) => change))
          await aMoment()
          for (const { inserts = [] } of changes) {
            await super.commit(inserts.map((record) => ({ expect: 0, record })))
          }
          return results
        }
      })(),
    'shows what was inserted with a change to whoever sees the change',
  ],
  'reads what was due as it has become since': [
    () =>
      new (class extends MemoryJobStore {
        override async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
          const found = await super.due(query)
          await aMoment()
          return (await this.get<KindInLane<L>>(found)).filter((record) => record !== undefined)
        }

        override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
          await aMoment()
          return super.commit(changes)
        }
      })(),
    'gives a record as due only as it is, due, whatever another store makes of it meanwhile',
  ],
}

describe('a record store that processes share', () => {
  it.each(Object.entries(IN_STEPS))('is found out: it %s', async (_name, [create, sentence]) => {
    const stores = new Map<string, MemoryJobStore>()
    const shared = ({ name }: { readonly name: string }): MemoryJobStore => {
      const store = stores.get(name) ?? create()
      stores.set(name, store)
      return store
    }
    const test = recordStoreConformance({ create: shared, shared: true }).find(({ name }) => name === sentence)
    await expect(test?.run()).rejects.toBeInstanceOf(AssertionError)
  })
})

function aMoment(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('the list of tests of record stores', () => {
  const tests = recordStoreConformance({ create: () => new MemoryJobStore() })

  it('has each sentence once, and functions that no runner takes for ones with a callback', () => {
    expect(new Set(tests.map(({ name }) => name)).size).toBe(tests.length)
    expect(tests.filter(({ run }) => run.length > 0)).toEqual([])
  })

  it('leaves out only what needs a capability', () => {
    const all = recordStoreConformance({
      create: () => new MemoryJobStore(),
      persistent: true,
      shared: true,
      text: true,
    })
    const left = all.map(({ name }) => name).filter((name) => !tests.some((test) => test.name === name))
    expect(left.sort()).toEqual([
      'gives a record as due only as it is, due, whatever another store makes of it meanwhile',
      'has everything again after it was closed and opened',
      'has its jobs go on after a restart, where they were, and what was missed caught up once',
      'lets one of two stores win a fire, and both see the same run',
      'lists every job although one of a full page cannot be read',
      'sets a job aside that it cannot read, reports it once, and gives the others',
      'shows a change of one store to another on the same data',
      'shows what was inserted with a change to whoever sees the change',
    ])
  })

  it('throws errors of node:assert', async () => {
    const store = class extends MemoryJobStore {
      override async count(): Promise<number> {
        return -1
      }
    }
    const [test] = recordStoreConformance({ create: () => new store() }).filter(({ name }) =>
      name.startsWith('counts what'),
    )
    await expect(test?.run()).rejects.toBeInstanceOf(AssertionError)
  })
})
