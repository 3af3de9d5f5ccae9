/**
 * The one timeline of all processes of this machine: milliseconds of its monotonic clock, which every process reads alike
 * until the machine is booted again; and what the machine's wall clock shows at a time of it.
 */

import type { WallSegment } from '../checks/history.ts'

/** How often the wall clock is read. */
const EVERY_MS = 500
/** By how much the wall clock may be moved between two readings; more, and somebody set it. */
const LARGEST_STEP_MS = 20

/** How far apart two readings that are taken at once may be. */
const CLOSE_MS = 0.1

export function trueTime(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

interface Reading {
  readonly at: number
  readonly wall: number
}

/**
 * The wall clock, read now and then: that of a virtual machine may be moved by a millisecond or three while it runs, and then
 * something that was due would seem to start early, or late.
 */
export class WallClock {
  readonly #readings: Reading[] = [read()]
  readonly #timer = setInterval(() => this.#readings.push(read()), EVERY_MS).unref()

  /** Between two readings it runs evenly. @throws Error when somebody set it, for then nobody knows when something was due */
  segments(): WallSegment[] {
    const readings = [...this.#readings, read()]
    return readings.slice(1).map((reading, index) => {
      const { at: from, wall } = readings[index] ?? reading
      const step = reading.wall - wall - (reading.at - from)
      if (Math.abs(step) > LARGEST_STEP_MS) throw new Error(`the wall clock was set by ${Math.round(step)} ms`)
      return { from, wall, rate: (reading.wall - wall) / (reading.at - from) }
    })
  }

  /** Reads no more. */
  end(): void {
    clearInterval(this.#timer)
  }
}

/** Reads both clocks when the wall clock has just turned to another millisecond, and no other process had its turn between. */
function read(): Reading {
  for (;;) {
    const before = Date.now()
    let wall = before
    let earliest = trueTime()
    while (wall === before) {
      earliest = trueTime()
      wall = Date.now()
    }
    const at = trueTime()
    if (at - earliest < CLOSE_MS) return { at, wall }
  }
}
