/** Waiting with a deadline. */

import type { Clock, TimerHandle } from '../core/clock.ts'

/** The longest timer that Node has. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Waits for a promise, but not longer than a deadline; whether it was in time. Rejects if the promise does in time. */
export async function within(clock: Clock, ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: TimerHandle | undefined
  const deadline = new Promise<false>((resolve) => {
    timer = clock.setTimer(() => resolve(false), Math.min(ms, LONGEST_TIMER_MS))
  })
  try {
    return await Promise.race([promise.then(() => true), deadline])
  } finally {
    timer?.cancel()
  }
}
