/** The list of a trigger's next fire times. */

import { checkOptions, renamed } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { INSTANT_RULE, instantMs } from './instant.ts'
import type { DateInput } from './options.ts'
import { LAST_INSTANT, Trigger } from './trigger.ts'

/** Options of {@link fireTimes}. */
export interface FireTimesOptions {
  /** Fire times lie strictly after this. */
  readonly after: DateInput
  /** The most to list, 1 to 100,000. */
  readonly count: number
  /** No fire time later than this. @default none */
  readonly until?: DateInput | undefined
}

const MAX_COUNT = 100_000
const OPTION_NAMES: readonly string[] = ['after', 'count', 'until']

/**
 * The next fire times of a trigger, in order.
 *
 * @throws InvalidArgumentError (`INVALID_ARGUMENT`)
 * @example fireTimes(cron('0 9 * * *'), { after: new Date(), count: 5 })
 */
export function fireTimes(trigger: Trigger, options: FireTimesOptions): Date[] {
  if (!(trigger instanceof Trigger)) throw new InvalidArgumentError('trigger', trigger, 'must be a trigger')
  const { after, until, count } = optionsOf(options)
  const times: Date[] = []
  for (let t = trigger.nextAt(after); times.length < count && t <= until; t = trigger.nextAt(t)) times.push(new Date(t))
  return times
}

function optionsOf(options: unknown): { after: number; until: number; count: number } {
  const { after, until, count } = renamed(
    (name) => name.replace(/^options\./, ''),
    () => checkOptions(options, 'options', OPTION_NAMES),
  )
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MAX_COUNT) {
    throw new InvalidArgumentError('count', count, `must be a whole number from 1 to ${MAX_COUNT}`)
  }
  return { after: instant(after, 'after'), until: until === undefined ? LAST_INSTANT : instant(until, 'until'), count }
}

function instant(value: unknown, field: string): number {
  const ms = instantMs(value)
  if (ms === undefined) throw new InvalidArgumentError(field, value, INSTANT_RULE)
  return ms
}
