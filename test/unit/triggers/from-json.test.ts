import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  and,
  calendarInterval,
  cron,
  date,
  interval,
  or,
  type Trigger,
  triggerFromJSON,
} from '../../../src/triggers/index.ts'
import { expectError, fires, ms } from './support.ts'

const AFTER = '2026-02-27T22:00:00Z'
const context = { timezone: 'Australia/Lord_Howe', anchorMs: ms('2026-01-31T05:06:07.089Z'), seed: 'job' }

const zone = fc.constantFrom(undefined, 'UTC', 'Europe/Athens', 'America/New_York')
const instant = fc.option(fc.integer({ min: ms('2020-01-01T00:00:00Z'), max: ms('2026-02-01T00:00:00Z') }), {
  nil: undefined,
})
const jitter = fc.constantFrom(undefined, 1, '90s', '2h')
const dst = fc.constantFrom(undefined, { gap: 'skip' as const }, { gap: 'shift' as const, overlap: 'both' as const })
const window = { startDate: instant, jitter }
const wallClock = fc.record({ ...window, timezone: zone, dst })

const leaf: fc.Arbitrary<Trigger> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('0 9 * * 1-5', '*/5 * * * *', '0 0 0 L * * 2026-2030', '@hourly', '0 0 13W * fri#2'),
      wallClock,
    )
    .map(([text, options]) => cron(text, options)),
  fc
    .tuple(
      fc.constantFrom({ day: 'last fri' }, { week: '9-12', hour: 3 }, { month: 'mar-oct/2', second: 15 }),
      wallClock,
    )
    .map(([fields, options]) => cron(fields, options)),
  fc.tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.record(window)).map(([every, options]) => interval(every, options)),
  fc
    .tuple(fc.constantFrom({ days: 3, hour: 4 }, { months: 1 }, { years: 1, weeks: 2, second: 5 }), wallClock)
    .map(([step, options]) => calendarInterval(step, options)),
  fc.integer({ min: ms('2026-03-01T00:00:00Z'), max: ms('2027-01-01T00:00:00Z') }).map((at) => date(at)),
)
const anyTrigger = fc.oneof(
  leaf,
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((triggers) => or(...triggers)),
  fc.constant(and(interval('7m'), or(cron('0 9 * * *'), date('2026-03-01T00:00:00Z')))),
)

describe('a trigger out of its JSON', () => {
  it('behaves the same and gives the same JSON, bound or not', () => {
    fc.assert(
      fc.property(anyTrigger, fc.boolean(), (trigger, isBound) => {
        const original = isBound ? trigger.bind(context) : trigger
        const text = JSON.stringify(original)
        const copy = triggerFromJSON(JSON.parse(text))
        expect(copy.toJSON()).toEqual(original.toJSON())
        expect(JSON.stringify(copy)).toBe(text)
        expect(fires(copy, AFTER, 5)).toEqual(fires(original, AFTER, 5))
      }),
      { numRuns: 150 },
    )
  })

  it('has the version once, in the outermost object, and holds only what was said', () => {
    expect(or(cron(' 0  9 * * *'), interval('5m')).toJSON()).toEqual({
      v: 1,
      type: 'or',
      triggers: [
        { type: 'cron', expression: '0 9 * * *' },
        { type: 'interval', every: 300_000 },
      ],
    })
    expect(cron('0 9 * * *', { timezone: 'UTC', endDate: 0, dst: { overlap: 'last' } }).toJSON()).toEqual({
      v: 1,
      type: 'cron',
      expression: '0 9 * * *',
      timezone: 'UTC',
      endDate: '1970-01-01T00:00:00.000Z',
      dst: { gap: 'after', overlap: 'last' },
    })
    expect(calendarInterval({ months: 1, hour: 9 }).toJSON()).toEqual({
      v: 1,
      type: 'calendarInterval',
      months: 1,
      hour: 9,
    })
    expect(date(0).toJSON()).toEqual({ v: 1, type: 'date', at: '1970-01-01T00:00:00.000Z' })
  })

  it('comes back even when its grid begins after its end', () => {
    const bound = interval('1h', { endDate: '2020-01-01T00:00:00Z' }).bind(context)
    expect(triggerFromJSON(bound.toJSON()).next(new Date(0))).toBeNull()
  })

  it.each<[unknown, string]>([
    [undefined, 'trigger'],
    [null, 'trigger'],
    ['0 9 * * *', 'trigger'],
    [[], 'trigger'],
    [{}, 'trigger'],
    [{ v: 1, type: 'lunar' }, 'type'],
    [{ v: 1, type: 'constructor' }, 'type'],
    [{ v: 1, type: 5 }, 'type'],
    [{ type: 'date', at: '2026-01-01T00:00:00Z' }, 'v'],
    [{ v: 2, type: 'date', at: '2026-01-01T00:00:00Z' }, 'v'],
    [{ v: 1, type: 'date', at: 5 }, 'at'],
    [{ v: 1, type: 'date', at: '2026-01-01T00:00:00Z', on: 1 }, 'on'],
    [{ v: 1, type: 'cron' }, 'expression'],
    [{ v: 1, type: 'cron', expression: 5 }, 'expression'],
    [{ v: 1, type: 'cron', expression: '61 * * * *' }, 'minute'],
    [{ v: 1, type: 'cron', expression: '* * * * *', fields: { hour: 1 } }, 'fields'],
    [{ v: 1, type: 'cron', fields: [] }, 'fields'],
    [{ v: 1, type: 'cron', fields: { hours: 1 } }, 'hours'],
    [{ v: 1, type: 'cron', expression: '* * * * *', timezone: 'Nowhere' }, 'timezone'],
    [{ v: 1, type: 'cron', expression: '* * * * *', seed: 5 }, 'seed'],
    [{ v: 1, type: 'interval' }, 'every'],
    [{ v: 1, type: 'interval', every: 0 }, 'every'],
    [{ v: 1, type: 'interval', every: 5, timezone: 'UTC' }, 'timezone'],
    [{ v: 1, type: 'calendarInterval', hour: 5 }, 'calendarInterval'],
    [{ v: 1, type: 'calendarInterval', days: '1' }, 'days'],
    [{ v: 1, type: 'or' }, 'triggers'],
    [{ v: 1, type: 'or', triggers: [] }, 'triggers'],
    [{ v: 1, type: 'or', triggers: [null] }, 'trigger'],
    [{ v: 1, type: 'or', triggers: [{ v: 1, type: 'date', at: '2026-01-01T00:00:00Z' }] }, 'v'],
  ])('refuses %j, naming %s', (json, field) => {
    expectError(() => triggerFromJSON(json), 'INVALID_TRIGGER', field)
  })

  it('refuses nesting that would exhaust the stack', () => {
    let json: unknown = { type: 'date', at: '2026-01-01T00:00:00Z' }
    for (let depth = 0; depth < 100_000; depth += 1) json = { type: 'or', triggers: [json] }
    expectError(() => triggerFromJSON({ v: 1, type: 'or', triggers: [json] }), 'INVALID_TRIGGER', 'triggers')
  })

  it('refuses a stored expression that never fires', () => {
    expectError(() => triggerFromJSON({ v: 1, type: 'cron', expression: '0 0 31 2 *' }), 'TRIGGER_NEVER_FIRES')
  })
})
