/** Changes cut into batches for one statement each. */

import type { EncodedChange } from './encoded-job-store.ts'

/** Changes in one batch. */
const MAX_CHANGES = 1_000

/** Batches in which no record comes twice: a statement for many sees the table as it was before all of them. */
export function* batchesOf(changes: readonly EncodedChange[]): Generator<readonly EncodedChange[]> {
  let batch: EncodedChange[] = []
  const seen = new Set<string>()
  for (const change of changes) {
    const keys = keysOf(change)
    if (batch.length === MAX_CHANGES || keys.some((key) => seen.has(key))) {
      yield batch
      batch = []
      seen.clear()
    }
    batch.push(change)
    for (const key of keys) seen.add(key)
  }
  if (batch.length > 0) yield batch
}

function keysOf(change: EncodedChange): string[] {
  const { kind, id } = 'key' in change ? change.key : change.record
  return [`${kind}/${id}`, ...change.inserts.map((record) => `${record.kind}/${record.id}`)]
}
