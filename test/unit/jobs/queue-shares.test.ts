/** Shares of queues by weight, as a pure decision. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QueueShares } from '../../../src/jobs/queue-shares.ts'

const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 })

/** How often each of `count` queues is served. */
function tally(served: readonly number[], count: number): number[] {
  const counts = new Array<number>(count).fill(0)
  for (const index of served) counts[index] = (counts[index] ?? 0) + 1
  return counts
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

describe('shares of queues', () => {
  it('are spread evenly: 4, 2 and 1 are served a b a c a b a', () => {
    const shares = new QueueShares([4, 2, 1])
    const served = shares.share([100, 100, 100], 14).map((index) => 'abc'[index])
    expect(served.join('')).toBe('abacabaabacaba')
  })

  it('are the same however few places come at once', () => {
    const one = new QueueShares([3, 1])
    const other = new QueueShares([3, 1])
    const byOne = Array.from({ length: 12 }, () => one.share([9, 9], 1)[0])
    expect(byOne).toEqual(other.share([99, 99], 12))
  })

  it('of equal weights go round in the order of the queues', () => {
    expect(new QueueShares([1, 1, 1]).share([9, 9, 9], 6)).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('ZJ-19 are exact over every full round while all queues have runs', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 5 }), (given, rounds) => {
        const shares = new QueueShares(given)
        const plenty = given.map(() => Number.MAX_SAFE_INTEGER)
        for (let round = 0; round < rounds; round += 1) {
          expect(tally(shares.share(plenty, sum(given)), given.length)).toEqual(given)
        }
      }),
    )
  })

  it('ZJ-19 never stray further from the weights than one turn of each queue', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 500 }), (given, places) => {
        const plenty = given.map(() => Number.MAX_SAFE_INTEGER)
        const counts = tally(new QueueShares(given).share(plenty, places), given.length)
        for (const [index, weight] of given.entries()) {
          const due = (places * weight) / sum(given)
          expect(Math.abs((counts[index] ?? 0) - due)).toBeLessThanOrEqual(given.length)
        }
      }),
    )
  })

  it('leave no place unused while any queue has runs, and serve no queue more than it has', () => {
    const call = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(
        weights,
        fc.array(fc.tuple(call, fc.integer({ min: 0, max: 20 })), { maxLength: 30 }),
        (given, calls) => {
          const shares = new QueueShares(given)
          for (const [queues, places] of calls) {
            const waiting = queues.slice(0, given.length)
            const served = shares.share(waiting, places)
            expect(served).toHaveLength(Math.min(places, sum(waiting)))
            for (const [index, count] of tally(served, given.length).entries()) {
              expect(count).toBeLessThanOrEqual(waiting[index] ?? 0)
            }
          }
        },
      ),
    )
  })

  it('give the turns of a queue without runs to the others, and it saves none up for later', () => {
    const shares = new QueueShares([1, 1])
    expect(tally(shares.share([1_000, 0], 1_000), 2)).toEqual([1_000, 0])
    const [first, second] = tally(shares.share([100, 100], 20), 2)
    expect([first, second]).toEqual([10, 10])
  })

  it('after any history, low queues are served again within one round', () => {
    const call = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(fc.tuple(call, fc.integer({ min: 0, max: 9 })), { maxLength: 50 }), (calls) => {
        const shares = new QueueShares([5, 2, 1])
        for (const [waiting, places] of calls) shares.share(waiting, places)
        expect(shares.share([99, 99, 99], 3 * 8)).toContain(2)
      }),
    )
  })
})
