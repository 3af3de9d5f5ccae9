/** The wall clock of the machine that all processes are on, as its steps make it. */

import type { Fault, WallSegment } from '../../checks/history.ts'
import { type FaultPlan, START } from './scenario.ts'

/** Wall time passes this much faster or slower than true time. */
export function wallSegments(faults: readonly FaultPlan[], rate: number): WallSegment[] {
  const segments: WallSegment[] = [{ from: 0, wall: START, rate }]
  for (const { kind, from, by = 0 } of [...faults].sort((a, b) => a.from - b.from)) {
    const last = segments.at(-1)
    if (kind === 'clock-step' && last !== undefined)
      segments.push({ from, wall: last.wall + (from - last.from) * rate + by, rate })
  }
  return segments
}

/**
 * The steps as faults: one that goes back lasts until the clock shows again what it showed before, and any at least as
 * long as a lease, for leases that were taken before it are misjudged after it.
 */
export function stepFaults(segments: readonly WallSegment[], leaseMs: number, endAt: number): Fault[] {
  return segments.slice(1).map(({ from }, index) => {
    const before = segments[index]
    const shown = before === undefined ? 0 : before.wall + (from - before.from) * before.rate
    const again = segments.slice(index + 1).map(({ from: start, wall, rate }, place, rest) => {
      const at = wall >= shown ? start : start + (shown - wall) / rate
      return at <= (rest[place + 1]?.from ?? endAt) ? at : endAt
    })
    return { kind: 'clock-step', process: null, from, to: Math.max(Math.min(...again), from + leaseMs) }
  })
}
