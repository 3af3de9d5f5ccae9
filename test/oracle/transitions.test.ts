/**
 * Every transition of every IANA zone in 2024 to 2026, and some famous ones of other times: what the triggers give
 * around it has to be what the oracle gives, to the millisecond.
 *
 * Transitions that are the same in several zones are tested fully once and with two patterns in the other zones; zones
 * that keep one offset are tested on one day. Differences are collected, so that a failure shows the first of them.
 */

import { afterAll, describe, expect, it } from 'vitest'
import { cron, type Trigger } from '../../src/triggers/index.ts'
import { readCrontab } from './crontab.ts'
import { DEFAULT_POLICY, expectedFires, POLICIES, readTimeline, type Timeline } from './oracle.ts'
import { DAY, HOUR, MINUTE, offsetAt, SECOND, type Transition, transitionsOf } from './zone.ts'

const ZONES = Intl.supportedValuesOf('timeZone')
const FROM = Date.UTC(2024, 0, 1)
const UNTIL = Date.UTC(2027, 0, 1)
const WINDOW = 26 * HOUR
const MARGIN = 4 * HOUR
const SHOWN_DIFFERENCES = 20

const transitions = new Map(ZONES.map((zone) => [zone, transitionsOf(zone, FROM, UNTIL)]))
const distinct = new Map<string, Transition>()
for (const transition of [...transitions.values()].flat()) {
  if (!distinct.has(keyOf(transition))) distinct.set(keyOf(transition), transition)
}
let evaluations = 0

function keyOf({ at, before, after }: Transition): string {
  return `${at} ${before} ${after}`
}

/** Patterns that have to do with the hole or the repeated stretch of a transition. The first three are the core. */
function patternsAround({ at, before, after }: Transition): string[] {
  const first = new Date(at + Math.min(before, after))
  const last = new Date(at + Math.max(before, after))
  const middle = new Date(Math.floor((first.getTime() + last.getTime()) / 2 / MINUTE) * MINUTE)
  const [minute, hour] = [middle.getUTCMinutes(), middle.getUTCHours()]
  const [day, weekday] = [middle.getUTCDate(), middle.getUTCDay()]
  return [
    `${minute} ${hour} * * *`,
    '*/15 * * * *',
    `15,45 ${hour} * * *`,
    `${last.getUTCMinutes()} ${last.getUTCHours()} * * *`,
    `10 ${Math.min(hour, 21)}-${Math.min(hour, 21) + 2} * * *`,
    `${first.getUTCMinutes()} ${first.getUTCHours()} * * *`,
    '*/20 */2 * * *',
    '0 0 * * *',
    '30 * * * *',
    `* ${hour} * * *`,
    '5 0-23 * * *',
    `${minute} ${hour} * * ${weekday}`,
    `${minute} ${hour} * * ${(weekday + 1) % 7}`,
    `${minute} ${hour} ${day} * ${(weekday + 6) % 7}`,
    `${minute} ${hour} */2 * ${weekday}`,
  ]
}

const CORE_PATTERNS = 5

class Comparison {
  readonly differences: string[] = []

  private note(what: string, trigger: Trigger, expected: number | undefined, actual: number): void {
    if (this.differences.length >= SHOWN_DIFFERENCES) return
    this.differences.push(`${JSON.stringify(trigger)} ${what}: expected ${iso(expected)}, got ${iso(actual)}`)
  }

  /** The fires in [from, until], one after the other. */
  chain(trigger: Trigger, expected: readonly number[], from: number, until: number): void {
    let after = from - 1
    for (const fire of expected) {
      const actual = trigger.nextAt(after)
      evaluations += 1
      if (actual !== fire) {
        this.note(`after ${iso(after)}`, trigger, fire, actual)
        return
      }
      after = fire
    }
    const past = trigger.nextAt(after)
    evaluations += 1
    if (past <= until) this.note(`after ${iso(after)}`, trigger, undefined, past)
  }

  /** `next` from every minute of [from, until]; `known` is how far `expected` reaches. */
  everyMinute(trigger: Trigger, expected: readonly number[], from: number, until: number, known: number): void {
    let index = 0
    for (let instant = from; instant <= until; instant += MINUTE) {
      while ((expected[index] ?? Number.POSITIVE_INFINITY) <= instant) index += 1
      const fire = expected[index]
      const actual = trigger.next(new Date(instant))?.getTime() ?? Number.POSITIVE_INFINITY
      evaluations += 1
      if (fire === undefined ? actual <= known : actual !== fire) {
        this.note(`next(${iso(instant)})`, trigger, fire, actual)
      }
    }
  }
}

function iso(instant: number | undefined): string {
  return instant === undefined || !Number.isFinite(instant) ? 'none' : new Date(instant).toISOString()
}

function within(fires: readonly number[], from: number, until: number): number[] {
  return fires.filter((fire) => fire >= from && fire <= until)
}

/** Holds all patterns around a transition against the oracle; the default policies from every minute as well. */
function compareAll(comparison: Comparison, transition: Transition, step: number, window: number): void {
  const { zone, at } = transition
  const [from, until] = [at - window, at + window]
  const timeline = readTimeline(zone, from - MARGIN, until + MARGIN, step)
  const patterns = patternsAround(transition)
  for (const text of patterns) {
    const expected = within(expectedFires(readCrontab(text), timeline), from, until)
    const trigger = cron(text, { timezone: zone })
    comparison.chain(trigger, expected, from, until)
    comparison.everyMinute(trigger, expected, at - 3 * HOUR, at + 3 * HOUR, until)
  }
  for (const dst of POLICIES) {
    for (const text of patterns.slice(0, CORE_PATTERNS)) {
      const expected = within(expectedFires(readCrontab(text), timeline, dst), from, until)
      comparison.chain(cron(text, { timezone: zone, dst }), expected, from, until)
    }
  }
}

describe('triggers against the oracle', () => {
  afterAll(() => {
    console.log(`${evaluations} evaluations, ${distinct.size} distinct transitions, ${ZONES.length} zones`)
  })

  it('finds the transitions of 2024 to 2026', () => {
    expect(distinct.size).toBeGreaterThan(100)
  })

  it('fires around each distinct transition as the policies say', { timeout: 60_000 }, () => {
    const comparison = new Comparison()
    for (const transition of distinct.values()) compareAll(comparison, transition, MINUTE, WINDOW)
    expect(comparison.differences).toEqual([])
  })

  it('fires alike in every zone that shares a transition', { timeout: 60_000 }, () => {
    const comparison = new Comparison()
    const expectations = new Map<string, Timeline>()
    for (const transition of [...transitions.values()].flat()) {
      const { zone, at, before, after } = transition
      const [from, until] = [at - WINDOW, at + WINDOW]
      expect([offsetAt(zone, from - MARGIN), offsetAt(zone, until + MARGIN)]).toEqual([before, after])
      const timeline = expectations.get(keyOf(transition)) ?? readTimeline(zone, from - MARGIN, until + MARGIN, MINUTE)
      expectations.set(keyOf(transition), timeline)
      for (const text of patternsAround(transition).slice(0, 2)) {
        const expected = within(expectedFires(readCrontab(text), timeline, DEFAULT_POLICY), from, until)
        comparison.chain(cron(text, { timezone: zone }), expected, from, until)
      }
    }
    expect(comparison.differences).toEqual([])
  })

  it('fires on the wall clock of every zone without transitions', { timeout: 60_000 }, () => {
    const comparison = new Comparison()
    const from = Date.UTC(2025, 5, 1)
    for (const [zone, found] of transitions) {
      if (found.length > 0) continue
      const timeline = readTimeline(zone, from, from + 2 * DAY, 15 * MINUTE)
      for (const text of ['30 2 * * *', '45 */5 * * *']) {
        const expected = expectedFires(readCrontab(text), timeline)
        comparison.chain(cron(text, { timezone: zone }), expected, from, from + 2 * DAY)
      }
    }
    expect(comparison.differences).toEqual([])
  })

  const SPECIAL: readonly (readonly [zone: string, from: string, until: string, why: string])[] = [
    ['America/Sao_Paulo', '2018-10-01', '2019-03-01', 'a gap at midnight'],
    ['America/Havana', '2012-03-01', '2013-12-01', 'a gap and an overlap at midnight'],
    ['Asia/Beirut', '2022-03-01', '2023-12-01', 'a gap at midnight'],
    ['Africa/Cairo', '2023-04-01', '2023-12-01', 'a gap at midnight'],
    ['Pacific/Apia', '2009-09-01', '2012-05-01', 'a missing day'],
    ['Pacific/Kwajalein', '1993-08-01', '1993-09-01', 'a missing day'],
    ['Australia/Lord_Howe', '2019-01-01', '2020-12-31', '30 minutes'],
    ['Asia/Pyongyang', '2015-01-01', '2018-12-31', '30 minutes, not daylight saving time'],
    ['America/Caracas', '2007-01-01', '2016-12-31', '30 minutes, not daylight saving time'],
    ['Asia/Kathmandu', '1985-12-01', '1986-02-01', '15 minutes'],
    ['Pacific/Chatham', '2019-01-01', '2020-12-31', 'a 45-minute offset'],
    ['Antarctica/Troll', '2019-01-01', '2020-12-31', 'two hours'],
    ['Antarctica/Casey', '2009-01-01', '2020-12-31', 'three hours, not daylight saving time'],
    ['Africa/Casablanca', '2018-01-01', '2020-12-31', 'negative daylight saving time'],
    ['Europe/Dublin', '1971-01-01', '1973-12-31', 'negative daylight saving time'],
    ['Africa/Juba', '2020-12-01', '2021-03-01', 'an hour, not daylight saving time'],
    ['Asia/Tehran', '2021-01-01', '2022-12-31', 'a gap and an overlap at midnight'],
    ['Europe/London', '1940-01-01', '1948-12-31', 'double summer time, before the epoch'],
    ['America/New_York', '2399-01-01', '2400-12-31', 'the far future'],
    ['Europe/Berlin', '9998-01-01', '9999-06-30', 'the end of time'],
    ['Europe/Istanbul', '2014-01-01', '2016-12-31', 'dates that moved at short notice'],
  ]

  it.each(SPECIAL)('fires as the policies say in %s from %s to %s: %s', (zone, from, until) => {
    const comparison = new Comparison()
    const found = transitionsOf(zone, Date.parse(from), Date.parse(until))
    expect(found).not.toEqual([])
    for (const transition of found) compareAll(comparison, transition, MINUTE, WINDOW)
    expect(comparison.differences).toEqual([])
  })

  it('fires as the policies say where the offset has seconds: Monrovia, 1972', () => {
    const comparison = new Comparison()
    const [transition] = transitionsOf('Africa/Monrovia', Date.UTC(1972, 0, 5), Date.UTC(1972, 0, 9))
    if (transition === undefined) throw new Error('the transition of Monrovia in 1972 was not found')
    compareAll(comparison, transition, SECOND, 3 * HOUR)
    expect(comparison.differences).toEqual([])
  })
})
