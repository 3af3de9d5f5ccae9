/** `or`: the instants at which any of some triggers fires. */

import { CombinedTrigger, checkTriggers } from './combined.ts'
import { NEVER, type Trigger } from './trigger.ts'

/**
 * A trigger that fires whenever one of the triggers does, once when several do at the same instant.
 *
 * @throws TriggerError (`INVALID_TRIGGER`) when an argument is no trigger
 * @example or(cron('0 9 * * 1-5'), cron('0 11 * * 6,0'))
 */
export function or(...triggers: Trigger[]): OrTrigger {
  return new OrTrigger(checkTriggers(triggers))
}

/** See {@link or}. */
export class OrTrigger extends CombinedTrigger {
  readonly type = 'or'

  constructor(triggers: readonly Trigger[]) {
    super(triggers)
  }

  nextAt(afterMs: number): number {
    let earliest = NEVER
    for (const trigger of this.triggers) {
      const next = trigger.nextAt(afterMs)
      if (next < earliest) earliest = next
    }
    return earliest
  }

  override latestAt(afterMs: number, untilMs: number): number {
    return Math.max(...this.triggers.map((trigger) => trigger.latestAt(afterMs, untilMs)))
  }

  protected of(triggers: readonly Trigger[]): OrTrigger {
    return new OrTrigger(triggers)
  }
}
