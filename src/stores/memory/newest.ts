/** The newest of many records: of a million, a page of a hundred is put in order and not the million. */

import type { RecordHeader } from '../../jobs/record.ts'

type Listed = { readonly record: Pick<RecordHeader, 'at' | 'id'> }

/** The first `limit` of the items, newest first. */
export function newest<T extends Listed>(items: Iterable<T>, limit: number): T[] {
  let kept: T[] = []
  let oldest: T | undefined
  for (const item of items) {
    if (oldest !== undefined && newestFirst(item, oldest) > 0) continue
    kept.push(item)
    if (kept.length < limit * 2) continue
    kept = kept.sort(newestFirst).slice(0, limit)
    oldest = kept.at(-1)
  }
  return kept.sort(newestFirst).slice(0, limit)
}

/** `at` descending, then id descending. */
function newestFirst(a: Listed, b: Listed): number {
  return b.record.at - a.record.at || (a.record.id < b.record.id ? 1 : -1)
}
