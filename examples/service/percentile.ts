/** A percentile of some numbers by the nearest-rank rule, with two decimals; null of none. */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  return value === undefined ? null : Math.round(value * 100) / 100
}
