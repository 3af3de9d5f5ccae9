import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gridFrom, meet } from '../../../src/triggers/interval-grid.ts'

const grid = fc.record({
  start: fc.integer({ min: -300, max: 300 }),
  every: fc.integer({ min: 1, max: 60 }),
  end: fc.integer({ min: -300, max: 4_000 }),
})

function members({ start, every, end }: { start: number; every: number; end: number }): number[] {
  const found: number[] = []
  for (let at = start; at <= end; at += every) found.push(at)
  return found
}

describe('a grid', () => {
  it('has a first member at or after any instant, up to its end', () => {
    fc.assert(
      fc.property(grid, fc.integer({ min: -500, max: 4_500 }), (one, from) => {
        expect(gridFrom(one, from)).toBe(members(one).find((at) => at >= from) ?? Number.POSITIVE_INFINITY)
      }),
      { numRuns: 500 },
    )
  })
})

describe('two grids', () => {
  it('meet exactly where they have common members', () => {
    fc.assert(
      fc.property(grid, grid, (a, b) => {
        const met = meet(a, b)
        const inBoth = new Set(members(a))
        expect(met === null ? [] : members(met)).toEqual(members(b).filter((at) => inBoth.has(at)))
      }),
      { numRuns: 500 },
    )
  })

  it('stay exact when the common step is beyond 2 ** 53', () => {
    const end = 253_402_300_799_999
    const met = meet({ start: 0, every: 4_294_967_291, end }, { start: 0, every: 4_294_967_279, end })
    expect(met?.start).toBe(0)
    expect((met?.start ?? 0) + (met?.every ?? 0)).toBeGreaterThan(end)
  })
})
