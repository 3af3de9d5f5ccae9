/** Stores to copy between, filled record by record. */

import { copyStore, MemoryJobStore } from '../../../../src/index.ts'
import type { RecordKey, StoreRecord } from '../../../../src/jobs/record.ts'
import type { CopyReport } from '../../../../src/stores/copy/report.ts'
import type { StoreHost } from '../../../../src/stores/job-store.ts'
import type { RecordJobStore } from '../../../../src/stores/record-job-store.ts'
import { insert } from '../../../../src/testing/conformance/records.ts'

export const HOST: StoreHost = {
  workerId: 'test',
  now: () => Date.now(),
  wakeup: () => undefined,
  reportError: () => undefined,
}

/** Opens a store for a while. */
export async function within<T>(store: RecordJobStore, work: (store: RecordJobStore) => Promise<T>): Promise<T> {
  await store.start(HOST, 'looked-at')
  try {
    return await work(store)
  } finally {
    await store.shutdown()
  }
}

/** A store in memory with these records; closed. */
export async function storeWith(...records: readonly StoreRecord[]): Promise<MemoryJobStore> {
  const store = new MemoryJobStore()
  await fill(store, ...records)
  return store
}

export async function fill(store: RecordJobStore, ...records: readonly StoreRecord[]): Promise<void> {
  await within(store, (open) => insert(open, ...records))
}

/** The records under these keys; undefined where there is none. */
export function recordsOf(
  store: RecordJobStore,
  keys: readonly RecordKey[],
): Promise<readonly (StoreRecord | undefined)[]> {
  return within(store, (open) => open.get(keys))
}

/** How many jobs and runs a store has. */
export function sizeOf(store: RecordJobStore): Promise<readonly [jobs: number, runs: number]> {
  return within(store, async (open) => [await open.count({ kind: 'job' }), await open.count({ kind: 'run' })])
}

const NOTHING = { jobs: 0, pendingRuns: 0, waitingRuns: 0, lostRuns: 0, uniqueKeys: 0, pausedQueues: 0 }

/** A report in which everything else is nothing. */
export function report(parts: {
  readonly copied?: Partial<CopyReport['copied']>
  readonly present?: Partial<CopyReport['present']>
  readonly unreadable?: CopyReport['unreadable']
}): CopyReport {
  const { copied, present, unreadable = [] } = parts
  return { copied: { ...NOTHING, ...copied }, present: { ...NOTHING, ...present }, unreadable }
}

export { copyStore }
