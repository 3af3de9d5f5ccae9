/**
 * Records that are added one by one and at the same time, as by the requests that a service handles. While one commit is
 * under way what else is added waits, and goes with the next: a server syncs its disk once for all of them. A record that
 * is alone waits for nothing, and all are added in the order in which that was asked for.
 */

import { type ChangeResult, REFUSED, type StoreRecord } from '../../jobs/record.ts'
import type { RecordJobStore } from '../../stores/record-job-store.ts'

interface Waiting {
  readonly record: StoreRecord
  readonly resolve: (result: ChangeResult) => void
  readonly reject: (error: unknown) => void
}

/** Most that are added at once. */
const MOST = 500

export class GatheredInserts {
  readonly #store: RecordJobStore
  #waiting: Waiting[] = []
  #isCommitting = false

  constructor(store: RecordJobStore) {
    this.#store = store
  }

  /**
   * Adds a record, unless there is one with its id. Rejects as a commit does, and together with those that went with it.
   *
   * @throws SerializationError for one that the store cannot keep, which troubles no other
   */
  async add(record: StoreRecord): Promise<ChangeResult> {
    this.#store.checkStorable(record)
    if (this.#isCommitting) {
      return new Promise((resolve, reject) => {
        this.#waiting.push({ record, resolve, reject })
      })
    }
    this.#isCommitting = true
    try {
      const [result = REFUSED] = await this.#store.commit([{ expect: 0, record }])
      return result
    } finally {
      if (this.#waiting.length === 0) this.#isCommitting = false
      else void this.#commitWaiting()
    }
  }

  async #commitWaiting(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#next())
    this.#isCommitting = false
  }

  /** Those that go next: one of each id, because of two of them the second is to be refused. */
  #next(): readonly Waiting[] {
    const ids = new Set<string>()
    let count = 0
    for (const { record } of this.#waiting) {
      if (count === MOST || ids.has(record.id)) break
      ids.add(record.id)
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#store.commit(group.map(({ record }) => ({ expect: 0, record }) as const))
      for (const [index, { resolve }] of group.entries()) resolve(results[index] ?? REFUSED)
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}
