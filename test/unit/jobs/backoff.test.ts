import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryDelay } from '../../../src/jobs/backoff.ts'
import { DEFAULT_RETRY, type RetryPolicy } from '../../../src/jobs/policy.ts'

const policy: RetryPolicy = { ...DEFAULT_RETRY, attempts: 10, capMs: 60_000 }

describe('the delay before the next attempt', () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 32_000],
    [7, 60_000],
    [8, 60_000],
  ])('after attempt %d is %d ms: it doubles up to its cap', (attempt, ms) => {
    expect(retryDelay(policy, attempt, 0.5)).toBe(ms)
  })

  test('with factor 1 stays the same', () => {
    expect([1, 2, 50].map((attempt) => retryDelay({ ...policy, factor: 1 }, attempt, 0.5))).toEqual([
      1_000, 1_000, 1_000,
    ])
  })

  test('with a step grows by it, up to its cap', () => {
    const linear = { ...policy, factor: 1, stepMs: 20_000 }
    expect([1, 2, 3, 4, 50].map((attempt) => retryDelay(linear, attempt, 0.5))).toEqual([
      1_000, 21_000, 41_000, 60_000, 60_000,
    ])
  })

  test('from a list is the one at its place, and the last for all that follow', () => {
    const table = { ...policy, delaysMs: [5_000, 0, 90_000, 7_000] }
    expect([1, 2, 3, 4, 5, 50].map((attempt) => retryDelay(table, attempt, 0.5))).toEqual([
      5_000, 0, 60_000, 7_000, 7_000, 7_000,
    ])
  })

  test('FD-45 varies by 25 % of what the cap left of it', () => {
    const capped = { ...policy, baseMs: 120_000, jitter: 0.25 }
    expect([0, 0.5, 0.999_999_9].map((random) => retryDelay(capped, 1, random))).toEqual([45_000, 60_000, 75_000])
  })

  test('varies by its jitter both ways', () => {
    const varied = { ...policy, jitter: 0.2 }
    expect(retryDelay(varied, 1, 0)).toBe(800)
    expect(retryDelay(varied, 1, 0.5)).toBe(1_000)
    expect(retryDelay(varied, 1, 0.999_999)).toBe(1_200)
  })

  test('without a delay stays zero, also after so many attempts that the growth is infinite', () => {
    expect(retryDelay({ ...policy, baseMs: 0 }, 5_000, 0.5)).toBe(0)
    expect(retryDelay(policy, 5_000, 0.5)).toBe(60_000)
  })

  test('is always a whole number from 0 to the cap and its jitter', () => {
    const policies = fc.record({
      attempts: fc.constant(1_000_000),
      baseMs: fc.nat(10_000_000),
      factor: fc.double({ min: 1, max: 1_000, noNaN: true }),
      stepMs: fc.nat(10_000_000),
      delaysMs: fc.option(fc.array(fc.nat(10_000_000), { minLength: 1, maxLength: 5 })),
      only: fc.constant(null),
      never: fc.constant([]),
      capMs: fc.nat(10_000_000),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 1_000_000 }), random, (given, attempt, chance) => {
        const delay = retryDelay(given, attempt, chance)
        expect(Number.isInteger(delay)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(Math.ceil(given.capMs * (1 + given.jitter)))
      }),
    )
  })
})
