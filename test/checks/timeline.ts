/** The machine's wall clock over true time. */

import type { WallSegment } from './history.ts'

export class Timeline {
  readonly #segments: readonly WallSegment[]

  constructor(segments: readonly WallSegment[]) {
    this.#segments = segments
  }

  /** What the wall clock shows at a true time. */
  wallAt(at: number): number {
    let current = this.#segments[0]
    for (const segment of this.#segments) if (segment.from <= at) current = segment
    return current === undefined ? at : current.wall + (at - current.from) * current.rate
  }

  /** The latest that the wall clock showed at any time up to `at`. */
  highestUpTo(at: number): number {
    let highest = this.wallAt(at)
    for (const [index, { from, wall, rate }] of this.#segments.entries()) {
      const next = this.#segments[index + 1]
      if (next !== undefined && next.from <= at) highest = Math.max(highest, wall + (next.from - from) * rate)
    }
    return highest
  }

  /** The earliest that it showed at any time in [from, to]. */
  lowestIn(from: number, to: number): number {
    const steps = this.#segments.filter((segment) => segment.from >= from && segment.from <= to)
    return Math.min(this.wallAt(from), ...steps.map(({ wall }) => wall))
  }

  /** The true time at which the wall clock first shows `wall` or more; infinite if it never does. */
  firstAt(wall: number): number {
    for (const [index, { from, wall: shown, rate }] of this.#segments.entries()) {
      if (shown >= wall) return from
      const at = from + (wall - shown) / rate
      if (at < (this.#segments[index + 1]?.from ?? Number.POSITIVE_INFINITY)) return at
    }
    return Number.POSITIVE_INFINITY
  }
}
