/** Waiting with a deadline. */

import { type Clock, LONGEST_TIMER_MS, type TimerHandle } from '../core/clock.ts'

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
