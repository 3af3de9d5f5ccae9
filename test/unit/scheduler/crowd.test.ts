import { describe, expect, it } from 'vitest'
import { Crowd } from '../../../src/scheduler/loop/crowd.ts'

const SLICE = 100
/** The last place that can be drawn. */
const LAST = 1 - Number.EPSILON

describe('the crowd at the front of a lane', () => {
  it('leaves nothing out while nobody else takes from it', () => {
    const crowd = new Crowd()
    crowd.tried(SLICE, 0, true)
    crowd.tried(SLICE, 5, true)
    expect(crowd.skip(SLICE, LAST)).toBe(0)
  })

  it('draws from a front that widens with every refusal, up to sixteen slices', () => {
    const crowd = new Crowd()
    const widths = Array.from({ length: 6 }, () => {
      crowd.tried(SLICE, SLICE, true)
      return crowd.skip(SLICE, LAST) / SLICE + 1
    })
    expect(widths).toEqual([2, 4, 8, 16, 16, 16])
    expect(crowd.skip(SLICE, 0)).toBe(0)
    expect(crowd.skip(SLICE, 0.5)).toBe(8 * SLICE)
  })

  it('begins at the front as long as all that is due is one slice', () => {
    const crowd = new Crowd()
    crowd.tried(3, 3, false)
    expect(crowd.skip(SLICE, LAST)).toBe(0)
  })

  it('narrows again, slice by slice, after calm', () => {
    const crowd = new Crowd()
    crowd.tried(SLICE, SLICE, true)
    crowd.tried(SLICE, SLICE, true)
    for (let calm = 0; calm < 8; calm += 1) crowd.tried(SLICE, 0, true)
    expect(crowd.skip(SLICE, LAST)).toBe(2 * SLICE)
  })

  it('comes back to the front where what is behind it has an end', () => {
    const crowd = new Crowd()
    for (let refused = 0; refused < 4; refused += 1) crowd.tried(SLICE, SLICE, true)
    expect(crowd.skip(SLICE, 0.5)).toBe(8 * SLICE)
    expect(crowd.ended()).toBe(true)
    expect(crowd.skip(SLICE, LAST)).toBe(7 * SLICE)
    expect(crowd.skip(SLICE, 0)).toBe(0)
    expect(crowd.ended()).toBe(false)
  })

  it('lets others go first for a time that doubles with each refusal and halves with each success', () => {
    const crowd = new Crowd()
    expect(crowd.wait(LAST)).toBe(0)
    const waits = [SLICE, SLICE, SLICE, SLICE, SLICE, SLICE, 0, 0, 0, 0, 0].map((refused) => {
      crowd.tried(SLICE, refused, true)
      return crowd.wait(LAST)
    })
    expect(waits).toEqual([1, 3, 7, 15, 31, 31, 15, 7, 3, 1, 0])
  })

  it('keeps four processes from doing each other’s work: less than a quarter of it is refused', () => {
    let state = 1
    const random = (): number => {
      state = (state * 16_807) % 2_147_483_647
      return state / 2_147_483_647
    }
    let waiting = Array.from({ length: 40_000 }, (_, id) => id)
    const crowds = Array.from({ length: 4 }, () => new Crowd())
    let tried = 0
    while (waiting.length > 0) {
      const drawn = crowds.map((crowd) => {
        const from = crowd.skip(SLICE, random())
        const seen = waiting.slice(from, from + SLICE)
        if (seen.length < SLICE) crowd.ended()
        return { crowd, seen }
      })
      const taken = new Set<number>()
      for (const { crowd, seen } of drawn) {
        const refused = seen.filter((id) => taken.has(id)).length
        for (const id of seen) taken.add(id)
        crowd.tried(seen.length, refused, seen.length === SLICE)
        tried += seen.length
      }
      waiting = waiting.filter((id) => !taken.has(id))
    }
    expect(tried).toBeLessThan(40_000 / 0.75)
  })
})
