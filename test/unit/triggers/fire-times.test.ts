import { describe, expect, it } from 'vitest'
import { cron, date, type FireTimesOptions, fireTimes, type Trigger } from '../../../src/triggers/index.ts'
import { expectError } from './support.ts'

const hourly = cron('0 * * * *', { timezone: 'UTC' })

describe('fireTimes', () => {
  it('lists as many Dates as asked for, strictly after the instant', () => {
    const after = new Date('2026-01-01T00:00:00Z')
    expect(fireTimes(hourly, { after, count: 2 })).toEqual([
      new Date('2026-01-01T01:00:00Z'),
      new Date('2026-01-01T02:00:00Z'),
    ])
  })

  it('stops at until, included, and at the last fire', () => {
    expect(fireTimes(hourly, { after: 0, count: 100, until: 7_200_000 })).toHaveLength(2)
    expect(fireTimes(hourly, { after: 0, count: 100, until: 7_199_999 })).toHaveLength(1)
    expect(fireTimes(date(5), { after: 0, count: 100 })).toEqual([new Date(5)])
  })

  it.each<[Record<string, unknown> | undefined, string]>([
    [{ after: 0, count: 0 }, 'count'],
    [{ after: 0, count: 100_001 }, 'count'],
    [{ after: 0, count: 1.5 }, 'count'],
    [{ after: 0 }, 'count'],
    [{ count: 1 }, 'after'],
    [{ after: '2026', count: 1 }, 'after'],
    [{ after: 0, count: 1, until: 'later' }, 'until'],
    [{ after: 0, count: 1, before: 5 }, 'before'],
    [undefined, 'count'],
  ])('refuses %j, naming %s', (options, field) => {
    expectError(() => fireTimes(hourly, options as unknown as FireTimesOptions), 'INVALID_ARGUMENT', field)
  })

  it('refuses what is no trigger', () => {
    expectError(
      () => fireTimes('0 9 * * *' as unknown as Trigger, { after: 0, count: 1 }),
      'INVALID_ARGUMENT',
      'trigger',
    )
  })
})
