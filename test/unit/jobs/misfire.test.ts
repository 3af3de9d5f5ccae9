import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CATCH_UP_LIMIT, decideFire, type FireDecision, LISTED_SKIPS } from '../../../src/jobs/misfire.ts'
import { DEFAULT_POLICY, type JobPolicy } from '../../../src/jobs/policy.ts'
import { cron, date, interval, NEVER, or, type Trigger } from '../../../src/triggers/index.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 1)
const hourly = interval('1h', { startDate: new Date(START) })

function policy(changes: Partial<JobPolicy> = {}): JobPolicy {
  return { ...DEFAULT_POLICY, ...changes }
}

/** Every fire time from the cursor to now, one after the other. */
function walk(trigger: Trigger, cursor: number, now: number): number[] {
  const times: number[] = []
  for (let at = cursor; at <= now; at = trigger.nextAt(at)) times.push(at)
  return times
}

/** Each decided fire time with what became of it, in order; a summed up skip stands for the times it covers. */
function fates(decision: FireDecision, times: readonly number[]): [number, string][] {
  const places = new Map(times.map((at, index) => [at, index]))
  const decided = decision.runs.map((at): [number, string] => [at, 'run'])
  for (const { at, count, reason } of decision.skipped) {
    const end = (places.get(at) ?? Number.NaN) + 1
    for (const covered of times.slice(end - count, end)) decided.push([covered, reason])
  }
  return decided.sort(([a], [b]) => a - b)
}

describe('FD-57 what becomes of missed fire times', () => {
  const now = START + 3 * HOUR + 60_000
  const cursor = START + HOUR

  test('one that is in time runs, and the cursor goes to the next', () => {
    expect(decideFire(hourly, START, START + 5, policy())).toEqual({ runs: [START], skipped: [], next: START + HOUR })
  })

  test('coalesce: after 3 hours down an hourly job runs once, for the last of them', () => {
    expect(decideFire(hourly, cursor, now, policy())).toEqual({
      runs: [START + 3 * HOUR],
      skipped: [
        { at: START + HOUR, count: 1, reason: 'coalesced' },
        { at: START + 2 * HOUR, count: 1, reason: 'coalesced' },
      ],
      next: START + 4 * HOUR,
    })
  })

  test('without coalesce: after 3 hours down an hourly job runs 3 times', () => {
    expect(decideFire(hourly, cursor, now, policy({ coalesce: false }))).toEqual({
      runs: [START + HOUR, START + 2 * HOUR, START + 3 * HOUR],
      skipped: [],
      next: START + 4 * HOUR,
    })
  })

  test('grace: after 3 hours down an hourly job that may be 10 seconds late runs not at all', () => {
    for (const coalesce of [true, false]) {
      const decision = decideFire(hourly, cursor, now, policy({ coalesce, misfireGraceMs: 10_000 }))
      expect(decision.runs).toEqual([])
      expect(decision.skipped.map(({ at, reason }) => [at, reason])).toEqual([
        [START + HOUR, 'misfire'],
        [START + 2 * HOUR, 'misfire'],
        [START + 3 * HOUR, 'misfire'],
      ])
      expect(decision.next).toBe(START + 4 * HOUR)
    }
  })

  test('grace without coalesce: what is young enough runs, what is older is a misfire', () => {
    const decision = decideFire(hourly, cursor, now, policy({ coalesce: false, misfireGraceMs: HOUR + 60_000 }))
    expect(decision.runs).toEqual([START + 2 * HOUR, START + 3 * HOUR])
    expect(decision.skipped).toEqual([{ at: START + HOUR, count: 1, reason: 'misfire' }])
  })

  test('a fire time that is late by exactly its grace runs, one millisecond more and it does not', () => {
    const late = (ms: number): number =>
      decideFire(hourly, START, START + ms, policy({ misfireGraceMs: 500 })).runs.length
    expect([late(500), late(501)]).toEqual([1, 0])
    const missed = (ms: number): readonly number[] =>
      decideFire(hourly, START, START + HOUR + ms, policy({ misfireGraceMs: 500 })).runs
    expect([missed(500), missed(501)]).toEqual([[START + HOUR], []])
  })

  test('a late one-off still runs, and after it there is nothing more', () => {
    const once = date(new Date(START))
    expect(decideFire(once, START, START + 30 * HOUR, policy())).toEqual({ runs: [START], skipped: [], next: NEVER })
    expect(decideFire(once, START, START + 2, policy({ misfireGraceMs: 1 }))).toMatchObject({ runs: [], next: NEVER })
  })

  test('a trigger that ended while the scheduler was down has no next fire time', () => {
    const ended = interval('1h', { startDate: new Date(START), endDate: new Date(START + 2 * HOUR) })
    const decision = decideFire(ended, START, START + 9 * HOUR, policy({ coalesce: false }))
    expect(decision).toEqual({ runs: [START, START + HOUR, START + 2 * HOUR], skipped: [], next: NEVER })
  })

  test('a cursor that a person set beside the grid is a fire time as well', () => {
    const moved = START + 10
    expect(decideFire(hourly, moved, START + HOUR, policy({ coalesce: false })).runs).toEqual([moved, START + HOUR])
    expect(decideFire(hourly, moved, START + HOUR, policy())).toMatchObject({
      runs: [START + HOUR],
      skipped: [{ at: moved, count: 1, reason: 'coalesced' }],
    })
  })
})

describe('a long outage is bounded', () => {
  const secondly = interval('1s', { startDate: new Date(START) })
  const year = 365 * 24 * HOUR
  const seconds = year / 1_000

  test('catching up stops at its limit: the newest run, the older are skipped with that reason', () => {
    const now = START + (CATCH_UP_LIMIT + 5) * 1_000
    const decision = decideFire(secondly, START, now, policy({ coalesce: false }))
    expect(decision.runs).toHaveLength(CATCH_UP_LIMIT)
    expect(decision.runs[0]).toBe(now - (CATCH_UP_LIMIT - 1) * 1_000)
    expect(decision.runs.at(-1)).toBe(now)
    expect(decision.skipped).toHaveLength(6)
    expect(new Set(decision.skipped.map(({ reason }) => reason))).toEqual(new Set(['catch-up-limit']))
  })

  test('exactly as many as may be caught up are all caught up', () => {
    const now = START + (CATCH_UP_LIMIT - 1) * 1_000
    const decision = decideFire(secondly, START, now, policy({ coalesce: false }))
    expect(decision.runs).toHaveLength(CATCH_UP_LIMIT)
    expect(decision.skipped).toEqual([])
  })

  test('skipped times beyond those listed one by one are summed up in one that names the last', () => {
    const { runs, skipped } = decideFire(secondly, START, START + 1_000_000, policy())
    expect(runs).toEqual([START + 1_000_000])
    expect(skipped).toHaveLength(LISTED_SKIPS + 1)
    expect(skipped.at(-1)).toEqual({ at: START + 999_000, count: 1_000 - LISTED_SKIPS, reason: 'coalesced' })
  })

  test.each([true, false])(
    'an interval of 1 s that is a year overdue is counted exactly (coalesce: %s)',
    (coalesce) => {
      const { runs, skipped } = decideFire(secondly, START, START + year, policy({ coalesce }))
      const counted = skipped.reduce((sum, { count }) => sum + count, runs.length)
      expect(counted).toBe(seconds + 1)
    },
  )

  test.each([
    ['interval of 1 s', secondly, true, null],
    ['interval of 1 s', secondly, false, null],
    ['interval of 1 s', secondly, false, 60_000],
    ['interval of 1 s with jitter', interval('1s', { startDate: new Date(START), jitter: '900ms' }), false, null],
  ] as const)(
    'an %s that is a year overdue is decided in less than 5 ms (coalesce: %s %s)',
    (_name, trigger, coalesce, misfireGraceMs) => {
      const decide = (): FireDecision => decideFire(trigger, START, START + year, policy({ coalesce, misfireGraceMs }))
      const times = Array.from({ length: 21 }, () => {
        const before = performance.now()
        decide()
        return performance.now() - before
      })
      expect(times.sort((a, b) => a - b)[10]).toBeLessThan(5)
    },
  )

  test('a cron of every second that is a year overdue is decided without walking the year', () => {
    const everySecond = cron('* * * * * *', { timezone: 'Europe/Athens' })
    const { runs, skipped } = decideFire(everySecond, START, START + year, policy())
    expect(runs).toEqual([START + year])
    expect(skipped.at(-1)?.at).toBe(START + year - 1_000)
    expect(skipped).toHaveLength(LISTED_SKIPS + 1)
  })
})

describe('nothing is silent', () => {
  const triggers = fc.oneof(
    fc
      .record({ every: fc.integer({ min: 1, max: 5_000 }), jitter: fc.nat(4_000) })
      .map(({ every, jitter }) => interval(every * 1_000, { startDate: new Date(START), jitter })),
    fc.constantFrom(
      cron('*/7 * * * *', { timezone: 'Europe/Athens' }),
      cron('30 2,3 * * *', { timezone: 'Europe/Athens' }),
      cron('0 0 13 * 5', { timezone: 'UTC' }),
      cron('*/20 * * * * *', { timezone: 'America/New_York', jitter: '30s' }),
      or(interval('50m', { startDate: new Date(START) }), cron('0 * * * *', { timezone: 'UTC' })),
    ),
  )

  test('each fire time from the cursor to now is decided exactly once, as a naive walk would', () => {
    fc.assert(
      fc.property(
        triggers,
        fc.integer({ min: 0, max: 300 * 24 * HOUR }),
        fc.nat(2_500),
        fc.nat(10_000),
        fc.boolean(),
        fc.option(fc.integer({ min: 1, max: 20 * HOUR })),
        (trigger, after, missed, lateBy, coalesce, misfireGraceMs) => {
          const cursor = trigger.nextAt(START + after)
          let now = cursor
          for (let step = 0; step < missed && trigger.nextAt(now) < START + 8 * 365 * 24 * HOUR; step += 1) {
            now = trigger.nextAt(now)
          }
          now += lateBy
          const times = walk(trigger, cursor, now)
          const decision = decideFire(trigger, cursor, now, policy({ coalesce, misfireGraceMs }))
          const isYoung = (at: number): boolean => misfireGraceMs === null || now - at <= misfireGraceMs
          const last = times.at(-1) ?? Number.NaN
          const expected = times.map((at, index): [number, string] => {
            if (coalesce && at !== last) return [at, isYoung(last) ? 'coalesced' : 'misfire']
            if (!isYoung(at)) return [at, 'misfire']
            return [at, times.length - index <= CATCH_UP_LIMIT ? 'run' : 'catch-up-limit']
          })
          expect(fates(decision, times)).toEqual(expected)
          expect(decision.runs).toEqual([...decision.runs].sort((a, b) => a - b))
          expect(decision.next).toBe(trigger.nextAt(now))
        },
      ),
      { numRuns: 100 },
    )
  })
})
