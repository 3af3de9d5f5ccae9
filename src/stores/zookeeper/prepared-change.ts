/** A change with its long texts elsewhere: what a multi can hold. */

import type { RecordHeader, RecordKey } from '../../jobs/record.ts'
import type { EncodedChange, EncodedPatch, EncodedRecord } from '../encoded-job-store.ts'
import { type HeaderPatch, type RecordBody, referencesOf, type StoredText, type TextReference } from './znode.ts'

export interface NewRecord {
  readonly header: RecordHeader
  readonly body: RecordBody
}

/** The texts of a patch; absent ones stay. */
export interface PreparedPatch {
  readonly header: HeaderPatch
  readonly spec: StoredText | undefined
  readonly status: StoredText | null | undefined
}

/** An {@link EncodedChange} for the server. `patch: null` removes, `record` adds. */
export type PreparedChange = (
  | { readonly record: NewRecord; readonly key: RecordKey; readonly patch?: undefined }
  | {
      readonly record?: undefined
      readonly key: RecordKey
      readonly expect: number
      readonly patch: PreparedPatch | null
    }
) & { readonly inserts: readonly NewRecord[] }

/** What a record holds for a text. */
type Store = (text: string) => StoredText

export function prepared(change: EncodedChange, stored: Store): PreparedChange {
  const inserts = change.inserts.map((record) => newRecord(record, stored))
  if (!('key' in change)) {
    const record = newRecord(change.record, stored)
    return { record, key: record.header, inserts }
  }
  const { key, expect, patch } = change
  return { key, expect, patch: patch === null ? null : preparedPatch(patch, stored), inserts }
}

/** The long texts that were written for a change: to be removed where it comes to nothing. */
export function textsOf({ record, patch, inserts }: PreparedChange): readonly TextReference[] {
  const bodies = inserts.map(({ body }) => body)
  if (record !== undefined) bodies.push(record.body)
  const found = bodies.flatMap(referencesOf)
  for (const text of [patch?.spec, patch?.status]) if (typeof text === 'object' && text !== null) found.push(text)
  return found
}

function newRecord(record: EncodedRecord, stored: Store): NewRecord {
  const { spec, status } = record
  return { header: record, body: { spec: stored(spec), status: status === null ? null : stored(status) } }
}

function preparedPatch(patch: EncodedPatch, stored: Store): PreparedPatch {
  const { spec, status } = patch
  return {
    header: patch,
    spec: spec === undefined ? undefined : stored(spec),
    status: status === undefined || status === null ? status : stored(status),
  }
}
