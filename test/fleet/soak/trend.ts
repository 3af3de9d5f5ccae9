/** Whether what is sampled again and again grows. Pure. */

export interface Sample {
  /** Ms. */
  readonly at: number
  readonly value: number
}

/** The slope of the line that fits the samples best (least squares), a minute; 0 where there is no line. */
export function slopePerMinute(samples: readonly Sample[]): number {
  const middle = meanOf(samples.map(({ at }) => at))
  const mean = meanOf(samples.map(({ value }) => value))
  let product = 0
  let square = 0
  for (const { at, value } of samples) {
    product += (at - middle) * (value - mean)
    square += (at - middle) ** 2
  }
  return square === 0 ? 0 : (product / square) * 60_000
}

/** The samples of the later half of the time: before, caches fill and code is compiled. */
export function laterHalf(samples: readonly Sample[]): readonly Sample[] {
  const first = samples[0]?.at ?? 0
  const last = samples.at(-1)?.at ?? 0
  return samples.filter(({ at }) => at >= (first + last) / 2)
}

/**
 * Whether what goes up and down all the time goes up on the whole: the fewest of the last quarter are more than the most of
 * the second.
 */
export function isGrowing(samples: readonly Sample[]): boolean {
  const first = samples[0]?.at ?? 0
  const quarter = ((samples.at(-1)?.at ?? 0) - first) / 4
  const second = samples.filter(({ at }) => at >= first + quarter && at < first + 2 * quarter)
  const last = samples.filter(({ at }) => at >= first + 3 * quarter)
  if (second.length === 0 || last.length === 0) return false
  return Math.min(...last.map(({ value }) => value)) > Math.max(...second.map(({ value }) => value))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
