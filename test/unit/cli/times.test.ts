import { describe, expect, it } from 'vitest'

import { formatDistance, isoLocal, isoUtc, isTimeZone, localTime } from '../../../src/cli/times.ts'

describe('an instant as text', () => {
  it('shows weekday, date, time and offset of its zone', () => {
    expect(localTime(Date.UTC(2026, 10, 22, 5, 5), 'Europe/Athens')).toEqual({
      weekday: 'Sun',
      date: '2026-11-22',
      time: '07:05:00',
      offset: '+02:00',
    })
  })

  it.each([
    ['2026-07-01T12:00:00Z', 'America/New_York', '2026-07-01T08:00:00-04:00'],
    ['2026-01-01T00:00:00Z', 'Asia/Kathmandu', '2026-01-01T05:45:00+05:45'],
    ['2026-01-01T00:00:00Z', 'America/St_Johns', '2025-12-31T20:30:00-03:30'],
    ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01T00:00:00+00:00'],
    ['1971-01-01T00:00:00Z', 'Africa/Monrovia', '1970-12-31T23:15:30-00:44:30'],
    ['0099-06-01T00:00:00Z', 'UTC', '0099-06-01T00:00:00+00:00'],
  ])('%s in %s is %s', (instant, timezone, expected) => {
    expect(isoLocal(Date.parse(instant), timezone)).toBe(expected)
  })

  it('tells the two halves of a repeated hour apart by the offset', () => {
    expect(isoLocal(Date.parse('2026-10-25T00:30:00Z'), 'Europe/Paris')).toBe('2026-10-25T02:30:00+02:00')
    expect(isoLocal(Date.parse('2026-10-25T01:30:00Z'), 'Europe/Paris')).toBe('2026-10-25T02:30:00+01:00')
  })

  it('is in whole seconds in UTC', () => {
    expect(isoUtc(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02T03:04:05Z')
  })
})

describe('a time zone name', () => {
  it('is known or not', () => {
    expect(isTimeZone('Europe/Athens')).toBe(true)
    expect(isTimeZone('Mars/Olympus')).toBe(false)
    expect(isTimeZone('')).toBe(false)
  })
})

describe('a distance', () => {
  it.each([
    [0, '0s'],
    [1, '1s'],
    [48_000, '48s'],
    [59_001, '1m 0s'],
    [168_000, '2m 48s'],
    [3_600_000, '1h 0m'],
    [11_159_000, '3h 5m'],
    [86_399_999, '1d 0h'],
    [1_047_600_000, '12d 3h'],
    [36_525 * 86_400_000, '36525d 0h'],
  ])('of %d ms is %s', (ms, expected) => {
    expect(formatDistance(ms)).toBe(expected)
  })
})
