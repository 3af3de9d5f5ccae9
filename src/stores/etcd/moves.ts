/**
 * The puts and deletes that lead from one state of a record to another: of the record itself and of the keys of the indexes
 * that lead to it. Only what differs is written, but for two: the record, whose versions the server counts, and its key in
 * the due index, which is of the same revision as the record that way (`due.ts` relies on it).
 */

import type { EncodedRecord } from '../encoded-job-store.ts'
import { duePartition, dueTail, listPartition, listTail, recordKey, seriesKey, specKey } from './keys.ts'
import { type StoredRecord, textUnderKey } from './stored-record.ts'

/** A key with what is put under it; null: it is deleted. */
export interface Move {
  readonly key: string
  readonly value: string | null
}

/**
 * @param before - undefined where the record is added
 * @param after - null where it is removed
 * @param hasSpec - whether the spec is known and to be written
 */
export function movesBetween(
  before: StoredRecord | undefined,
  after: StoredRecord | null,
  hasSpec: boolean,
): readonly Move[] {
  const moves: Move[] = []
  const put = (key: string, value: string): void => void moves.push({ key, value })
  const remove = (key: string): void => void moves.push({ key, value: null })
  const move = (from: string | undefined, to: string | undefined): void => {
    if (from === to) return
    if (to !== undefined) put(to, '')
    if (from !== undefined) remove(from)
  }
  const [old, now] = [before?.record, after?.record]
  if (after !== null) put(recordKey(after.record), textUnderKey(after))
  else if (old !== undefined) remove(recordKey(old))
  if (after?.isApart === true && hasSpec) put(specKey(after.record), after.record.spec)
  if (before?.isApart === true && after?.isApart !== true) remove(specKey(before.record))
  if (!isListedAs(old, now)) move(old && listKey(old), now && listKey(now))
  if (old?.kind === 'run' || now?.kind === 'run') move(old && seriesKey(old), now && seriesKey(now))
  const [wasDue, isDue] = [before && dueKey(before), after === null ? undefined : dueKey(after)]
  if (now !== undefined && isDue !== undefined) {
    put(isDue, JSON.stringify([now.functionRef, now.jobId]))
  }
  if (wasDue !== undefined && wasDue !== isDue) remove(wasDue)
  return moves
}

function isListedAs(old: EncodedRecord | undefined, now: EncodedRecord | undefined): boolean {
  if (old === undefined || now === undefined) return false
  return old.lane === now.lane && old.state === now.state && old.queue === now.queue && old.at === now.at
}

function listKey(record: EncodedRecord): string {
  return listPartition(record) + listTail(record.at, record.id)
}

function dueKey({ record, sequence }: StoredRecord): string | undefined {
  return record.due === null ? undefined : duePartition(record) + dueTail(record.due, sequence, record)
}
