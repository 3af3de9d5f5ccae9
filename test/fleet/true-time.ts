/**
 * The one timeline of all processes of this machine: milliseconds of its monotonic clock, which every process reads alike
 * until the machine is booted again; and what the machine's wall clock shows at a time of it.
 */

import type { WallSegment } from '../checks/history.ts'

/** By how much the wall clock may run faster or slower; more, and somebody set it. */
const MOST_DRIFT = 0.001

export function trueTime(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

interface Reading {
  readonly at: number
  readonly wall: number
}

/** The wall clock from the first reading to the last: it runs evenly. */
export class WallClock {
  readonly #first: Reading = read()

  /** @throws Error when the clock was set meanwhile, for then it says nothing about when something was due */
  segments(): WallSegment[] {
    const last = read()
    const { at: from, wall } = this.#first
    const rate = (last.wall - wall) / (last.at - from)
    if (Math.abs(rate - 1) > MOST_DRIFT && Math.abs(last.wall - wall - (last.at - from)) > 1)
      throw new Error(`the wall clock went ${last.wall - wall} ms in ${last.at - from} ms: it was set`)
    return [{ from, wall, rate }]
  }
}

/** Reads both clocks when the wall clock has just turned to another millisecond. */
function read(): Reading {
  const before = Date.now()
  let wall = before
  while (wall === before) wall = Date.now()
  return { at: trueTime(), wall }
}
