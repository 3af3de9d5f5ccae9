/** Which fire times get a run when a job has as many active runs as it may. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit, instanceLimit, MOST_WAITING, surplus } from '../../../src/jobs/overlap.ts'
import { DEFAULT_POLICY, type JobPolicy, OVERLAPS, type Overlap } from '../../../src/jobs/policy.ts'

const policy = (overlap: Overlap, maxInstances = 1): JobPolicy => ({ ...DEFAULT_POLICY, overlap, maxInstances })

describe('ZJ-10 a fire time while the job is at its limit', () => {
  it('is skipped by default', () => {
    expect(admit(DEFAULT_POLICY, 1, [10])).toEqual({ runs: [], refused: [{ at: 10, reason: 'max-instances' }] })
    expect(admit(DEFAULT_POLICY, 0, [10])).toEqual({ runs: [10], refused: [] })
    expect(admit(policy('skip', 3), 2, [10])).toEqual({ runs: [10], refused: [] })
  })

  it('waits with queue, behind a thousand others at most', () => {
    expect(admit(policy('queue'), 1, [10])).toEqual({ runs: [10], refused: [] })
    expect(admit(policy('queue', 2), MOST_WAITING + 1, [10, 20])).toEqual({
      runs: [10],
      refused: [{ at: 20, reason: 'queue-full' }],
    })
    expect(admit(policy('queue'), MOST_WAITING + 9, [10]).refused).toEqual([{ at: 10, reason: 'queue-full' }])
  })

  it('takes the place of the oldest with replace', () => {
    expect(admit(policy('replace'), 1, [10])).toEqual({ runs: [10], refused: [] })
    expect(surplus(policy('replace'), 1, 1)).toBe(1)
    expect(surplus(policy('replace', 3), 1, 1)).toBe(0)
    expect(admit(policy('replace'), 0, [10, 20, 30])).toEqual({
      runs: [30],
      refused: [
        { at: 10, reason: 'replaced' },
        { at: 20, reason: 'replaced' },
      ],
    })
  })

  it('runs with allow, which has no limit', () => {
    expect(admit(policy('allow'), 500, [10, 20])).toEqual({ runs: [10, 20], refused: [] })
    expect(instanceLimit(policy('allow', 3))).toBe(Number.POSITIVE_INFINITY)
    expect(instanceLimit(policy('queue', 3))).toBe(3)
  })
})

it('every fire time either runs or is refused, in order, and only replace makes others go', () => {
  const times = fc
    .uniqueArray(fc.integer({ min: 0, max: 1e6 }), { maxLength: 50 })
    .map((list) => list.sort((a, b) => a - b))
  fc.assert(
    fc.property(
      fc.constantFrom(...OVERLAPS),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 1_200 }),
      times,
      (overlap, maxInstances, active, due) => {
        const { runs, refused } = admit(policy(overlap, maxInstances), active, due)
        expect([...runs, ...refused.map(({ at }) => at)].sort((a, b) => a - b)).toEqual(due)
        expect([...runs].sort((a, b) => a - b)).toEqual(runs)
        const left = active + runs.length - surplus(policy(overlap, maxInstances), active, runs.length)
        if (overlap === 'replace') expect(left).toBeLessThanOrEqual(maxInstances)
        if (overlap === 'queue' && runs.length > 0) expect(left).toBeLessThanOrEqual(maxInstances + MOST_WAITING)
        if (overlap !== 'replace') expect(left).toBe(active + runs.length)
      },
    ),
  )
})
