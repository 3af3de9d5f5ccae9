/**
 * The record contract: what every built-in job store keeps, and the one way to change it.
 *
 * A store holds records with a due time. Whoever finds a record due, and wins a compare-and-set that moves its due
 * time into the future, owns it until then. `version` rises at each change and is the fencing token of all of them.
 *
 * A record has a header (columns that stores index), a `spec` that changes only when a person edits it, and a `status`
 * that changes with every step. They are apart so that a lease renewal never rewrites a large input.
 */

import type { JobSpec, JobStatus } from './job.ts'
import type { Notes } from './notes.ts'
import type { RunSpec, RunStatus } from './run.ts'

/** What distinguishes the kinds of record. A new feature is mostly a new kind. */
export interface RecordContents {
  readonly job: { readonly spec: JobSpec; readonly status: JobStatus | null }
  readonly run: { readonly spec: RunSpec; readonly status: RunStatus }
  readonly worker: { readonly spec: Notes['worker']; readonly status: null }
  readonly queue: { readonly spec: Notes['queue']; readonly status: null }
  readonly key: { readonly spec: Notes['key']; readonly status: null }
  readonly log: { readonly spec: Notes['log']; readonly status: null }
}

/** Kind of a record. */
export type RecordKind = keyof RecordContents

/** Kinds that are one value under an id: everything but jobs and runs. They wait in the lane `history`, to be removed. */
export type NoteKind = keyof Notes

/**
 * Which due index a record waits in: `job` to be fired, `run` to be claimed (or taken over when its lease ended),
 * `history` to be removed.
 */
export type Lane = 'job' | 'run' | 'history'

/** The indexed columns of a record. */
export interface RecordHeader<K extends RecordKind = RecordKind> {
  readonly kind: K
  /** Unique among the records of its kind. A fired run's id is `jobId@fireTime`. */
  readonly id: string
  /** Rises by one at each change, from 1 for a run and from a number drawn for a job. The fencing token. */
  readonly version: number
  readonly lane: Lane
  /** Epoch ms at which something has to be done about this record; null: nothing until somebody changes it. */
  readonly due: number | null
  readonly state: string
  /** The instant that lists are ordered by: a run's due time, a job's creation. Epoch ms. */
  readonly at: number
  /** A run's job; null for a job and for an enqueued run. */
  readonly jobId: string | null
  /** Name of the registered function. */
  readonly functionRef: string
  readonly queue: string
  /** Higher is served first within a queue. */
  readonly priority: number
}

/** One record of a known kind. Immutable: a change makes a new one. */
export type StoreRecord<K extends RecordKind = RecordKind> = K extends RecordKind
  ? RecordHeader<K> & RecordContents[K]
  : never

export type JobRecord = StoreRecord<'job'>
export type RunRecord = StoreRecord<'run'>

/** Names one record. */
export interface RecordKey<K extends RecordKind = RecordKind> {
  readonly kind: K
  readonly id: string
}

/** The fields that a change may give; those left out stay as they are. `version` is raised by the store. */
export type RecordPatch<K extends RecordKind = RecordKind> = Partial<
  Omit<RecordHeader<K>, 'kind' | 'id' | 'version' | 'jobId'> & RecordContents[K]
>

/** A record with its contents as text. */
export interface TextRecord extends RecordHeader {
  readonly spec: string
  readonly status: string | null
}

/**
 * The record after a change. Field by field, so that all records of the process keep one shape in memory: spreading
 * them would take five times as long.
 */
export function patchedRecord<K extends RecordKind>(record: StoreRecord<K>, patch: RecordPatch): StoreRecord<K>
export function patchedRecord(record: TextRecord, patch: Partial<TextRecord>): TextRecord
export function patchedRecord(record: StoreRecord | TextRecord, patch: RecordPatch | Partial<TextRecord>): object {
  return {
    kind: record.kind,
    id: record.id,
    version: record.version + 1,
    lane: patch.lane ?? record.lane,
    due: patch.due === undefined ? record.due : patch.due,
    state: patch.state ?? record.state,
    at: patch.at ?? record.at,
    jobId: record.jobId,
    functionRef: patch.functionRef ?? record.functionRef,
    queue: patch.queue ?? record.queue,
    priority: patch.priority ?? record.priority,
    spec: patch.spec ?? record.spec,
    status: patch.status === undefined ? record.status : patch.status,
  }
}

/**
 * A guarded change: one compare-and-set on a record's version, with inserts that happen with it or not at all.
 *
 * - `expect: 0` adds `record`, refused if its id is taken.
 * - `expect: n` needs the record at version n; `patch` is merged and version n + 1 stored; `patch: null` removes it.
 * - `inserts` are added where their id is free; one that exists already is left alone and reported in `existing`.
 *   A store without transactions over several records inserts first: ids are deterministic, so that is safe to repeat.
 */
export type Change =
  | { readonly expect: 0; readonly record: StoreRecord; readonly inserts?: readonly StoreRecord[] | undefined }
  | {
      readonly expect: number
      readonly key: RecordKey
      readonly patch: RecordPatch | null
      readonly inserts?: readonly StoreRecord[] | undefined
    }

/** What became of a change: refused (nothing was written), or applied, with the ids of inserts that existed already. */
export interface ChangeResult {
  readonly applied: boolean
  readonly existing: readonly string[]
}

export const APPLIED: ChangeResult = Object.freeze({ applied: true, existing: Object.freeze([]) })
export const REFUSED: ChangeResult = Object.freeze({ applied: false, existing: Object.freeze([]) })
