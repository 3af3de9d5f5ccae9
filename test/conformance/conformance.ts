/** Registers the conformance tests of `cronwright/testing` with vitest: each built-in store keeps them in several ways. */

import { describe, it } from 'vitest'
import type { RecordJobStore } from '../../src/stores/record-job-store.ts'
import {
  type ConformanceTest,
  FaultyJobStore,
  type JobStoreUnderTest,
  jobStoreConformance,
  type RecordStoreUnderTest,
  recordStoreConformance,
} from '../../src/testing.ts'
import { RetryingJobStore } from './retrying-job-store.ts'

/** Sentence -> the feature that it proves. */
const FEATURES: Readonly<Record<string, string>> = {
  'has everything again after it was closed and opened': 'NB-11',
  'refuses the second of two holders that saw the same version': 'UX-01',
  'lets one of two stores win a fire, and both see the same run': 'UX-01',
  'serves queues in their order, then by priority, then by due time': 'ZJ-18',
}

/** Faults after which a call can simply be repeated: those before it, and lost replies to questions. */
const QUESTIONS = ['get', 'list', 'count', 'due', 'nextDue', 'countActive'] as const

/** A store that takes ten methods and no more. */
export function describeJobStore(name: string, store: JobStoreUnderTest): void {
  describe(`${name} keeps the contract of the ten methods`, () => register(jobStoreConformance(store)))
}

/** A store on the record contract, in every way in which one is used. */
export function describeRecordStore(name: string, store: RecordStoreUnderTest): void {
  const { beside, ...plain } = store
  describe(`FD-66 ${name} keeps the record contract`, () => register(recordStoreConformance(plain)))
  if (beside !== undefined) {
    describe(`FD-66 NB-13 ${name} keeps the record contract beside another on the same data`, () =>
      register(recordStoreConformance(store)))
  }
  describe(`FD-66 ${name} keeps the record contract behind a store that hands everything on`, () =>
    register(recordStoreConformance(behind(plain, (inner) => new FaultyJobStore(inner)))))
  describe(`FD-66 ${name} keeps the record contract when calls fail and are repeated`, () =>
    register(recordStoreConformance(behind(plain, (inner) => new RetryingJobStore(unreliable(inner))))))
}

function register(tests: readonly ConformanceTest[]): void {
  for (const area of new Set(tests.map((test) => test.area))) {
    describe(area, () => {
      for (const { name, run } of tests.filter((test) => test.area === area)) {
        it(FEATURES[name] === undefined ? name : `${FEATURES[name]} ${name}`, run)
      }
    })
  }
}

function behind(store: RecordStoreUnderTest, wrap: (inner: RecordJobStore) => RecordJobStore): RecordStoreUnderTest {
  return { ...store, create: (options) => wrap(store.create(options)) }
}

/** Fails one call in five before it is made, and loses one reply in five to a question. */
function unreliable(store: RecordJobStore): RecordJobStore {
  const failing = new FaultyJobStore(store, { random: { seed: 1, before: 0.2 } })
  return new FaultyJobStore(failing, { random: { seed: 2, after: 0.2, operations: QUESTIONS } })
}
