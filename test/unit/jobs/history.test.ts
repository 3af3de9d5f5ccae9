import { describe, expect, test } from 'vitest'
import { ageOf, historyPolicy } from '../../../src/jobs/history.ts'
import { DEFAULT_HISTORY } from '../../../src/jobs/policy.ts'

const DAY = 86_400_000

function policyOf(value: unknown, base = DEFAULT_HISTORY) {
  return historyPolicy(value, base, 'history')
}

describe('the option history', () => {
  test('ZJ-26 keeps runs for 30 days and logs for 7 unless it says otherwise', () => {
    expect(policyOf({})).toEqual({ keep: 100, maxAgeMs: 30 * DAY, byStateMs: null, logMaxAgeMs: 7 * DAY })
    expect(policyOf({ keep: 0 })).toEqual({ ...DEFAULT_HISTORY, keep: 0 })
    expect(policyOf({ keep: 5, maxAge: '2d', logs: '12h' })).toEqual({
      ...{ keep: 5, maxAgeMs: 2 * DAY, byStateMs: null, logMaxAgeMs: DAY / 2 },
    })
  })

  test('gives a state an age of its own', () => {
    const policy = policyOf({ maxAge: '2d', byState: { failed: '90d', skipped: '1d' } })
    expect(ageOf(policy, 'failed')).toBe(90 * DAY)
    expect(ageOf(policy, 'skipped')).toBe(DAY)
    expect(ageOf(policy, 'completed')).toBe(2 * DAY)
    expect(ageOf(policy, 'cancelled')).toBe(2 * DAY)
  })

  test('lies state by state over the defaults', () => {
    const base = policyOf({ byState: { failed: '90d', skipped: '1d' } })
    expect(policyOf({ keep: 1 }, base).byStateMs).toEqual({ failed: 90 * DAY, skipped: DAY })
    expect(policyOf({ byState: { failed: '5d', completed: '1d' } }, base).byStateMs).toEqual({
      ...{ completed: DAY, failed: 5 * DAY, skipped: DAY },
    })
    expect(policyOf({ byState: {} }).byStateMs).toBeNull()
  })

  test.each<[unknown, string]>([
    [5, 'history'],
    [{ keep: 1.5 }, 'history.keep'],
    [{ logs: 0 }, 'history.logs'],
    [{ byState: 'failed' }, 'history.byState'],
    [{ byState: { dead: '1d' } }, 'history.byState.dead'],
    [{ byState: { failed: 'long' } }, 'history.byState.failed'],
    [{ byState: { failed: null } }, 'history.byState.failed'],
  ])('%j is refused by name', (value, field) => {
    expect(() => policyOf(value)).toThrow(expect.objectContaining({ details: expect.objectContaining({ field }) }))
  })
})
