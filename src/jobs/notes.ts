/**
 * The small records beside jobs and runs: workers, queues, unique keys, logs. Each is one value under an id, changed by
 * compare-and-set like everything else, and removed when it is due.
 */

import type { StoredFields } from './fields.ts'
import { type QueueNote, queueNote } from './queue.ts'
import type { NoteKind, StoreRecord } from './record.ts'
import { type RunLogNote, runLogNote } from './run-log.ts'
import { type UniqueKeyNote, uniqueKeyNote } from './unique-key.ts'
import { type WorkerNote, workerNote } from './worker.ts'

/** Kind of note -> its value. */
export interface Notes {
  /** A process on the store, by its worker id. Due when it counts as dead. */
  readonly worker: WorkerNote
  /** A queue, by its name: whether it is paused, and counts of workers that are gone. Never due. */
  readonly queue: QueueNote
  /** A key of `enqueue({ unique })`. Due when it need not be kept any more. */
  readonly key: UniqueKeyNote
  /** What the handler of a run logged, by the run's id. Due when logs are removed. */
  readonly log: RunLogNote
}

/** Reads the value of a note; each throws a CronwrightError (`DESERIALIZATION`). */
export const NOTE_READERS: { readonly [K in NoteKind]: (fields: StoredFields) => Notes[K] } = {
  worker: workerNote,
  queue: queueNote,
  key: uniqueKeyNote,
  log: runLogNote,
}

/** A new note. `due` and `at` in epoch ms. */
export function noteRecord<K extends NoteKind>(
  kind: K,
  id: string,
  spec: Notes[K],
  at: number,
  due: number | null,
): StoreRecord<K>
export function noteRecord(kind: NoteKind, id: string, spec: Notes[NoteKind], at: number, due: number | null): object {
  return {
    kind,
    id,
    version: 1,
    lane: 'history',
    due,
    state: 'kept',
    at,
    jobId: null,
    functionRef: '',
    queue: '',
    priority: 0,
    spec,
    status: null,
  }
}
