/** Changes cut into batches for one statement each. */

import type { EncodedChange } from './encoded-job-store.ts'

/** Changes in one batch, and characters. */
const MAX_CHANGES = 1_000
const MAX_TEXT = 2 ** 23

/** Batches in which no record comes twice: a statement for many sees the table as it was before all of them. */
export function* batchesOf(changes: readonly EncodedChange[]): Generator<readonly EncodedChange[]> {
  let batch: EncodedChange[] = []
  let length = 0
  const seen = new Set<string>()
  for (const change of changes) {
    const keys = keysOf(change)
    const added = textLength(change)
    const isFull = batch.length === MAX_CHANGES || (batch.length > 0 && length + added > MAX_TEXT)
    if (isFull || keys.some((key) => seen.has(key))) {
      yield batch
      batch = []
      length = 0
      seen.clear()
    }
    batch.push(change)
    length += added
    for (const key of keys) seen.add(key)
  }
  if (batch.length > 0) yield batch
}

function keysOf(change: EncodedChange): string[] {
  const { kind, id } = 'key' in change ? change.key : change.record
  return [`${kind}/${id}`, ...change.inserts.map((record) => `${record.kind}/${record.id}`)]
}

/** Characters of the texts that a change writes. */
export function textLength(change: EncodedChange): number {
  const own = 'key' in change ? change.patch : change.record
  let length = 0
  for (const part of [own, ...change.inserts]) length += (part?.spec?.length ?? 0) + (part?.status?.length ?? 0)
  return length
}
