/** The trigger that fires once. */

import { parseInstant } from './instant.ts'
import type { DateJSON } from './json.ts'
import type { DateInput } from './options.ts'
import { NEVER, NONE, Trigger } from './trigger.ts'

/**
 * A trigger with one fire time.
 *
 * @throws TriggerError (`INVALID_TRIGGER`) when `at` is no instant; text needs `Z` or an offset
 * @example date('2026-12-24T18:00:00+02:00')
 */
export function date(at: DateInput): DateTrigger {
  return new DateTrigger(parseInstant(at, 'at'))
}

/** See {@link date}. */
export class DateTrigger extends Trigger {
  readonly type = 'date'
  readonly floating = false
  readonly #atMs: number

  constructor(atMs: number) {
    super()
    this.#atMs = atMs
  }

  nextAt(afterMs: number): number {
    return this.#atMs > afterMs ? this.#atMs : NEVER
  }

  override latestAt(afterMs: number, untilMs: number): number {
    return this.#atMs > afterMs && this.#atMs <= untilMs ? this.#atMs : NONE
  }

  anchoredAt(): this {
    return this
  }

  bind(): this {
    return this
  }

  toBody(): DateJSON {
    return { type: 'date', at: new Date(this.#atMs).toISOString() }
  }

  toString(): string {
    return `once at ${new Date(this.#atMs).toISOString()}`
  }
}
