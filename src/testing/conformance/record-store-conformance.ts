/** The record contract as sentences: what every built-in store passes. */

import { type ConformanceTest, testsOf } from './case.ts'
import { JOB_STORE_METHODS } from './job-store/methods.ts'
import { SCHEDULING } from './job-store/scheduling.ts'
import { CONTENTS } from './record-store/contents.ts'
import { DUE } from './record-store/due.ts'
import { GUARDS } from './record-store/guards.ts'
import { JOBS } from './record-store/jobs.ts'
import { LIFE_CYCLE } from './record-store/life-cycle.ts'
import { LISTING } from './record-store/listing.ts'
import { NOTES } from './record-store/notes.ts'
import { SERIES } from './record-store/series.ts'
import { SHARING } from './record-store/sharing.ts'
import { RecordStoreBench, type RecordStoreUnderTest } from './record-store-bench.ts'

const AREAS = {
  'the ten methods of a job store': JOB_STORE_METHODS,
  'jobs and their records': JOBS,
  'guarded changes': GUARDS,
  'what is due': DUE,
  lists: LISTING,
  'series of runs': SERIES,
  notes: NOTES,
  contents: CONTENTS,
  'the life of a store': LIFE_CYCLE,
  'several stores and claimers': SHARING,
  'a scheduler on it': SCHEDULING,
}

/**
 * What a store on the record contract has to do, one test for each sentence. Only a capability that the store does not
 * have leaves a sentence out.
 *
 * @example
 * for (const { area, name, run } of recordStoreConformance({ create: () => new MemoryJobStore() })) {
 *   test(`${area}: ${name}`, run)
 * }
 */
export function recordStoreConformance(store: RecordStoreUnderTest): readonly ConformanceTest[] {
  return testsOf(AREAS, store, () => new RecordStoreBench(store))
}
