/** The oracle itself, held against cases computed by hand from the published transition dates. */

import { describe, expect, it } from 'vitest'
import { readCrontab } from './crontab.ts'
import { DEFAULT_POLICY, expectedFires, expectedNext, POLICIES, type Policy, readTimeline } from './oracle.ts'
import { DAY, HOUR, MINUTE, SECOND, transitionsOf, wallAt } from './zone.ts'

interface Case {
  readonly zone: string
  readonly text: string
  readonly from: string
  readonly until: string
  readonly policy?: Partial<Policy>
  readonly fires: readonly string[]
}

const GAP = { zone: 'Europe/Berlin', from: '2026-03-28T22:00Z', until: '2026-03-29T22:00Z' }
const OVERLAP = { zone: 'Europe/Berlin', from: '2026-10-24T21:00Z', until: '2026-10-25T02:30Z' }

const CASES: readonly Case[] = [
  { ...GAP, text: '30 2 * * *', fires: ['2026-03-29T01:00Z'] },
  { ...GAP, text: '15,45 2 * * *', fires: ['2026-03-29T01:00Z'] },
  { ...GAP, text: '30 2 * * *', policy: { gap: 'shift' }, fires: ['2026-03-29T01:30Z'] },
  { ...GAP, text: '15,45 2 * * *', policy: { gap: 'shift' }, fires: ['2026-03-29T01:15Z', '2026-03-29T01:45Z'] },
  { ...GAP, text: '30 2 * * *', policy: { gap: 'skip' }, fires: [] },
  { ...GAP, text: '0 2,3 * * *', fires: ['2026-03-29T01:00Z'] },
  { ...GAP, text: '30 2,3 * * *', policy: { gap: 'shift' }, fires: ['2026-03-29T01:30Z'] },
  { ...GAP, text: '30 2-2/1 * * *', policy: { gap: 'shift' }, fires: [] },
  { ...OVERLAP, text: '30 2 * * *', fires: ['2026-10-25T00:30Z'] },
  { ...OVERLAP, text: '30 2 * * *', policy: { overlap: 'last' }, fires: ['2026-10-25T01:30Z'] },
  { ...OVERLAP, text: '30 2 * * *', policy: { overlap: 'both' }, fires: ['2026-10-25T00:30Z', '2026-10-25T01:30Z'] },
  {
    ...OVERLAP,
    text: '0 * * * *',
    fires: ['21:00Z', '22:00Z', '23:00Z', '24:00Z', '25:00Z', '26:00Z'].map((time) => later('2026-10-24', time)),
  },
  {
    ...OVERLAP,
    text: '0 * * * *',
    policy: { overlap: 'last' },
    fires: ['21:00Z', '22:00Z', '23:00Z', '25:00Z', '26:00Z'].map((time) => later('2026-10-24', time)),
  },
  {
    zone: 'Pacific/Apia',
    text: '0 12 * * *',
    from: '2011-12-29T00:00Z',
    until: '2012-01-01T00:00Z',
    fires: ['2011-12-29T22:00Z', '2011-12-30T10:00Z', '2011-12-30T22:00Z', '2011-12-31T22:00Z'],
  },
  {
    zone: 'Australia/Lord_Howe',
    text: '15 2 * * *',
    from: '2024-10-05T00:00Z',
    until: '2024-10-06T00:00Z',
    fires: ['2024-10-05T15:30Z'],
  },
  {
    zone: 'Australia/Lord_Howe',
    text: '45 1 * * *',
    from: '2024-04-06T00:00Z',
    until: '2024-04-07T00:00Z',
    policy: { overlap: 'both' },
    fires: ['2024-04-06T14:45Z', '2024-04-06T15:15Z'],
  },
  {
    zone: 'America/Sao_Paulo',
    text: '0 0 * * *',
    from: '2018-11-03T00:00Z',
    until: '2018-11-05T12:00Z',
    fires: ['2018-11-03T03:00Z', '2018-11-04T03:00Z', '2018-11-05T02:00Z'],
  },
]

/** An instant written as a date and hours that may be over 24. */
function later(date: string, time: string): string {
  const [hours, minutes] = time.slice(0, -1).split(':').map(Number)
  return new Date(Date.parse(`${date}T00:00Z`) + (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE).toISOString()
}

const iso = (instants: readonly number[]): string[] => instants.map((at) => new Date(at).toISOString())

describe('the oracle', () => {
  it.each(CASES)('$text in $zone from $from with $policy', ({ zone, text, from, until, policy, fires }) => {
    const timeline = readTimeline(zone, Date.parse(from) - 2 * DAY, Date.parse(until) + 2 * DAY, MINUTE)
    const all = expectedFires(readCrontab(text), timeline, { ...DEFAULT_POLICY, ...policy })
    const inside = all.filter((at) => at >= Date.parse(from) && at <= Date.parse(until))
    expect(iso(inside)).toEqual(fires.map((fire) => new Date(fire).toISOString()))
  })

  it('reads the wall clock and finds transitions', () => {
    expect(wallAt('Asia/Kathmandu', Date.UTC(2026, 0, 1))).toBe(Date.UTC(2026, 0, 1, 5, 45))
    expect(transitionsOf('Europe/Berlin', Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1))).toEqual([
      { zone: 'Europe/Berlin', at: Date.UTC(2026, 2, 29, 1), before: HOUR, after: 2 * HOUR },
      { zone: 'Europe/Berlin', at: Date.UTC(2026, 9, 25, 1), before: 2 * HOUR, after: HOUR },
    ])
    expect(transitionsOf('Africa/Monrovia', Date.UTC(1972, 0, 5), Date.UTC(1972, 0, 9))).toEqual([
      {
        zone: 'Africa/Monrovia',
        at: Date.parse('1972-01-07T00:44:30Z'),
        before: -(44 * MINUTE + 30 * SECOND),
        after: 0,
      },
    ])
  })

  it('matches days as Vixie cron does', () => {
    const days = (text: string): number[] => {
      const pattern = readCrontab(text)
      const october = Array.from({ length: 31 }, (_, index) => Date.UTC(2026, 9, index + 1))
      return october.filter((day) => pattern.matchesDay(day)).map((day) => new Date(day).getUTCDate())
    }
    // 1 October 2026 is a Thursday.
    expect(days('0 0 1,15 * fri')).toEqual([1, 2, 9, 15, 16, 23, 30])
    expect(days('0 0 */10 * 4')).toEqual([1])
    expect(days('0 0 ? * 5-7')).toEqual([2, 3, 4, 9, 10, 11, 16, 17, 18, 23, 24, 25, 30, 31])
    expect(days('0 0 L-3 * *')).toEqual([28])
    expect(days('0 0 LW,3W * *')).toEqual([2, 30])
    expect(days('0 0 * * 5L')).toEqual([30])
    expect(days('0 0 * * thu#5')).toEqual([29])
  })

  it('gives the same by days as by minutes, under every policy', () => {
    const texts = ['30 2 * * *', '*/20 * * * *', '15,45 1-3 * * 0', '0 0 * * *', '59 */2 29,30 * *']
    const places: readonly (readonly [string, string])[] = [
      ['Europe/Berlin', '2026-03-29T01:00Z'],
      ['America/New_York', '2026-11-01T06:00Z'],
      ['Pacific/Apia', '2011-12-30T10:00Z'],
    ]
    for (const [zone, instant] of places) {
      const middle = Date.parse(instant)
      const timeline = readTimeline(zone, middle - 80 * HOUR, middle + 80 * HOUR, MINUTE)
      for (const policy of POLICIES) {
        for (const text of texts) {
          const pattern = readCrontab(text)
          const listed = expectedFires(pattern, timeline, policy).filter((at) => Math.abs(at - middle) <= 52 * HOUR)
          for (let index = 1; index < listed.length; index += Math.ceil(listed.length / 12)) {
            const next = expectedNext(pattern, zone, listed[index - 1] ?? Number.NaN, 40, policy)
            expect(next, `${text} in ${zone} with ${policy.gap}, ${policy.overlap}`).toBe(listed[index])
          }
        }
      }
    }
  }, 20_000)
})
