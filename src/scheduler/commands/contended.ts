/** Changes by compare-and-set that others may come between. */

import { CronwrightError } from '../../errors.ts'

/** Tries after which something else is wrong: of any that are refused, one of somebody else's came through. */
const MOST_TRIES = 100

/**
 * Repeats a read, a decision and a guarded change until it comes through; `step` gives undefined when it was refused.
 *
 * @param what - what an error calls that which is changed
 * @throws CronwrightError (`DESERIALIZATION`) when it never does: a record that cannot be read is in its place
 */
export async function untilApplied<T>(what: string, step: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const result = await step()
    if (result !== undefined) return result
  }
  throw new CronwrightError('DESERIALIZATION', `${what} cannot be changed: what the store has of it cannot be read`)
}
