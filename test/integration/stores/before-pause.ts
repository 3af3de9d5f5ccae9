import type { Run } from '../../../src/index.ts'

/**
 * The runs of a job that was paused, without those at the end that came due just then: they are on record as skipped, with
 * that reason.
 *
 * @param runs - oldest first
 */
export function beforePause(runs: readonly Run[]): readonly Run[] {
  return runs.slice(0, runs.findLastIndex(({ reason }) => reason !== 'paused') + 1)
}
