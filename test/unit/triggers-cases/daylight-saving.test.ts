/**
 * What the peers do around daylight saving time, and what we do. The answers are computed by hand from the published
 * transitions; titles note the peers' answers where they differ ("APS" is APScheduler).
 */

import { describe, expect, it } from 'vitest'
import {
  calendarInterval,
  cron,
  type DstPolicy,
  fireTimes,
  interval,
  type Trigger,
} from '../../../src/triggers/index.ts'

interface Case {
  readonly text: string
  readonly zone: string
  readonly after: string
  readonly fires: readonly string[]
  readonly dst?: Partial<DstPolicy>
  readonly note: string
}

const NEW_YORK = { zone: 'America/New_York' }
const BERLIN_SPRING = { zone: 'Europe/Berlin', after: '2026-03-28T12:00:00Z' }
const BERLIN_AUTUMN = { zone: 'Europe/Berlin', after: '2026-10-24T12:00:00Z' }

const CASES: readonly Case[] = [
  // APScheduler's own cases.
  {
    text: '0 8 * * *',
    zone: 'US/Eastern',
    after: '2013-03-09T17:00:00Z',
    fires: ['2013-03-10T12:00:00Z'],
    note: 'all agree',
  },
  {
    text: '0 8 * * *',
    zone: 'US/Eastern',
    after: '2013-11-02T16:00:00Z',
    fires: ['2013-11-03T13:00:00Z'],
    note: 'all agree',
  },
  {
    ...{ text: '*/30 * * * *', ...NEW_YORK, after: '2013-03-10T06:35:00Z' },
    fires: ['2013-03-10T07:00:00Z', '2013-03-10T07:30:00Z'],
    note: 'goscheduler loops',
  },
  {
    ...{ text: '*/30 * * * *', ...NEW_YORK, after: '2013-11-03T05:35:00Z' },
    fires: ['2013-11-03T06:00:00Z', '2013-11-03T06:30:00Z', '2013-11-03T07:00:00Z'],
    note: 'goscheduler skips an hour',
  },
  {
    ...{ text: '30 1 * * *', ...NEW_YORK, after: '2013-11-02T12:00:00Z' },
    fires: ['2013-11-03T05:30:00Z', '2013-11-04T06:30:00Z'],
    note: 'APS fires twice',
  },
  {
    ...{ text: '30 1 * * *', ...NEW_YORK, after: '2013-11-03T05:30:00Z', dst: { overlap: 'both' } },
    fires: ['2013-11-03T06:30:00Z', '2013-11-04T06:30:00Z'],
    note: 'as APS when asked for both',
  },
  {
    ...{ text: '30 * * * *', zone: 'Europe/Helsinki', after: '2017-10-29T01:30:00.005Z' },
    fires: ['2017-10-29T02:30:00Z'],
    note: 'as APS',
  },
  {
    ...{ text: '0 * * * *', zone: 'Europe/Berlin', after: '2024-10-26T23:59:59Z' },
    fires: ['2024-10-27T00:00:00Z', '2024-10-27T01:00:00Z', '2024-10-27T02:00:00Z'],
    note: 'as APS 4',
  },
  {
    ...{ text: '1 * * * *', zone: 'Europe/Berlin', after: '2024-10-27T00:00:59Z' },
    fires: ['2024-10-27T00:01:00Z', '2024-10-27T01:01:00Z', '2024-10-27T02:01:00Z'],
    note: 'as APS 4',
  },
  {
    ...{ text: '0 2 * * *', zone: 'US/Eastern', after: '2013-03-10T01:00:00Z' },
    fires: ['2013-03-10T07:00:00Z', '2013-03-11T06:00:00Z'],
    note: 'APS 3 the same instant, APS 4 skips the day, goscheduler loops',
  },
  {
    ...{ text: '30 2 * * *', ...NEW_YORK, after: '2013-03-10T01:00:00Z' },
    fires: ['2013-03-10T07:00:00Z', '2013-03-11T06:30:00Z'],
    note: 'APS 3 at 07:30Z, APS 4 skips the day',
  },
  {
    ...{ text: '30 2 * * *', ...NEW_YORK, after: '2013-03-10T01:00:00Z', dst: { gap: 'shift' } },
    fires: ['2013-03-10T07:30:00Z', '2013-03-11T06:30:00Z'],
    note: 'as APS 3 when asked to shift',
  },
  {
    ...{ text: '30 2 * * *', ...NEW_YORK, after: '2013-03-10T01:00:00Z', dst: { gap: 'skip' } },
    fires: ['2013-03-11T06:30:00Z'],
    note: 'as APS 4 when asked to skip',
  },
  {
    ...{ text: '30 3 * * *', zone: 'Europe/Helsinki', after: '2017-03-25T12:00:00Z' },
    fires: ['2017-03-26T01:00:00Z', '2017-03-27T00:30:00Z'],
    note: 'APS 3 at 01:30Z, APS 4 skips the day, goscheduler 04:30',
  },
  {
    ...{ text: '0 0 * * *', zone: 'America/Sao_Paulo', after: '2018-11-03T12:00:00Z' },
    fires: ['2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
    note: 'APS skips the day, goscheduler hangs',
  },
  {
    ...{ text: '15 2 * * *', zone: 'Australia/Lord_Howe', after: '2024-10-05T12:00:00Z' },
    fires: ['2024-10-05T15:30:00Z', '2024-10-06T15:15:00Z'],
    note: 'APS 3 at 15:45Z, APS 4 and goscheduler skip the day',
  },
  {
    ...{ text: '45 1 * * *', zone: 'Australia/Lord_Howe', after: '2024-04-06T12:00:00Z' },
    fires: ['2024-04-06T14:45:00Z', '2024-04-07T15:15:00Z'],
    note: 'APS fires twice',
  },
  {
    ...{ text: '30 1 * * *', zone: 'Europe/London', after: '2024-03-30T12:00:00Z' },
    fires: ['2024-03-31T01:00:00Z', '2024-04-01T00:30:00Z'],
    note: 'APS 3 at 01:30Z, APS 4 skips the day',
  },
  {
    ...{ text: '0 12 * * *', zone: 'Pacific/Apia', after: '2011-12-29T00:00:00Z' },
    fires: ['2011-12-29T22:00:00Z', '2011-12-30T10:00:00Z', '2011-12-30T22:00:00Z'],
    note: 'peers have no fire for the missing day',
  },

  // Node.js peers, Berlin 2026.
  {
    ...{ text: '30 2 * * *', ...BERLIN_SPRING },
    fires: ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
    note: 'croner and cron the same, cron-parser 01:30Z, node-cron no run that day',
  },
  {
    ...{ text: '30 2 * * *', ...BERLIN_AUTUMN },
    fires: ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
    note: 'croner, cron-parser and cron the same, node-cron the second pass',
  },
  {
    ...{ text: '*/15 * * * *', zone: 'Europe/Berlin', after: '2026-10-24T23:45:00Z' },
    fires: ['00:00', '00:15', '00:30', '00:45', '01:00', '01:15'].map((time) => `2026-10-25T${time}:00Z`),
    note: 'node-cron jumps to 01:00Z',
  },
  {
    ...{ text: '0 * * * *', zone: 'Europe/Berlin', after: '2026-10-24T22:30:00Z' },
    fires: ['2026-10-24T23:00:00Z', '2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z'],
    note: 'node-cron skips 00:00Z',
  },
  {
    ...{ text: '15,45 2 * * *', ...BERLIN_SPRING },
    fires: ['2026-03-29T01:00:00Z', '2026-03-30T00:15:00Z', '2026-03-30T00:45:00Z'],
    note: 'croner does not run at all on the 29th',
  },
  {
    ...{ text: '15,45 2 * * *', ...BERLIN_AUTUMN },
    fires: ['2026-10-25T00:15:00Z', '2026-10-25T00:45:00Z', '2026-10-26T01:15:00Z'],
    note: 'croner runs four times on the 25th',
  },
  {
    ...{ text: '15,45 2 * * *', ...BERLIN_SPRING, dst: { gap: 'shift' } },
    fires: ['2026-03-29T01:15:00Z', '2026-03-29T01:45:00Z', '2026-03-30T00:15:00Z'],
    note: 'each by the length of the gap',
  },
  {
    ...{ text: '0 2,3 * * *', ...BERLIN_SPRING },
    fires: ['2026-03-29T01:00:00Z', '2026-03-30T00:00:00Z', '2026-03-30T01:00:00Z'],
    note: 'the fire of the gap merges with the one at 03:00',
  },
  {
    ...{ text: '30 */2 * * *', zone: 'Europe/Berlin', after: '2026-03-28T23:30:00Z' },
    fires: ['2026-03-29T02:30:00Z', '2026-03-29T04:30:00Z'],
    note: 'a wildcard hour has no fire for 02:30',
  },
]

function firesOf(trigger: Trigger, after: string, count: number): string[] {
  return fireTimes(trigger, { after: new Date(after), count }).map((fire) => fire.toISOString().replace('.000Z', 'Z'))
}

describe('cron around daylight saving time', () => {
  it.each(CASES)('FD-49 $text in $zone after $after with $dst ($note)', ({ text, zone, after, fires, dst }) => {
    const trigger = cron(text, { timezone: zone, ...(dst === undefined ? {} : { dst }) })
    expect(firesOf(trigger, after, fires.length)).toEqual(fires)
  })
})

describe('intervals around daylight saving time', () => {
  it('an hour is an hour in the gap and in the overlap; APS 4 repeats an instant and leaves a hole', () => {
    const spring = interval('1h', { startDate: '2013-03-10T01:05:00-05:00' })
    expect(firesOf(spring, '2013-03-10T06:05:00Z', 2)).toEqual(['2013-03-10T07:05:00Z', '2013-03-10T08:05:00Z'])
    const autumn = interval('1h', { startDate: '2013-11-03T01:05:00-04:00' })
    expect(firesOf(autumn, '2013-11-03T05:05:00Z', 2)).toEqual(['2013-11-03T06:05:00Z', '2013-11-03T07:05:00Z'])
  })

  it('an interval of a day is 24 hours; APS 4 keeps the wall clock', () => {
    const daily = interval({ days: 1 }, { startDate: '2026-03-07T09:00:00-05:00' })
    expect(firesOf(daily, '2026-03-07T14:00:00Z', 1)).toEqual(['2026-03-08T14:00:00Z'])
  })

  it('a calendar interval of a day keeps the wall clock', () => {
    const daily = calendarInterval(
      { days: 1, hour: 9 },
      { timezone: 'America/New_York', startDate: '2026-03-07T00:00:00-05:00' },
    )
    expect(firesOf(daily, '2026-03-07T14:00:00Z', 1)).toEqual(['2026-03-08T13:00:00Z'])
  })

  it('a calendar interval in the gap fires right after it; APS skips the day', () => {
    const specification = { days: 1, hour: 2, minute: 30 }
    const options = { timezone: 'Europe/Berlin', startDate: '2016-03-27T00:00:00+01:00' }
    expect(firesOf(calendarInterval(specification, options), '2016-03-26T00:00:00Z', 2)).toEqual([
      '2016-03-27T01:00:00Z',
      '2016-03-28T00:30:00Z',
    ])
    const skipping = calendarInterval(specification, { ...options, dst: { gap: 'skip' } })
    expect(firesOf(skipping, '2016-03-26T00:00:00Z', 1)).toEqual(['2016-03-28T00:30:00Z'])
    const shifting = calendarInterval(specification, { ...options, dst: { gap: 'shift' } })
    expect(firesOf(shifting, '2016-03-26T00:00:00Z', 1)).toEqual(['2016-03-27T01:30:00Z'])
  })

  it('a calendar interval in the overlap fires once', () => {
    const options = { timezone: 'Europe/Berlin', startDate: '2016-10-30T00:00:00+02:00' }
    const everyOtherDay = calendarInterval({ days: 2, hour: 2, minute: 30 }, options)
    expect(firesOf(everyOtherDay, '2016-10-29T00:00:00Z', 2)).toEqual(['2016-10-30T00:30:00Z', '2016-11-01T01:30:00Z'])
    const last = calendarInterval({ days: 2, hour: 2, minute: 30 }, { ...options, dst: { overlap: 'last' } })
    expect(firesOf(last, '2016-10-29T00:00:00Z', 2)).toEqual(['2016-10-30T01:30:00Z', '2016-11-01T01:30:00Z'])
  })
})
