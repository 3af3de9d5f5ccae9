/**
 * Tells when a process got no turn for a while: another process had its processor, or its own code kept the thread. Bounds
 * on lateness say nothing of such a time, whatever the reason.
 */

import { trueTime } from './true-time.ts'

const LOOK_EVERY_MS = 25
/** Half of what the bounds leave to a machine. */
export const LATE_MS = 250

/** Calls back at each turn that is later than {@link LATE_MS}, with when it should have been. */
export function watchTurns(onLate: (from: number) => void): void {
  let due = trueTime() + LOOK_EVERY_MS
  setInterval(() => {
    const now = trueTime()
    if (now - due > LATE_MS) onLate(due)
    due = now + LOOK_EVERY_MS
  }, LOOK_EVERY_MS).unref()
}
