import { describe, expect, it } from 'vitest'
import { date, NEVER, NONE } from '../../../src/triggers/index.ts'
import { expectError, fires, ms } from './support.ts'

const AT = '2026-12-24T18:00:00Z'

describe('a date', () => {
  it.each([[AT], [new Date(AT)], [ms(AT)], ['2026-12-24T20:00:00.000+02:00'], ['2026-12-24T18:00Z']])(
    '%s fires once, before it and never again',
    (at) => {
      expect(fires(date(at), '2026-01-01T00:00:00Z', 9)).toEqual([AT])
      expect(date(at).next(new Date(AT))).toBeNull()
    },
  )

  it.each<[unknown]>([
    ['2026-12-24'],
    ['2026-12-24T18:00:00'],
    ['2026-02-29T18:00:00Z'],
    ['2026-13-01T18:00:00Z'],
    ['2026-12-24T25:00:00Z'],
    ['tomorrow'],
    [''],
    [Number.NaN],
    [1.5],
    [8.64e15],
    [new Date(Number.NaN)],
    [undefined],
    [{}],
  ])('refuses %s, which is no exact instant', (at) => {
    expectError(() => date(at as string), 'INVALID_TRIGGER', 'at')
  })

  it('counts, finds itself, needs no binding and reads well', () => {
    expect(date(AT).countBetween(ms(AT) - 1, ms(AT), 5)).toBe(1)
    expect(date(AT).countBetween(ms(AT), ms(AT) + 1, 5)).toBe(0)
    expect(date(AT).countBetween(0, NEVER, 5)).toBe(1)
    expect(date(AT).latestAt(0, ms(AT))).toBe(ms(AT))
    expect(date(AT).latestAt(0, ms(AT) - 1)).toBe(NONE)
    const trigger = date(AT)
    expect(trigger.bind()).toBe(trigger)
    expect(String(trigger)).toBe('once at 2026-12-24T18:00:00.000Z')
  })
})
