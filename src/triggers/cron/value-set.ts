/**
 * Sets of small numbers (0-63) as two 32-bit masks, and of years as ranges. They are what the fields of a cron
 * schedule are compiled to.
 */

/** A set of numbers 0-63: bit n of `low`, bit n - 32 of `high`. */
export interface ValueSet {
  readonly low: number
  readonly high: number
}

export const EMPTY: ValueSet = { low: 0, high: 0 }

/** The set of some values. */
export function setOf(values: Iterable<number>): ValueSet {
  let low = 0
  let high = 0
  for (const value of values) {
    if (value < 32) low |= 1 << value
    else high |= 1 << (value - 32)
  }
  return { low, high }
}

export function union(a: ValueSet, b: ValueSet): ValueSet {
  return { low: a.low | b.low, high: a.high | b.high }
}

/** The smallest member >= `from`, -1 when there is none. */
export function firstFrom(low: number, high: number, from: number): number {
  if (from >= 32) {
    const rest = from > 63 ? 0 : high >>> (from - 32)
    return rest === 0 ? -1 : from + lowestBit(rest)
  }
  const rest = low >>> from
  if (rest !== 0) return from + lowestBit(rest)
  return high === 0 ? -1 : 32 + lowestBit(high)
}

/** Index of the lowest bit of a mask that is not 0. */
export function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask)
}

/** Numbers from `first` to `last` in steps. */
export interface NumberRange {
  readonly first: number
  readonly last: number
  readonly step: number
}

/** The smallest number >= `from` in any of the ranges; Infinity when there is none. */
export function firstInRanges(ranges: readonly NumberRange[], from: number): number {
  let best = Number.POSITIVE_INFINITY
  for (const { first, last, step } of ranges) {
    const candidate = from <= first ? first : first + Math.ceil((from - first) / step) * step
    if (candidate <= last && candidate < best) best = candidate
  }
  return best
}
