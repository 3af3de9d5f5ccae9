/** Where the cursor of a job starts: its first fire time. Pure. */

import { NEVER, type Trigger } from '../triggers/index.ts'

/** Before every instant that a trigger knows. */
const BEFORE_TIME = -8.64e15

/**
 * The due time of a job that is added, rescheduled or resumed now; null when its trigger has no fire time any more.
 * A one-off time that has passed is due at once, late: whether it still runs is for the misfire policy.
 */
export function firstDue(trigger: Trigger, now: number): number | null {
  const next = trigger.nextAt(trigger.type === 'date' ? BEFORE_TIME : now)
  return next === NEVER ? null : next
}

/** Whether two bound triggers describe the same fire times in the same words. */
export function isSameTrigger(a: Trigger, b: Trigger): boolean {
  return a === b || JSON.stringify(a.toJSON()) === JSON.stringify(b.toJSON())
}

/** Whether a trigger says on purpose that it never fires: its job runs only by `runJob`. */
export function isNever(trigger: Trigger): boolean {
  const description = trigger.toJSON()
  return 'expression' in description && description.expression === '@never'
}
