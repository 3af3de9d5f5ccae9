/** The bench of record stores: each store may have a neighbour, whose records must stay as they are. */

import assert from 'node:assert/strict'
import type { StoreRecord } from '../../jobs/record.ts'
import type { RecordJobStore } from '../../stores/record-job-store.ts'
import type { Case } from './case.ts'
import { finishedRun, insert, jobRecord, NOW, runRecord } from './records.ts'
import { type OpenOptions, StoreBench, type StoreOptions, type TestedCapabilities } from './store-bench.ts'

/** A record store that is to be tested, and what it can do. */
export interface RecordStoreUnderTest extends TestedCapabilities {
  /** Makes a store, without opening it. */
  create(options: StoreOptions): RecordJobStore
  /**
   * Makes a store on the same data under another name (table, key prefix, collection). When given, every case runs
   * beside records of it that have the same ids, and it must keep them as they are.
   */
  readonly beside?: ((options: StoreOptions) => RecordJobStore) | undefined
}

/** A sentence about a record store. */
export type RecordStoreCase = Case<RecordStoreBench>

/** What the neighbour holds: ids that the cases use, due and finished, in each lane. */
const NEIGHBOURS: readonly StoreRecord[] = [
  ...['job', 'a', 'b', 'same', 'job-0'].map((id) => jobRecord(id, { due: NOW - 1 })),
  ...['job@1', 'a', 'b', 'run', 'run-0', 'same'].map((id) => runRecord(id, { due: NOW - 1, priority: 99 })),
  ...['job@2', 'c', 'run-1'].map((id) => finishedRun(id, { due: NOW - 1 })),
]

export class RecordStoreBench extends StoreBench<RecordJobStore> {
  readonly #beside: RecordStoreUnderTest['beside']
  readonly #neighbours = new Map<string, RecordJobStore>()

  constructor(store: RecordStoreUnderTest) {
    super((options) => store.create(options), store)
    this.#beside = store.beside
  }

  override async open({ name = this.newName(), ...options }: OpenOptions = {}): Promise<RecordJobStore> {
    if (this.#beside !== undefined && !this.#neighbours.has(name)) {
      const neighbour = this.#beside({ name })
      this.#neighbours.set(name, neighbour)
      await this.start(neighbour)
      await insert(neighbour, ...NEIGHBOURS)
    }
    return super.open({ name, ...options })
  }

  override async close(): Promise<void> {
    for (const neighbour of this.#neighbours.values()) {
      const kept = await neighbour.get(NEIGHBOURS.map(({ kind, id }) => ({ kind, id })))
      assert.deepEqual(kept, NEIGHBOURS, 'the records of the store beside it changed')
      const runs = NEIGHBOURS.filter(({ kind }) => kind === 'run')
      assert.equal(await neighbour.count({ kind: 'run' }), runs.length, 'the store beside it has other runs')
      assert.equal(await neighbour.count({ kind: 'job' }), NEIGHBOURS.length - runs.length)
    }
    this.#neighbours.clear()
    await super.close()
  }
}
