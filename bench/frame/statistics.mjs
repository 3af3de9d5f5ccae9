/** Medians over rounds. A round is one child process of one measured thing. */

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Value at a fraction (0 to 1) of a sorted list. */
export function quantile(sorted, fraction) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]
}

/** One figure by another; undefined where either was not measured. */
export function quotient(mine, theirs) {
  return mine === undefined || theirs === undefined ? undefined : mine / theirs
}

/**
 * Medians of the rounds of one section.
 *
 * @param {{ subject: string, variant: string, values: Record<string, number | string> }[]} samples
 * @returns {(subject: string, variant: string, key: string) => number | undefined}
 */
export function medianFinder(samples) {
  return (subject, variant, key) => {
    const values = samples
      .filter((sample) => sample.subject === subject && sample.variant === variant && key in sample.values)
      .map((sample) => sample.values[key])
    return values.length === 0 ? undefined : median(values)
  }
}
