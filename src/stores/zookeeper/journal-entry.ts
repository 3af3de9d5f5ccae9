/**
 * What an entry of the journal says: to which records something happened, and what, so that what one process adds, claims
 * and ends costs the others no reading. What it does not tell of a record is read: what that is by then is what counts.
 */

import type { RecordHeader, RecordKey } from '../../jobs/record.ts'
import type { PreparedPatch } from './prepared-change.ts'
import type { HeaderPatch, RecordBody, StoredRecord, StoredText } from './znode.ts'

/** Characters of a text that is told: the server keeps the journal in its memory. */
const LONGEST_TEXT = 500
/** Bytes of a record in an entry beyond its id and its texts, about. */
const BYTES = 80

/** A record that an entry names, which has to be read where nothing else is said of it. */
export type Mention = RecordKey | ToldMention
export type ToldMention = Creation | HeaderChange | Removal

export interface Creation extends RecordKey {
  readonly type: 'added'
  readonly order: number
  readonly header: CommonHeader
  readonly jobId: string | null
  /** Where it is told. */
  readonly body: RecordBody | undefined
}

export interface HeaderChange extends RecordKey {
  readonly type: 'changed'
  readonly order: number
  /** Of its znode since. */
  readonly znodeVersion: number
  readonly header: HeaderPatch
  readonly isBodyKept: boolean
}

/** A record is gone: the one of that order, not what may have been added under its id since. */
export interface Removal extends RecordKey {
  readonly type: 'removed'
  readonly order: number
}

/** What records that are added together have in common, as a rule. */
export type CommonHeader = Omit<RecordHeader, 'kind' | 'id' | 'jobId'>

export interface JournalEntry {
  readonly mentions: readonly Mention[]
  readonly isNews: boolean
  readonly isLast: boolean
}

export function isTold(mention: Mention): mention is ToldMention {
  return 'type' in mention
}

/** What is said of a record that was added; long texts have to be read. */
export function creationOf(record: StoredRecord): Mention {
  const { kind, id, order, jobId, texts, body } = record
  if (texts.length > 0) return { kind, id }
  const isBodyTold = body !== undefined && isShort(body.spec) && (body.status === null || isShort(body.status))
  return { type: 'added', kind, id, order, header: record, jobId, body: isBodyTold ? body : undefined }
}

/** What is said of a record that a patch was laid over; long texts have to be read. */
export function changeOf(next: StoredRecord, { header, spec, status }: PreparedPatch): Mention {
  const { kind, id, order, znodeVersion, texts } = next
  if (texts.length > 0) return { kind, id }
  const isBodyKept = spec === undefined && status === undefined
  return { type: 'changed', kind, id, order, znodeVersion, header, isBodyKept }
}

export function removalOf({ kind, id, order }: StoredRecord): Removal {
  return { type: 'removed', kind, id, order }
}

/** Bytes of a record in an entry, about. */
export function toldBytes(mention: Mention): number {
  const body = isTold(mention) && mention.type === 'added' ? mention.body : undefined
  const texts = body === undefined ? [] : [body.spec, body.status]
  return texts.reduce((sum, text) => sum + (typeof text === 'string' ? text.length : 0), BYTES + mention.id.length)
}

function isShort(text: StoredText): boolean {
  return typeof text === 'string' && text.length <= LONGEST_TEXT
}
