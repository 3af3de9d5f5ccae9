/** A leak is seen as one, and what only goes up and down is not. */

import { expect, it } from 'vitest'
import { isGrowing, laterHalf, type Sample, slopePerMinute } from './trend.ts'

function samples(valueAt: (index: number) => number): Sample[] {
  return Array.from({ length: 60 }, (_, index) => ({ at: 5_000 + index * 10_000, value: valueAt(index) }))
}

it('the slope of a line is found through noise, and is that of a minute', () => {
  expect(slopePerMinute(samples((index) => 40 + 0.5 * index))).toBeCloseTo(3)
  expect(slopePerMinute(samples((index) => 40 + 0.5 * index + (index % 2)))).toBeCloseTo(3, 1)
  expect(slopePerMinute(samples(() => 40))).toBe(0)
})

it('fewer than two samples have no slope', () => {
  expect(slopePerMinute([])).toBe(0)
  expect(slopePerMinute([{ at: 1, value: 7 }])).toBe(0)
})

it('what fills at first and then stays is flat in the later half', () => {
  expect(slopePerMinute(laterHalf(samples((index) => Math.min(index, 20))))).toBe(0)
})

it('handles that come and go do not grow; one that is left every minute does', () => {
  expect(isGrowing(samples((index) => 20 + (index % 5)))).toBe(false)
  expect(isGrowing(samples((index) => 20 + Math.floor(index / 6)))).toBe(true)
  expect(isGrowing([])).toBe(false)
})
