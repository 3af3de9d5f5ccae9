/** Fixed grids `start + k * every`, and where they meet: the Chinese remainder theorem, exact through `BigInt`. */

import { LAST_INSTANT, NEVER } from './trigger.ts'

/** The instants `start + k * every`, k >= 0, up to `end`; all in epoch ms. */
export interface IntervalGrid {
  readonly start: number
  readonly every: number
  readonly end: number
}

/** The first instant of a grid at or after another; {@link NEVER} when there is none. */
export function gridFrom({ start, every, end }: IntervalGrid, fromMs: number): number {
  const beyond = fromMs <= start ? 0 : (fromMs - start) % every
  const next = fromMs <= start ? start : beyond === 0 ? fromMs : fromMs - beyond + every
  return next <= end ? next : NEVER
}

/** The instants that two grids share, again a grid; null when they never meet. */
export function meet(a: IntervalGrid, b: IntervalGrid): IntervalGrid | null {
  const [startA, everyA, startB, everyB] = [BigInt(a.start), BigInt(a.every), BigInt(b.start), BigInt(b.every)]
  const { gcd, factor } = extendedGcd(everyA, everyB)
  const distance = startB - startA
  if (distance % gcd !== 0n) return null
  const every = (everyA / gcd) * everyB
  const common = startA + everyA * (((distance / gcd) * factor) % (everyB / gcd))
  const lowest = startA > startB ? startA : startB
  const start = common + ceilDivide(lowest - common, every) * every
  const end = Math.min(a.end, b.end)
  if (start > BigInt(end)) return null
  // Steps beyond the end of time need not be exact, only long
  return { start: Number(start), every: Math.min(Number(every), 2 * LAST_INSTANT), end }
}

/** `gcd` of two positive numbers, and `factor` with `a * factor = gcd` modulo b. */
function extendedGcd(a: bigint, b: bigint): { gcd: bigint; factor: bigint } {
  let [remainder, next] = [a, b]
  let [factor, nextFactor] = [1n, 0n]
  while (next !== 0n) {
    const quotient = remainder / next
    ;[remainder, next] = [next, remainder - quotient * next]
    ;[factor, nextFactor] = [nextFactor, factor - quotient * nextFactor]
  }
  return { gcd: remainder, factor }
}

function ceilDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return quotient * b < a ? quotient + 1n : quotient
}
