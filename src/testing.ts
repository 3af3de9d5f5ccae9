/**
 * The entry point `cronwright/testing`: a clock and a scheduler that a test steps by hand, a store that fails as told, and
 * the tests that a job store has to pass. It needs no test runner of its own.
 */

export type { ConformanceTest } from './testing/conformance/case.ts'
export { type JobStoreUnderTest, jobStoreConformance } from './testing/conformance/job-store-conformance.ts'
export type { RecordStoreUnderTest } from './testing/conformance/record-store-bench.ts'
export { recordStoreConformance } from './testing/conformance/record-store-conformance.ts'
export type { StoreOptions, TestedCapabilities } from './testing/conformance/store-bench.ts'
export type { Fault, FaultMoment, RandomFaults } from './testing/fault-plan.ts'
export { FaultyJobStore, type FaultyJobStoreOptions, type InjectedFault } from './testing/faulty-job-store.ts'
export type { StoreOperation } from './testing/forwarding-job-store.ts'
export { ManualClock } from './testing/manual-clock.ts'
export { type SteppedScheduler, type SteppedSchedulerOptions, steppedScheduler } from './testing/stepped-scheduler.ts'
