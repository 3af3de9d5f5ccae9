/** The list of a trigger's next fire times. */

import { TriggerError } from '../errors.ts'
import { parseInstant } from './instant.ts'
import { type DateInput, recordOf } from './options.ts'
import { Trigger } from './trigger.ts'

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

/**
 * The next fire times of a trigger, in order.
 *
 * @throws TriggerError (`INVALID_TRIGGER`) that names the argument
 * @example fireTimes(cron('0 9 * * *'), { after: new Date(), count: 5 })
 */
export function fireTimes(trigger: Trigger, options: FireTimesOptions): Date[] {
  if (!(trigger instanceof Trigger)) throw new TriggerError('trigger', trigger, 'must be a trigger')
  const { after, count, until } = recordOf(options, 'options', ['after', 'count', 'until'])
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MAX_COUNT) {
    throw new TriggerError('count', count, `must be a whole number from 1 to ${MAX_COUNT}`)
  }
  const afterMs = parseInstant(after, 'after')
  const untilMs = until === undefined ? Number.MAX_VALUE : parseInstant(until, 'until')
  const times: Date[] = []
  for (let t = trigger.nextAt(afterMs); times.length < count && t <= untilMs; t = trigger.nextAt(t)) {
    times.push(new Date(t))
  }
  return times
}
