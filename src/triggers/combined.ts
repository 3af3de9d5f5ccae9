/** What `and` and `or` share: children, their binding, JSON and text. */

import { TriggerError } from '../errors.ts'
import type { CombinedJSON } from './json.ts'
import { type BindContext, Trigger } from './trigger.ts'

/** Deepest nesting of combined triggers, so that reading stored JSON cannot exhaust the stack. */
export const MAX_DEPTH = 16

/** A trigger made of triggers. */
export abstract class CombinedTrigger extends Trigger {
  abstract override readonly type: 'and' | 'or'
  readonly triggers: readonly Trigger[]
  readonly floating: boolean
  /** Levels of combined triggers, this one included. */
  readonly depth: number

  protected constructor(triggers: readonly Trigger[]) {
    super()
    this.triggers = triggers
    this.floating = triggers.some((trigger) => trigger.floating)
    this.depth = 1 + Math.max(...triggers.map((trigger) => (trigger instanceof CombinedTrigger ? trigger.depth : 0)))
    if (this.depth > MAX_DEPTH) {
      throw new TriggerError('triggers', this.depth, `must not be nested more than ${MAX_DEPTH} deep`)
    }
  }

  /** The same combination of other triggers. */
  protected abstract of(triggers: readonly Trigger[]): Trigger

  bind(context: BindContext): Trigger {
    return this.#map((trigger) => trigger.bind(context))
  }

  anchoredAt(anchorMs: number): Trigger {
    return this.#map((trigger) => trigger.anchoredAt(anchorMs))
  }

  override onEpochGrid(): Trigger {
    return this.#map((trigger) => trigger.onEpochGrid())
  }

  toBody(): CombinedJSON {
    return { type: this.type, triggers: this.triggers.map((trigger) => trigger.toBody()) }
  }

  toString(): string {
    return this.triggers.map((trigger) => `(${trigger.toString()})`).join(` ${this.type} `)
  }

  #map(change: (trigger: Trigger) => Trigger): Trigger {
    const changed = this.triggers.map(change)
    return changed.every((trigger, index) => trigger === this.triggers[index]) ? this : this.of(changed)
  }
}

/**
 * The arguments of `and` and `or`.
 *
 * @throws TriggerError (`INVALID_TRIGGER`)
 */
export function checkTriggers(triggers: readonly unknown[]): readonly Trigger[] {
  if (triggers.length === 0) throw new TriggerError('triggers', triggers, 'must be one or more triggers')
  return triggers.map((trigger) => {
    if (!(trigger instanceof Trigger)) throw new TriggerError('triggers', trigger, 'must be a trigger')
    return trigger
  })
}
