/** The contract of the ten methods as sentences: what a job store of your own has to pass. */

import type { JobStore } from '../../stores/job-store.ts'
import { type ConformanceTest, testsOf } from './case.ts'
import { JOB_CONTENTS } from './job-store/contents.ts'
import { JOB_STORE_LIFE_CYCLE } from './job-store/life-cycle.ts'
import { JOB_STORE_METHODS } from './job-store/methods.ts'
import { SCHEDULING } from './job-store/scheduling.ts'
import { StoreBench, type StoreOptions, type TestedCapabilities } from './store-bench.ts'

/** A job store that is to be tested, and what it can do. */
export interface JobStoreUnderTest extends Omit<TestedCapabilities, 'text'> {
  /** Makes a store, without opening it. */
  create(options: StoreOptions): JobStore
}

const AREAS = {
  'the ten methods of a job store': JOB_STORE_METHODS,
  'what a job holds': JOB_CONTENTS,
  'the life of a store': JOB_STORE_LIFE_CYCLE,
  'a scheduler on it': SCHEDULING,
}

/**
 * What a job store of ten methods has to do, one test for each sentence, for any test runner. Only a capability that
 * the store does not have leaves a sentence out.
 *
 * @example
 * import { test } from 'node:test'
 * for (const { name, run } of jobStoreConformance({ create: () => new MyJobStore() })) test(name, run)
 */
export function jobStoreConformance(store: JobStoreUnderTest): readonly ConformanceTest[] {
  return testsOf(AREAS, store, () => new StoreBench((options) => store.create(options), store))
}
