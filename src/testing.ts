/** `cronwright/testing`: a clock for tests. */
export { ManualClock } from './testing/manual-clock.ts'
