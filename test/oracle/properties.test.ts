/** Laws that every trigger keeps, for random triggers and instants. A failure prints its seed and its smallest case. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CronwrightError } from '../../src/errors.ts'
import {
  and,
  calendarInterval,
  cron,
  date,
  interval,
  or,
  type Trigger,
  triggerFromJSON,
} from '../../src/triggers/index.ts'
import { crontabs, instantsNear, intervalLengths, SAMPLE_ZONES, sparseCrontabs } from './arbitraries.ts'
import { DAY, HOUR, MINUTE } from './zone.ts'

const zones = fc.constantFrom(...SAMPLE_ZONES)
const instants = instantsNear([])
const base = Date.UTC(2026, 0, 1)
const TIMEOUT = { timeout: 30_000 }

/** `cron`, or `undefined` for what is valid and can never fire. */
function cronOrNever(...[specification, options]: Parameters<typeof cron>): Trigger | undefined {
  try {
    return cron(specification, options)
  } catch (error) {
    if (error instanceof CronwrightError && error.code === 'TRIGGER_NEVER_FIRES') return undefined
    throw error
  }
}

const cronTriggers = fc
  .tuple(crontabs, zones, fc.constantFrom(0, 0, '90s', HOUR))
  .map(([text, timezone, jitter]) => cronOrNever(text, jitter === 0 ? { timezone } : { timezone, jitter }))
  .filter((trigger) => trigger !== undefined)

const fieldTriggers = fc
  .record(
    {
      month: fc.constantFrom('*', '1-6', '*/3', 'jan,jul'),
      day: fc.constantFrom('*', '*/5', 'last', 'last sun', '3rd fri', '1st mon,15'),
      week: fc.constantFrom('*', '1-20', '*/2', 53),
      dayOfWeek: fc.constantFrom('*', 'mon-fri', 0, 7),
      hour: fc.constantFrom('*', '*/4', '2', '1-3', 23),
      minute: fc.constantFrom('*', '*/7', 0, 30),
    },
    { requiredKeys: ['hour'] },
  )
  .chain((fields) => zones.map((timezone) => cronOrNever(fields, { timezone })))
  .filter((trigger) => trigger !== undefined)

const intervalTriggers = fc
  .tuple(intervalLengths, instants, fc.boolean())
  .map(([every, startDate, jittered]) => interval(every, jittered ? { startDate, jitter: '10s' } : { startDate }))

const calendarTriggers = fc
  .tuple(
    fc.constantFrom({ days: 1 }, { days: 10 }, { weeks: 1 }, { months: 1 }, { years: 1 }, { months: 1, days: 3 }),
    fc.integer({ min: 0, max: 23 }),
    instants,
    zones,
  )
  .map(([step, hour, startDate, timezone]) => calendarInterval({ ...step, hour, minute: 30 }, { startDate, timezone }))

const singleTriggers: fc.Arbitrary<Trigger> = fc.oneof(
  { weight: 4, arbitrary: cronTriggers },
  fieldTriggers,
  intervalTriggers,
  calendarTriggers,
  instants.map((at) => date(at)),
)

const triggers: fc.Arbitrary<Trigger> = fc.oneof(
  { weight: 6, arbitrary: singleTriggers },
  fc.array(singleTriggers, { minLength: 1, maxLength: 3 }).map((children) => or(...children)),
)

/** The first `limit` fires in (after, until]. */
function walk(trigger: Trigger, after: number, until: number, limit: number): number[] {
  const fires: number[] = []
  for (let at = trigger.nextAt(after); at <= until && fires.length < limit; at = trigger.nextAt(at)) fires.push(at)
  return fires
}

describe('every trigger', () => {
  it('gives a time strictly after the instant, as a whole millisecond, the same as a Date', TIMEOUT, () => {
    fc.assert(
      fc.property(triggers, instants, (trigger, after) => {
        const next = trigger.nextAt(after)
        expect(next).toBeGreaterThan(after)
        expect(trigger.next(new Date(after))).toEqual(next === Number.POSITIVE_INFINITY ? null : new Date(next))
        expect(trigger.nextAt(after)).toBe(next)
      }),
      { numRuns: 500 },
    )
  })

  it('is monotone, and nothing lies between an instant and its next fire', TIMEOUT, () => {
    fc.assert(
      fc.property(
        triggers,
        instants,
        fc.nat(40 * DAY),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trigger, a, more, part) => {
          const next = trigger.nextAt(a)
          expect(trigger.nextAt(a + more)).toBeGreaterThanOrEqual(next)
          if (next === Number.POSITIVE_INFINITY) return
          expect(trigger.nextAt(a + Math.floor(part * (next - 1 - a)))).toBe(next)
          expect(trigger.nextAt(next - 1)).toBe(next)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('countBetween and latestAt say what a walk finds', TIMEOUT, () => {
    fc.assert(
      fc.property(
        triggers,
        instants,
        fc.oneof(fc.nat(2 * DAY), fc.nat(400 * DAY)),
        fc.integer({ min: 1, max: 300 }),
        (...drawn) => {
          const [trigger, after, length, limit] = drawn
          const until = after + length
          const fires = walk(trigger, after, until, 2_000)
          expect(trigger.countBetween(after, until, limit)).toBe(Math.min(fires.length, limit))
          if (fires.length === 2_000) return
          expect(trigger.latestAt(after, until)).toBe(fires.at(-1) ?? Number.NEGATIVE_INFINITY)
          const middle = fires[Math.floor(fires.length / 2)]
          if (middle === undefined) return
          expect(trigger.latestAt(after, middle)).toBe(middle)
          expect(trigger.latestAt(middle, middle)).toBe(Number.NEGATIVE_INFINITY)
          expect(trigger.countBetween(after, middle, 3_000)).toBe(fires.indexOf(middle) + 1)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('is the same after a trip through JSON', TIMEOUT, () => {
    fc.assert(
      fc.property(triggers, instants, (trigger, after) => {
        const text = JSON.stringify(trigger.toJSON())
        const read = triggerFromJSON(JSON.parse(text))
        expect(JSON.stringify(read)).toBe(text)
        expect(walk(read, after, Number.MAX_SAFE_INTEGER, 4)).toEqual(walk(trigger, after, Number.MAX_SAFE_INTEGER, 4))
        expect(read.toString()).toBe(trigger.toString())
        expect(trigger.toString()).not.toBe('')
      }),
      { numRuns: 300 },
    )
  })

  it('is the same after a trip through JSON when bound', TIMEOUT, () => {
    const unbound: fc.Arbitrary<Trigger> = fc.oneof(
      sparseCrontabs.map((text) => cronOrNever(text, { jitter: '10m' })).filter((trigger) => trigger !== undefined),
      intervalLengths.map((every) => interval(every, { jitter: 100 })),
      fc.constantFrom({ days: 3 }, { months: 1, hour: 5 }).map((step) => calendarInterval(step)),
      intervalLengths.map((every) => or(interval(every), cron('0 9 * * *'))),
    )
    fc.assert(
      fc.property(unbound, instants, zones, fc.string({ maxLength: 8 }), (trigger, anchorMs, timezone, seed) => {
        const bound = trigger.bind({ timezone, anchorMs, seed })
        expect(bound.bind({ timezone: 'Asia/Tokyo', anchorMs: anchorMs + 1_234_567, seed: `${seed}!` })).toBe(bound)
        const read = triggerFromJSON(JSON.parse(JSON.stringify(bound)))
        expect(read.toJSON()).toEqual(bound.toJSON())
        expect(walk(read, anchorMs, Number.MAX_SAFE_INTEGER, 5)).toEqual(
          walk(bound, anchorMs, Number.MAX_SAFE_INTEGER, 5),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('is the same when a crontab is read back from its text', TIMEOUT, () => {
    fc.assert(
      fc.property(crontabs, zones, instants, (text, timezone, after) => {
        const trigger = cronOrNever(text, { timezone })
        fc.pre(trigger !== undefined)
        const [, expression = '', zone = ''] = /^cron (.+) in (\S+)$/.exec(String(trigger)) ?? []
        const read = cron(expression, { timezone: zone })
        expect(read.toJSON()).toEqual(trigger.toJSON())
        expect(read.nextAt(after)).toBe(trigger.nextAt(after))
      }),
      { numRuns: 300 },
    )
  })

  it('reads or refuses JSON with one value changed, with an error of its own', TIMEOUT, () => {
    fc.assert(
      fc.property(triggers, fc.nat(), fc.jsonValue(), (trigger, index, value) => {
        const json = JSON.parse(JSON.stringify(trigger)) as Record<string, unknown>
        const keys = Object.keys(json)
        const key = keys[index % keys.length] ?? ''
        try {
          const read = triggerFromJSON({ ...json, [key]: value })
          expect(triggerFromJSON(JSON.parse(JSON.stringify(read))).toJSON()).toEqual(read.toJSON())
        } catch (error) {
          expect(error).toBeInstanceOf(CronwrightError)
          expect(error).toMatchObject({ code: expect.stringMatching(/^(INVALID_TRIGGER|TRIGGER_NEVER_FIRES)$/) })
        }
      }),
      { numRuns: 500 },
    )
  })

  it('refuses any other JSON with an error of its own', TIMEOUT, () => {
    const broken = fc.tuple(triggers, fc.string({ minLength: 1 }), fc.jsonValue()).map(([trigger, key, value]) => ({
      ...(JSON.parse(JSON.stringify(trigger)) as object),
      [`${key}?`]: value,
    }))
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), broken), (json) => {
        expect(() => triggerFromJSON(json)).toThrow(CronwrightError)
      }),
      { numRuns: 300 },
    )
  })
})

describe('jitter', () => {
  const jittered = fc.record({
    jitter: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constantFrom(MINUTE, HOUR, 30 * DAY)),
    seed: fc.string({ maxLength: 10 }),
    startDate: fc.integer({ min: base, max: base + 365 * DAY }),
    length: fc.option(fc.integer({ min: HOUR, max: 40 * DAY })),
    build: fc.oneof(
      fc.tuple(sparseCrontabs, zones).map(
        ([text, timezone]) =>
          (options: object) =>
            cron(text, { timezone, ...options }),
      ),
      intervalLengths.map((every) => (options: object) => interval(every, options)),
      zones.map(
        (timezone) => (options: object) => calendarInterval({ days: 2, hour: 2, minute: 30 }, { timezone, ...options }),
      ),
    ),
  })

  it('moves each fire later by at most the jitter, never to the next fire, never past the end date', TIMEOUT, () => {
    fc.assert(
      fc.property(jittered, ({ jitter, seed, startDate, length, build }) => {
        const window = length === null ? { startDate } : { startDate, endDate: startDate + length }
        const context = { timezone: 'UTC', anchorMs: startDate, seed }
        let plain: Trigger
        try {
          plain = build(window).bind(context)
        } catch (error) {
          if (error instanceof CronwrightError && error.code === 'TRIGGER_NEVER_FIRES') return
          throw error
        }
        const moved = build({ ...window, jitter }).bind(context)
        const fires = walk(plain, startDate - 1, Number.MAX_SAFE_INTEGER, 41)
        const movedFires = walk(moved, startDate - 1, Number.MAX_SAFE_INTEGER, 41)
        expect(movedFires).toHaveLength(fires.length)
        for (const [index, fire] of fires.slice(0, 40).entries()) {
          const at = movedFires[index] ?? Number.NaN
          expect(at).toBeGreaterThanOrEqual(fire)
          expect(at).toBeLessThanOrEqual(Math.min(fire + jitter, window.endDate ?? Number.POSITIVE_INFINITY))
          expect(at).toBeLessThan(fires[index + 1] ?? Number.POSITIVE_INFINITY)
          // It is a pure function of the fire, wherever it is asked from.
          const before = movedFires[index - 1] ?? startDate - 1
          expect(moved.nextAt(before)).toBe(at)
          expect(moved.nextAt(Math.floor((before + at) / 2))).toBe(at)
          expect(moved.nextAt(at - 1)).toBe(at)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('countBetween and latestAt count the moved fires, also from and to the midst of a delay', TIMEOUT, () => {
    const delayed = fc
      .tuple(intervalLengths, fc.constantFrom(7, MINUTE, 30 * DAY))
      .chain(([every, jitter]) =>
        fc.constantFrom<Trigger>(
          interval(every, { startDate: base, jitter }),
          cron('*/20 9-11 * * *', { timezone: 'Europe/Berlin', startDate: base, jitter }),
        ),
      )
    fc.assert(
      fc.property(delayed, fc.nat(40), fc.nat(40), fc.double({ min: -1, max: 1, noNaN: true }), (...drawn) => {
        const [trigger, first, length, part] = drawn
        const fires = walk(trigger, base - 1, Number.MAX_SAFE_INTEGER, 90)
        const gap = (fires[1] ?? 0) - (fires[0] ?? 0)
        const after = (fires[first] ?? 0) + Math.floor(part * gap)
        const until = (fires[first + length] ?? 0) + Math.floor(part * part * gap)
        const inside = fires.filter((fire) => fire > after && fire <= until)
        expect(trigger.countBetween(after, until, 80)).toBe(inside.length)
        expect(trigger.countBetween(after, until, 3)).toBe(Math.min(inside.length, 3))
        expect(trigger.latestAt(after, until)).toBe(inside.at(-1) ?? Number.NEGATIVE_INFINITY)
      }),
      { numRuns: 500 },
    )
  })

  it('spreads different seeds and different fires, and repeats itself for the same seed', () => {
    const trigger = cron('0 9 * * *', { timezone: 'UTC', jitter: '1h' })
    const bind = (seed: string): number[] =>
      walk(trigger.bind({ timezone: 'UTC', anchorMs: base, seed }), base, Number.MAX_SAFE_INTEGER, 200)
    const delays = (seed: string): number[] => bind(seed).map((fire) => (fire % DAY) - 9 * HOUR)
    expect(bind('a')).toEqual(bind('a'))
    expect(delays('a')).not.toEqual(delays('b'))
    const mean = delays('a').reduce((sum, delay) => sum + delay, 0) / 200
    expect(mean).toBeGreaterThan(0.4 * HOUR)
    expect(mean).toBeLessThan(0.6 * HOUR)
    const starts = Array.from({ length: 300 }, (_, index) => delays(`job-${index}`)[0] ?? 0)
    expect(new Set(starts.map((delay) => Math.floor(delay / (6 * MINUTE)))).size).toBe(10)
  })

  it('is quick for a large jitter on a dense trigger', () => {
    const trigger = cron('* * * * * *', { timezone: 'Europe/Berlin', jitter: '30d' })
    const started = performance.now()
    expect(walk(trigger, base, Number.MAX_SAFE_INTEGER, 1_000)).toHaveLength(1_000)
    expect(trigger.latestAt(base, base + 30 * DAY)).toBeGreaterThan(base + 30 * DAY - 2_001)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('combined triggers', () => {
  const member: fc.Arbitrary<Trigger> = fc
    .oneof(
      fc
        .tuple(sparseCrontabs, fc.constantFrom('UTC', 'Europe/Berlin'))
        .map(([text, timezone]) => cronOrNever(text, { timezone })),
      fc
        .tuple(fc.constantFrom(MINUTE, 6 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR), fc.constantFrom(0, MINUTE, 5 * MINUTE))
        .map(([every, startDate]) => interval(every, { startDate })),
      fc.constant(cron('*/6 * * * *', { timezone: 'UTC' })),
    )
    .filter((trigger) => trigger !== undefined)
  const members = fc.array(member, { minLength: 1, maxLength: 3 })
  const starts = fc.integer({ min: base, max: base + 365 * DAY })
  const LENGTH = 4 * DAY

  it('or is the union', TIMEOUT, () => {
    fc.assert(
      fc.property(members, starts, (children, after) => {
        const all = new Set(children.flatMap((child) => walk(child, after, after + LENGTH, Number.POSITIVE_INFINITY)))
        const expected = [...all].sort((a, b) => a - b)
        expect(walk(or(...children), after, after + LENGTH, Number.POSITIVE_INFINITY)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('and is the intersection', TIMEOUT, () => {
    fc.assert(
      fc.property(members, starts, (children, after) => {
        const [first, ...others] = children.map((child) => walk(child, after, after + LENGTH, Number.POSITIVE_INFINITY))
        const expected = (first ?? []).filter((fire) => others.every((fires) => fires.includes(fire)))
        let both: Trigger
        try {
          both = and(...children)
        } catch (error) {
          if (!(error instanceof CronwrightError) || error.code !== 'TRIGGER_NEVER_FIRES') throw error
          expect(expected).toEqual([])
          return
        }
        expect(walk(both, after, after + LENGTH, Number.POSITIVE_INFINITY)).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })
})
