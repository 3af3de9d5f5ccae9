/**
 * Fire times that are overdue when their job is paused, rescheduled or removed, because no process could fire it: a store
 * was away, or another process had it in hand and stood still. They will not run, and are put on record as skipped.
 *
 * What became due within the last poll interval is not overdue: the change came before the fire.
 */

import { type PassedOver, type Skip, skips } from '../../jobs/misfire.ts'
import type { JobRecord, RunRecord } from '../../jobs/record.ts'
import { skippedFire } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import { placeSums } from '../loop/skip-sums.ts'
import type { StoreSlot } from '../slots/store-slot.ts'

/** Where a job goes in time: its next due time, or null. */
type Moved = Pick<JobRecord, 'due'>

/** Records of the fire times that a change of a job passes over; they are to be added together with the change. */
export async function passedOver(
  kernel: Kernel,
  slot: StoreSlot,
  job: JobRecord,
  to: Moved,
  reason: PassedOver,
): Promise<readonly RunRecord[]> {
  const { due, spec } = job
  const { pollMs } = kernel.settings
  if (due === null || to.due === due || spec.policy.history.keep === 0) return []
  const isDoubtful = due >= slot.now() - pollMs && due < slot.clock.latest() - pollMs
  // Where answers take long the time known here is behind; a fresh one is not from before the call that this is for.
  if (isDoubtful) await slot.askTime()
  const now = slot.now()
  if (due >= now - pollMs) return []
  const decision = { runs: [], skipped: skipsFrom(job, due, now, reason), next: Number.NaN }
  const placed = await placeSums(slot.store, [{ job, decision }])
  return placed.flatMap(({ decision: { skipped } }) => skipped.map((skip) => skippedFire(job, skip, now)))
}

/** A trigger of a user's own may throw: then the one fire time that is known is what is passed over. */
function skipsFrom({ spec }: JobRecord, due: number, now: number, reason: PassedOver): readonly Skip[] {
  try {
    return skips(spec.trigger, due, now, reason)
  } catch {
    return [{ at: due, count: 1, reason }]
  }
}
