/**
 * A record as the data of a znode: one JSON object, so that people can read it with the server's own tools. Long texts
 * are elsewhere (`large-texts.ts`) and have a reference here. What comes back is checked field by field.
 */

import { StoredFields } from '../../jobs/fields.ts'
import type { Lane, RecordHeader, RecordKey } from '../../jobs/record.ts'
import type { EncodedPatch } from '../encoded-job-store.ts'

/** Where a long text is. */
export interface TextReference {
  readonly name: string
  readonly parts: number
}

export type StoredText = string | TextReference

/** What a record holds beyond its header. */
export interface RecordBody {
  readonly spec: StoredText
  readonly status: StoredText | null
}

/** What a change may do to the header of a record. */
export type HeaderPatch = Omit<EncodedPatch, 'spec' | 'status'>

/** A record as it is on the server. */
export interface StoredRecord extends RecordHeader {
  /** Rises from record to record: which of them came first. */
  readonly order: number
  /** Of the znode: what the next change is guarded by. */
  readonly znodeVersion: number
  /** Undefined where it has to be read from the server: it is not kept of what is finished. */
  readonly body: RecordBody | undefined
  /** The long texts that it refers to. */
  readonly texts: readonly TextReference[]
}

export const LANES: readonly Lane[] = ['job', 'run', 'history']

export function znodeData(record: RecordHeader, order: number, body: RecordBody): Buffer {
  const { version, lane, due, state, at, jobId, functionRef, queue, priority } = record
  const { spec, status } = body
  const data = { version, lane, due, state, at, jobId, functionRef, queue, priority, order, spec, status }
  return Buffer.from(JSON.stringify(data))
}

/** @throws CronwrightError (`DESERIALIZATION`), SyntaxError */
export function recordFromZnode(
  { kind, id }: RecordKey,
  data: Buffer,
  znodeVersion: number,
): StoredRecord & { readonly body: RecordBody } {
  const fields = new StoredFields(JSON.parse(data.toString('utf8')), kind)
  const body = {
    spec: storedText(fields, 'spec'),
    status: fields.value('status') === null ? null : storedText(fields, 'status'),
  }
  return {
    kind,
    id,
    version: fields.number('version'),
    lane: fields.oneOf<Lane>('lane', LANES),
    due: fields.numberOrNull('due'),
    state: fields.text('state'),
    at: fields.number('at'),
    jobId: fields.textOrNull('jobId'),
    functionRef: fields.text('functionRef'),
    queue: fields.text('queue'),
    priority: fields.number('priority'),
    order: fields.number('order'),
    znodeVersion,
    body,
    texts: referencesOf(body),
  }
}

/**
 * A record whose header was changed.
 *
 * @param body - its contents since, where they are known
 */
export function recordAfter(record: StoredRecord, header: HeaderPatch, body: RecordBody | undefined): StoredRecord {
  return {
    kind: record.kind,
    id: record.id,
    version: record.version + 1,
    lane: header.lane ?? record.lane,
    due: header.due === undefined ? record.due : header.due,
    state: header.state ?? record.state,
    at: header.at ?? record.at,
    jobId: record.jobId,
    functionRef: header.functionRef ?? record.functionRef,
    queue: header.queue ?? record.queue,
    priority: header.priority ?? record.priority,
    order: record.order,
    znodeVersion: record.znodeVersion + 1,
    body,
    texts: body === undefined ? NO_TEXTS : referencesOf(body),
  }
}

function storedText(fields: StoredFields, name: string): StoredText {
  if (typeof fields.value(name) === 'string') return fields.text(name)
  const reference = fields.nested(name)
  return { name: reference.text('name'), parts: reference.number('parts') }
}

/** The long texts that a body refers to. */
export function referencesOf({ spec, status }: RecordBody): readonly TextReference[] {
  if (typeof spec === 'string' && (status === null || typeof status === 'string')) return NO_TEXTS
  return [spec, status].filter((text) => typeof text === 'object' && text !== null)
}

const NO_TEXTS: readonly TextReference[] = Object.freeze([])
