/**
 * A record as it is stored: its value as JSON that people can read. The server counts the versions of its key from 1; a
 * record that was added with a higher version has the difference in its value.
 */

import { CronwrightError } from '../../errors.ts'
import { type Lane, patchedRecord, type RecordKind } from '../../jobs/record.ts'
import type { EncodedPatch, EncodedRecord } from '../encoded-job-store.ts'
import { duePartition, listPartition, recordKey } from './keys.ts'
import type { KeyValue } from './replies.ts'

/** Longer specs have a key of their own, so that a lease renewal never rewrites a large input. */
const LONGEST_INLINE_SPEC = 1_024

/** A record, with what only this store knows of it. */
export interface StoredRecord {
  /** Its spec is empty where that is apart and was not read. */
  readonly record: EncodedRecord
  /** Rises with each record added; who came first is served first. */
  readonly sequence: number
  /** What its version is above that of its key. */
  readonly versionsBefore: number
  /** Whether its spec has a key of its own. */
  readonly isApart: boolean
  /** Revision of the store at which it was written; tells it from another of the same id and version. */
  readonly revision: number
}

const LANES = { job: 'job', run: 'run', history: 'history' } as const satisfies { readonly [L in Lane]: L }

export function newStored(record: EncodedRecord, sequence: number): StoredRecord {
  return { record, sequence, versionsBefore: record.version - 1, isApart: isLong(record.spec), revision: 0 }
}

/** The record after a patch. */
export function patchedStored(
  { record, sequence, versionsBefore, isApart }: StoredRecord,
  patch: EncodedPatch,
): StoredRecord {
  const staysApart = patch.spec === undefined ? isApart : isLong(patch.spec)
  return { record: patchedRecord(record, patch), sequence, versionsBefore, isApart: staysApart, revision: 0 }
}

function isLong(spec: string): boolean {
  return spec.length > LONGEST_INLINE_SPEC
}

/** What the value of a key holds: the fields of a record that its key does not tell. */
type Value = Omit<EncodedRecord, 'kind' | 'id' | 'version' | 'spec'> & {
  readonly sequence: number
  versionsBefore?: number
  spec?: string
}

/** The text under the key of a record. */
export function textUnderKey({ record, isApart, sequence, versionsBefore }: StoredRecord): string {
  const { lane, state, due, at, jobId, functionRef, queue, priority, status } = record
  const value: Value = { lane, state, due, at, jobId, functionRef, queue, priority, sequence, status }
  if (versionsBefore !== 0) value.versionsBefore = versionsBefore
  if (!isApart) value.spec = record.spec
  return JSON.stringify(value)
}

/** The partitions in which the keys of a record are, where readers have to be told which there are. */
export function partitionsOf({ record }: StoredRecord): readonly string[] {
  const list = listPartition(record)
  return record.lane === 'run' && record.due !== null ? [list, duePartition(record)] : [list]
}

/** @throws CronwrightError (`STORE_ERROR`) for a value that this release could not have written */
export function storedFrom(kind: RecordKind, id: string, { value, version, revision }: KeyValue): StoredRecord {
  const fields = new Fields(value.toString('utf8'), recordKey({ kind, id }))
  const spec = fields.textOrNull('spec')
  const versionsBefore = fields.numberOrNull('versionsBefore') ?? 0
  const record = {
    kind,
    id,
    version: version + versionsBefore,
    lane: fields.lane(),
    due: fields.numberOrNull('due'),
    state: fields.text('state'),
    at: fields.number('at'),
    jobId: fields.textOrNull('jobId'),
    functionRef: fields.text('functionRef'),
    queue: fields.text('queue'),
    priority: fields.number('priority'),
    spec: spec ?? '',
    status: fields.textOrNull('status'),
  }
  return { record, sequence: fields.number('sequence'), versionsBefore, isApart: spec === null, revision }
}

/** The fields of a value, each checked. */
class Fields {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #key: string

  constructor(text: string, key: string) {
    const value = parsed(text)
    this.#key = key
    if (typeof value !== 'object' || value === null) throw this.#malformed('value', value, 'must be a JSON object')
    this.#fields = { ...value }
  }

  text(name: string): string {
    const value = this.#fields[name]
    if (typeof value !== 'string') throw this.#malformed(name, value, 'must be text')
    return value
  }

  textOrNull(name: string): string | null {
    return (this.#fields[name] ?? null) === null ? null : this.text(name)
  }

  number(name: string): number {
    const value = this.#fields[name]
    if (typeof value !== 'number') throw this.#malformed(name, value, 'must be a number')
    return value
  }

  numberOrNull(name: string): number | null {
    return (this.#fields[name] ?? null) === null ? null : this.number(name)
  }

  lane(): Lane {
    const lanes: Readonly<Record<string, Lane>> = LANES
    const lane = lanes[this.text('lane')]
    if (lane === undefined) throw this.#malformed('lane', this.#fields['lane'], 'must be one of job, run, history')
    return lane
  }

  #malformed(field: string, value: unknown, rule: string): CronwrightError {
    return new CronwrightError('STORE_ERROR', `the key ${this.#key} has no usable ${field}: it ${rule}`, {
      details: { field, value, rule },
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
