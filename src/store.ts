/**
 * The entry point `cronwright/store`: what a job store extends that is safe between processes. A store for one process needs
 * only the ten methods of `JobStore`.
 */

export type {
  Change,
  ChangeResult,
  Lane,
  NoteKind,
  RecordHeader,
  RecordKey,
  RecordKind,
  StoreRecord,
} from './jobs/record.ts'
export { APPLIED, REFUSED } from './jobs/record.ts'
export {
  type EncodedChange,
  EncodedJobStore,
  type EncodedPatch,
  type EncodedRecord,
  PATCHABLE,
  type TextLimit,
} from './stores/encoded-job-store.ts'
export { RecordJobStore, type StoreCapabilities } from './stores/record-job-store.ts'
export type { DueQuery, ListQuery, NextDueQuery, RecordStore, RunSeries } from './stores/record-store.ts'
