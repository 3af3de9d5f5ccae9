/** The clock of one process of a fleet: the machine's, set wrong, set again while it runs, and a little too fast or slow. */

import { type Clock, systemClock } from '../../src/core/clock.ts'
import { trueTime } from './true-time.ts'

/** Plain data, so that it can be drawn from a seed and handed to a process. */
export interface ClockPlan {
  /** By how much the wall clock is wrong, in order: each from a true time on, ms. */
  readonly offsets: readonly { readonly from: number; readonly ms: number }[]
  /** Of the monotonic clock; 1: right. */
  readonly rate: number
}

export function memberClock({ offsets, rate }: ClockPlan): Clock {
  const offset = (): number => offsets.findLast(({ from }) => from <= trueTime())?.ms ?? 0
  return {
    now: () => systemClock.now() + offset(),
    monotonic: () => systemClock.monotonic() * rate,
    setTimer: (callback, delayMs) => systemClock.setTimer(callback, Math.max(0, delayMs) / rate),
  }
}
