import { describe, expect, it } from 'vitest'
import { cron, date, interval, NONE, or, type Trigger } from '../../../src/triggers/index.ts'
import { expectError, fires, ms } from './support.ts'

const utc = { timezone: 'UTC' }

describe('or', () => {
  it('fires where any of its triggers does, once where several do', () => {
    const trigger = or(cron('0 9 * * *', utc), cron('0 9,17 * * *', utc), date('2026-01-01T12:34:56Z'))
    expect(fires(trigger, '2026-01-01T00:00:00Z', 4)).toEqual([
      '2026-01-01T09:00:00Z',
      '2026-01-01T12:34:56Z',
      '2026-01-01T17:00:00Z',
      '2026-01-02T09:00:00Z',
    ])
  })

  it('ends when all have ended', () => {
    const trigger = or(date(1), or(date(2), cron('@never')))
    expect([0, 1, 2].map((after) => trigger.nextAt(after))).toEqual([1, 2, Number.POSITIVE_INFINITY])
  })

  it('counts shared fires once, and finds the latest', () => {
    const trigger = or(interval('2h', { startDate: 0 }), interval('3h', { startDate: 0 }))
    const day = 86_400_000
    expect(trigger.countBetween(0, day, 1_000)).toBe(16)
    expect(trigger.latestAt(0, day - 1)).toBe(day - 2 * 3_600_000)
    expect(trigger.latestAt(0, 3_600_000)).toBe(NONE)
  })

  it('binds what needs it', () => {
    const bound = or(interval('5m'), cron('0 9 * * *')).bind({
      timezone: 'Asia/Tokyo',
      anchorMs: ms('2026-01-01T00:00:30Z'),
      seed: '',
    })
    expect(fires(bound, '2025-12-31T23:58:00Z', 3)).toEqual([
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:05:30Z',
      '2026-01-01T00:10:30Z',
    ])
    expect(bound.bind({ timezone: 'UTC', anchorMs: 0, seed: '' })).toBe(bound)
  })

  it('refuses what are no triggers, and nesting without end', () => {
    expectError(() => or(), 'INVALID_TRIGGER', 'triggers')
    expectError(() => or({ nextAt: () => 0 } as unknown as Trigger), 'INVALID_TRIGGER', 'triggers')
    const nest = (): Trigger => {
      let trigger: Trigger = date(0)
      for (let depth = 0; depth < 17; depth += 1) trigger = or(trigger)
      return trigger
    }
    expectError(nest, 'INVALID_TRIGGER', 'triggers')
  })
})
