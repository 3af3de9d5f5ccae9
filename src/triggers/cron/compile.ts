/** Compiled schedules, shared: a text seen before is not parsed again, and equal triggers have one schedule. */

import type { CronFields } from '../json.ts'
import type { WallSchedule } from '../wall-clock.ts'
import { normalizeCrontab, parseCrontab } from './crontab.ts'
import { normalizeFields, parseFields } from './fields.ts'

/** A description and what it compiles to. Exactly one of `expression` and `fields` is there. */
export interface CompiledCron {
  readonly expression: string | undefined
  readonly fields: CronFields | undefined
  readonly schedule: WallSchedule
}

/**
 * Schedules are kept in two generations: when the young one is full it becomes the old one, and what the old one
 * still held is dropped. So the cache is bounded and a text in use stays, without a list to reorder.
 */
const GENERATION_SIZE = 1_000
let young = new Map<string, CompiledCron>()
let old = new Map<string, CompiledCron>()

/**
 * The compiled form of crontab text.
 *
 * @throws TriggerError (`INVALID_TRIGGER`, `TRIGGER_NEVER_FIRES`)
 */
export function compileCrontab(text: string): CompiledCron {
  return (
    young.get(text) ??
    remember(text, () => {
      const expression = normalizeCrontab(text)
      return { expression, fields: undefined, schedule: parseCrontab(expression) }
    })
  )
}

/**
 * The compiled form of APScheduler's fields.
 *
 * @throws TriggerError (`INVALID_TRIGGER`, `TRIGGER_NEVER_FIRES`)
 */
export function compileFields(value: unknown): CompiledCron {
  const fields = normalizeFields(value)
  // A brace begins no valid crontab text, so the keys cannot meet
  const key = JSON.stringify(fields)
  return young.get(key) ?? remember(key, () => ({ expression: undefined, fields, schedule: parseFields(fields) }))
}

function remember(key: string, compile: () => CompiledCron): CompiledCron {
  const compiled = old.get(key) ?? compile()
  if (young.size >= GENERATION_SIZE) {
    old = young
    young = new Map()
  }
  young.set(key, compiled)
  return compiled
}
