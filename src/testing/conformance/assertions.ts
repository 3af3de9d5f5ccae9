/** What the conformance cases claim, beyond what `node:assert` has. */

import assert from 'node:assert/strict'
import type { ErrorCode } from '../../errors.ts'
import { checkJob } from '../../jobs/check-job.ts'
import type { Job } from '../../jobs/job.ts'

/** A call must throw, or reject with, an error of this code. */
export async function refuses(call: () => unknown, code: ErrorCode): Promise<void> {
  await assert.rejects(async () => call(), { code })
}

/** An object must have these fields with these values, whatever else it has. */
export function like(actual: unknown, expected: Readonly<Record<string, unknown>>): void {
  assert.ok(typeof actual === 'object' && actual !== null, `an object was expected, not ${String(actual)}`)
  const fields = Object.keys(expected).map((name) => [name, Reflect.get(actual, name)])
  assert.deepEqual(Object.fromEntries(fields), expected)
}

/** A job as the scheduler reads it: equal for jobs that mean the same, whatever objects a store makes of them. */
export function asRead(given: Job | null | undefined): unknown {
  if (given === null || given === undefined) return undefined
  const { trigger, ...job } = checkJob(given, 'tested', 'job')
  return { ...job, trigger: trigger.toJSON() }
}

export function idsOf(items: readonly { readonly id: string }[]): string[] {
  return items.map((item) => item.id)
}
