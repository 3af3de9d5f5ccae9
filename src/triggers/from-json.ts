/** Triggers out of their JSON. Every value is checked as if a user had written it, for stores can hold anything. */

import { TriggerError } from '../errors.ts'
import { AndTrigger } from './and.ts'
import { CALENDAR_PARTS, CalendarIntervalTrigger, calendarParts } from './calendar-interval.ts'
import { checkTriggers, MAX_DEPTH } from './combined.ts'
import { compileCrontab, compileFields } from './cron/compile.ts'
import { cronTriggerOf } from './cron/cron-trigger.ts'
import { date } from './date.ts'
import { IntervalTrigger, intervalMs } from './interval.ts'
import type { TriggerBody } from './json.ts'
import { type OptionNames, readSettings, recordOf, WALL_CLOCK_OPTIONS, WINDOW_OPTIONS } from './options.ts'
import { OrTrigger } from './or.ts'
import type { Trigger } from './trigger.ts'

type Values = Readonly<Record<string, unknown>>

interface Reader {
  readonly names: readonly string[]
  readonly read: (values: Values, depth: number) => Trigger
}

const WINDOW: OptionNames = [...WINDOW_OPTIONS, 'seed']
const WALL_CLOCK: OptionNames = [...WALL_CLOCK_OPTIONS, 'seed']

const READERS: { readonly [type in TriggerBody['type']]: Reader } = {
  cron: {
    names: ['expression', 'fields', ...WALL_CLOCK],
    read: (values) => cronTriggerOf(compileEither(values), readSettings(values, WALL_CLOCK)),
  },
  interval: {
    names: ['every', ...WINDOW],
    read: (values) => new IntervalTrigger(intervalMs(values['every'], 'every'), readSettings(values, WINDOW)),
  },
  calendarInterval: {
    names: [...CALENDAR_PARTS, ...WALL_CLOCK],
    read: (values) => new CalendarIntervalTrigger(calendarParts(values), readSettings(values, WALL_CLOCK)),
  },
  date: { names: ['at'], read: (values) => date(textOf(values, 'at')) },
  and: { names: ['triggers'], read: (values, depth) => new AndTrigger(childrenOf(values, depth)) },
  or: { names: ['triggers'], read: (values, depth) => new OrTrigger(childrenOf(values, depth)) },
}

/**
 * The trigger that `trigger.toJSON()` describes. It behaves the same and gives the same JSON.
 *
 * @throws TriggerError (`INVALID_TRIGGER`, `TRIGGER_NEVER_FIRES`) that names the field
 * @example triggerFromJSON({ v: 1, type: 'cron', expression: '0 9 * * *', timezone: 'Europe/Athens' })
 */
export function triggerFromJSON(json: unknown): Trigger {
  return read(json, ['v'], 1)
}

function read(json: unknown, outerNames: readonly string[], depth: number): Trigger {
  if (typeof json !== 'object' || json === null || !('type' in json)) {
    throw new TriggerError('trigger', json, 'must be the JSON of a trigger, an object with a type')
  }
  const { type } = json
  if (!isType(type)) throw new TriggerError('type', type, `must be one of ${Object.keys(READERS).join(', ')}`)
  if (depth > MAX_DEPTH + 1) throw new TriggerError('triggers', depth, `must not be nested more than ${MAX_DEPTH} deep`)
  const reader = READERS[type]
  const values = recordOf(json, 'trigger', ['type', ...outerNames, ...reader.names])
  if (outerNames.includes('v') && values['v'] !== 1) throw new TriggerError('v', values['v'], 'must be 1')
  return reader.read(values, depth)
}

function isType(type: unknown): type is TriggerBody['type'] {
  return typeof type === 'string' && Object.hasOwn(READERS, type)
}

function compileEither(values: Values): ReturnType<typeof compileCrontab> {
  if (values['fields'] === undefined) return compileCrontab(textOf(values, 'expression'))
  if (values['expression'] === undefined) return compileFields(values['fields'])
  throw new TriggerError('fields', values['fields'], 'must not be given beside expression')
}

function childrenOf(values: Values, depth: number): readonly Trigger[] {
  const { triggers } = values
  if (!Array.isArray(triggers)) throw new TriggerError('triggers', triggers, 'must be an array')
  return checkTriggers(triggers.map((child: unknown) => read(child, [], depth + 1)))
}

function textOf(values: Values, name: string): string {
  const value = values[name]
  if (typeof value !== 'string') throw new TriggerError(name, value, 'must be text')
  return value
}
