import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cron, interval, NONE, type Trigger } from '../../../src/triggers/index.ts'
import { hashSeed, jitterDelay } from '../../../src/triggers/jitter.ts'
import { fires, ms } from './support.ts'

const START = ms('2026-01-01T00:00:00Z')

function bound(trigger: Trigger, seed: string): Trigger {
  return trigger.bind({ timezone: 'UTC', anchorMs: START, seed })
}

function walk(trigger: Trigger, afterMs: number, count: number): number[] {
  const times: number[] = []
  for (let t = trigger.nextAt(afterMs); times.length < count; t = trigger.nextAt(t)) times.push(t)
  return times
}

describe('jitter', () => {
  it('delays each fire by less than the jitter, without reaching the next', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('* * * * * *', '*/5 * * * *', '0 9 * * 1-5', '0 0,1 1 * *'),
        fc.integer({ min: 1, max: 10 * 86_400_000 }),
        fc.string(),
        (text, jitter, seed) => {
          const plain = walk(cron(text, { timezone: 'UTC' }), START, 21)
          // the first delayed fire may be that of a time before START
          const delayed = walk(bound(cron(text, { jitter }), seed), (plain[0] ?? 0) - 1, 20)
          delayed.forEach((time, index) => {
            const base = plain[index] ?? 0
            expect(time).toBeGreaterThanOrEqual(base)
            expect(time).toBeLessThan(Math.min(base + jitter, plain[index + 1] ?? 0))
          })
        },
      ),
      { numRuns: 60, examples: [['* * * * * *', 86_400_000, 'a']] },
    )
  })

  it('is the same from wherever it is asked', () => {
    const trigger = bound(interval('10m', { startDate: START, jitter: '9m' }), 'job')
    const times = walk(trigger, START, 50)
    for (const [index, time] of times.entries()) {
      expect(trigger.nextAt(time - 1)).toBe(time)
      expect(trigger.nextAt((times[index - 1] ?? START - 1) + 1)).toBe(time)
    }
  })

  it('never adds up: the thousandth fire lies within its jitter of the grid', () => {
    const trigger = bound(interval('10s', { startDate: START, jitter: '5s' }), 'job')
    const last = walk(trigger, START - 1, 1_000)[999] ?? 0
    expect(last - START).toBeGreaterThanOrEqual(9_990_000)
    expect(last - START).toBeLessThan(9_995_000)
  })

  it('differs between jobs and between times, and spreads over the whole span', () => {
    const delays = (seed: string): number[] =>
      walk(bound(interval('1h', { startDate: START, jitter: '1h' }), seed), START - 1, 200).map(
        (time, index) => time - START - index * 3_600_000,
      )
    const [a, b] = [delays('a'), delays('b')]
    expect(a).not.toEqual(b)
    expect(new Set(a).size).toBeGreaterThan(190)
    expect(Math.min(...a)).toBeLessThan(360_000)
    expect(Math.max(...a)).toBeGreaterThan(3_240_000)
    const mean = a.reduce((sum, delay) => sum + delay, 0) / a.length
    expect(mean).toBeGreaterThan(1_400_000)
    expect(mean).toBeLessThan(2_200_000)
  })

  it('never passes endDate', () => {
    const endDate = START + 3_600_000
    const trigger = bound(interval('1h', { startDate: START, endDate, jitter: '59m' }), 'job')
    expect(walk(trigger, START - 1, 2)[1]).toBe(endDate)
    expect(trigger.nextAt(endDate)).toBe(Number.POSITIVE_INFINITY)
  })

  it('stays fast when it is far longer than the step', () => {
    const trigger = bound(cron('* * * * * *', { jitter: '30d' }), 'job')
    const began = performance.now()
    expect(walk(trigger, START, 1_000)).toHaveLength(1_000)
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  it('counts and finds the latest of the delayed times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7_200_000 }),
        fc.integer({ min: 0, max: 86_400_000 }),
        fc.integer({ min: 0, max: 86_400_000 }),
        (jitter, a, b) => {
          const trigger = bound(interval('37m', { startDate: START, jitter }), 'job')
          const [from, until] = [START + Math.min(a, b), START + Math.max(a, b)]
          const between = walk(trigger, from, 60).filter((time) => time <= until)
          expect(trigger.countBetween(from, until, 1_000)).toBe(between.length)
          expect(trigger.countBetween(from, until, 3)).toBe(Math.min(3, between.length))
          expect(trigger.latestAt(from, until)).toBe(between.at(-1) ?? NONE)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('needs no binding: the seed is empty then', () => {
    const trigger = cron('0 9 * * *', { timezone: 'UTC', jitter: '1h' })
    expect(fires(trigger, '2026-01-01T00:00:00Z', 3)).toEqual(fires(bound(trigger, ''), '2026-01-01T00:00:00Z', 3))
  })

  it('its hash is a fixed one, because a stored fire time must come out again after an update', () => {
    expect(hashSeed('weekday-report')).toBe(739_110_834)
    expect(jitterDelay(hashSeed('weekday-report'), START, 3_600_000)).toBe(1_573_533)
    expect(jitterDelay(0, -START, 10 ** 12)).toBe(945_324_479_435)
  })
})
