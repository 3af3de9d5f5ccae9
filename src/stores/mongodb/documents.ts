/**
 * Records as documents, and documents as records. A field that is null is left out, so that no index holds it. Two fields
 * are derived, because an index cannot be told to hold only what is in one of several states, or has no job:
 *
 *   active     whether the run is pending or running
 *   enqueued   whether it is a run without a job
 *
 * and these are of the store itself:
 *
 *   seq        rises with each record that a process adds; who came first is served first
 *   commit     the commit that changed the record last
 *   origin     the commit whose outbox the record came from
 *   outbox     what a change has still to insert, see `outbox.ts`
 *   unfinished changes with each change that leaves something to be done, and is gone when it was done
 *
 * A record that was removed and is not deleted yet has a version below 0, drawn at its removal, and none of the fields that
 * an index of records needs.
 */

import { firstVersion } from '../../core/random-id.ts'
import { StoredFields } from '../../jobs/fields.ts'
import type { RecordKey, RecordKind } from '../../jobs/record.ts'
import { property } from '../driver-edge.ts'
import { type EncodedPatch, type EncodedRecord, PATCHABLE } from '../encoded-job-store.ts'

/** What a document is made of, by name. */
export type Document = Readonly<Record<string, unknown>>

/** A document that has an id. */
export interface Identified extends Document {
  readonly _id: string
}

const KINDS = ['job', 'run', 'worker', 'queue', 'key', 'log'] as const satisfies readonly RecordKind[]
const LANES = ['job', 'run', 'history'] as const
const ACTIVE_STATES = new Set(['pending', 'running'])

/** Fields that a record has and a removed one has not. */
const GONE = Object.fromEntries(['kind', 'jobId', 'seq', 'active', 'enqueued', ...PATCHABLE].map((name) => [name, '']))

/** What is read of a document to make a record of it. */
export const RECORD_ONLY = { outbox: 0, commit: 0, origin: 0, unfinished: 0, seq: 0 }

export function documentId({ kind, id }: RecordKey): string {
  return `${kind}:${id}`
}

export function documentOf(record: EncodedRecord, seq: number): Identified {
  const { kind, version, lane, due, state, at, jobId, functionRef, queue, priority, status, spec } = record
  return {
    _id: documentId(record),
    kind,
    version,
    lane,
    ...(due === null ? {} : { due }),
    state,
    at,
    ...(jobId === null ? {} : { jobId }),
    functionRef,
    queue,
    priority,
    seq,
    ...(kind === 'run' && ACTIVE_STATES.has(state) ? { active: true } : {}),
    ...(kind === 'run' && jobId === null ? { enqueued: true } : {}),
    ...(status === null ? {} : { status }),
    spec,
  }
}

/** The operators that make of a record at version `expect` what a patch makes of it; null removes it. */
export function updateOf(
  kind: RecordKind,
  expect: number,
  patch: EncodedPatch | null,
): {
  readonly $set: Document
  readonly $unset: Document
} {
  if (patch === null) return { $set: { version: -firstVersion() }, $unset: GONE }
  const set: Record<string, unknown> = { version: expect + 1 }
  const unset: Record<string, ''> = {}
  for (const field of PATCHABLE) {
    const value = patch[field]
    if (value === null) unset[field] = ''
    else if (value !== undefined) set[field] = value
  }
  if (kind === 'run' && patch.state !== undefined) {
    if (ACTIVE_STATES.has(patch.state)) set['active'] = true
    else unset['active'] = ''
  }
  return { $set: set, $unset: unset }
}

/** Whether a document is that of a record that was removed. */
export function isRemoved(document: unknown): boolean {
  const version = property(document, 'version')
  return typeof version === 'number' && version < 0
}

/** @throws CronwrightError (`DESERIALIZATION`) for a document that this release could not have written */
export function recordOf(document: unknown): EncodedRecord {
  const fields = new StoredFields(document, 'document')
  const kind = fields.oneOf('kind', KINDS)
  return {
    kind,
    id: fields.text('_id').slice(kind.length + 1),
    version: fields.number('version'),
    lane: fields.oneOf('lane', LANES),
    due: fields.value('due') === undefined ? null : fields.number('due'),
    state: fields.text('state'),
    at: fields.number('at'),
    jobId: fields.textIfAny('jobId') ?? null,
    functionRef: fields.text('functionRef'),
    queue: fields.text('queue'),
    priority: fields.number('priority'),
    spec: fields.text('spec'),
    status: fields.textIfAny('status') ?? null,
  }
}
