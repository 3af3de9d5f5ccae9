/** What a copy did, or would do. */

import type { StoreRecord } from '../../jobs/record.ts'
import { WAITING_FOR_OPERATOR } from '../../jobs/run.ts'

/** Records by what they are for the people who use them. */
export interface CopyCounts {
  readonly jobs: number
  /** Runs that wait for their time, or to be tried again. */
  readonly pendingRuns: number
  /** Runs that wait for a person: dead letters, and those of which nobody knows how they ended. */
  readonly waitingRuns: number
  /** Runs whose process is gone: they are taken over in the target as they would have been in the source. */
  readonly lostRuns: number
  readonly uniqueKeys: number
  /** Queues that are paused. */
  readonly pausedQueues: number
}

/** A record that could not be read. */
export interface UnreadableRecord {
  readonly kind: string
  readonly id: string
}

export interface CopyReport {
  readonly copied: CopyCounts
  /** What the target had already, equal in everything: an earlier copy that did not come to its end wrote it. */
  readonly present: CopyCounts
  /** Left in the source as they are. */
  readonly unreadable: readonly UnreadableRecord[]
}

/** Counts while copying. */
export type CopyTally = { -readonly [K in keyof CopyCounts]: CopyCounts[K] }

export function newTally(): CopyTally {
  return { jobs: 0, pendingRuns: 0, waitingRuns: 0, lostRuns: 0, uniqueKeys: 0, pausedQueues: 0 }
}

/** What a record that is copied counts as. */
export function countedAs({ kind, state }: StoreRecord): keyof CopyCounts {
  if (kind === 'job') return 'jobs'
  if (kind === 'key') return 'uniqueKeys'
  if (kind === 'queue') return 'pausedQueues'
  if (state === 'running') return 'lostRuns'
  return WAITING_FOR_OPERATOR.some((waiting) => waiting === state) ? 'waitingRuns' : 'pendingRuns'
}
