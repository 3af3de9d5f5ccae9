/** A change with its long texts written: what a multi can hold. */

import type { RecordHeader, RecordKey } from '../../jobs/record.ts'
import type { EncodedChange, EncodedPatch, EncodedRecord } from '../encoded-job-store.ts'
import type { LargeTexts } from './large-texts.ts'
import { type RecordBody, referencesOf, type StoredText, type TextReference } from './znode.ts'

export interface NewRecord {
  readonly header: RecordHeader
  readonly body: RecordBody
}

/** The texts of a patch; absent ones stay. */
export interface PreparedPatch {
  readonly header: Omit<EncodedPatch, 'spec' | 'status'>
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

export async function prepared(change: EncodedChange, texts: LargeTexts): Promise<PreparedChange> {
  const inserts: NewRecord[] = []
  for (const record of change.inserts) inserts.push(await newRecord(record, texts))
  if (!('key' in change)) {
    const record = await newRecord(change.record, texts)
    return { record, key: record.header, inserts }
  }
  const { key, expect, patch } = change
  return { key, expect, patch: patch === null ? null : await preparedPatch(patch, texts), inserts }
}

/** The long texts that were written for a change: to be removed where it comes to nothing. */
export function textsOf({ record, patch, inserts }: PreparedChange): readonly TextReference[] {
  const bodies = inserts.map(({ body }) => body)
  if (record !== undefined) bodies.push(record.body)
  const found = bodies.flatMap(referencesOf)
  for (const text of [patch?.spec, patch?.status]) if (typeof text === 'object' && text !== null) found.push(text)
  return found
}

async function newRecord(record: EncodedRecord, texts: LargeTexts): Promise<NewRecord> {
  const { spec, status, ...header } = record
  const body = {
    spec: await texts.stored(spec),
    status: status === null ? null : await texts.stored(status),
  }
  return { header, body }
}

async function preparedPatch(patch: EncodedPatch, texts: LargeTexts): Promise<PreparedPatch> {
  const { spec, status, ...header } = patch
  return {
    header,
    spec: spec === undefined ? undefined : await texts.stored(spec),
    status: status === undefined || status === null ? status : await texts.stored(status),
  }
}
