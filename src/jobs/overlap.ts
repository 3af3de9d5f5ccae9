/**
 * Which fire times of a job get a run when as many of its runs as `maxInstances` allows are pending or at work, as the
 * job's `overlap` says. Pure.
 */

import type { JobPolicy } from './policy.ts'

/** Runs of a job that may wait for a place with `overlap: 'queue'`; what comes after them is skipped. */
export const MOST_WAITING = 1_000

/** Why a fire time did not run although it was in time. */
export type OverlapReason = 'max-instances' | 'queue-full' | 'replaced'

/** What becomes of fire times, each of them either in `runs` or in `refused`. */
export interface Admission {
  readonly runs: readonly number[]
  readonly refused: readonly { readonly at: number; readonly reason: OverlapReason }[]
}

/** How many runs of a job may be at work at the same time. */
export function instanceLimit({ overlap, maxInstances }: JobPolicy): number {
  return overlap === 'allow' ? Number.POSITIVE_INFINITY : maxInstances
}

/**
 * Decides on fire times that are to run, oldest first.
 *
 * @param active - how many runs of the job are pending or running
 */
export function admit(policy: JobPolicy, active: number, due: readonly number[]): Admission {
  const { overlap, maxInstances } = policy
  switch (overlap) {
    case 'allow':
      return { runs: due, refused: [] }
    case 'skip':
      return active < maxInstances ? { runs: due, refused: [] } : split(due, 0, 'max-instances')
    case 'queue':
      return split(due, Math.max(0, maxInstances + MOST_WAITING - active), 'queue-full')
    case 'replace': {
      // Of fire times that come at once, too, the newest take the places of those before.
      const older = Math.max(0, due.length - maxInstances)
      return { runs: due.slice(older), refused: due.slice(0, older).map((at) => ({ at, reason: 'replaced' })) }
    }
  }
}

/** How many active runs have to go so that this many can be added; 0 unless the job replaces. */
export function surplus({ overlap, maxInstances }: JobPolicy, active: number, added: number): number {
  return overlap === 'replace' ? Math.max(0, active + added - maxInstances) : 0
}

function split(due: readonly number[], admitted: number, reason: OverlapReason): Admission {
  return { runs: due.slice(0, admitted), refused: due.slice(admitted).map((at) => ({ at, reason })) }
}
