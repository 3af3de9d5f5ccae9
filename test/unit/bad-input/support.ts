/** What the tests of bad input share: a scheduler with a job and a run, and what a refusal has to be like. */

import { expect } from 'vitest'
import { describeValue } from '../../../src/core/describe.ts'
import { ConfigurationError, CronwrightError, InvalidArgumentError } from '../../../src/errors.ts'
import { interval, Scheduler, type SchedulerOptions } from '../../../src/index.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'

/** Calls with values that the types forbid, as a caller from JavaScript can. */
export type Loose = Record<string, (...values: unknown[]) => unknown>

/** A refused call: its name, the field and the value that the error has to name, and the call. */
export type Row<Target = Loose> = readonly [
  name: string,
  field: string,
  value: unknown,
  call: (target: Target) => unknown,
]

export function loose(value: unknown): Loose {
  return value as Loose
}

/** A scheduler that knows the function `work`, with the job `there` and one run. */
export async function schedulerAtHand(options: SchedulerOptions = {}): Promise<Scheduler> {
  const scheduler = new Scheduler({ clock: new ManualClock(), ...options })
  scheduler.register('work', () => 'done')
  await scheduler.addJob('work', interval('5m'), { id: 'there' })
  await scheduler.enqueue('work', 1, { id: 'run' })
  return scheduler
}

/** All that a refused call must leave alone. */
export async function contentsOf(scheduler: Scheduler): Promise<string> {
  return JSON.stringify([await scheduler.getJobs(), await scheduler.getRuns()])
}

/** The error of a call, thrown or rejected with; fails when there is none, or one that is not ours, or late. */
export async function refusal(call: () => unknown): Promise<CronwrightError> {
  const start = performance.now()
  let error: unknown
  try {
    await call()
  } catch (thrown) {
    error = thrown
  }
  expect(performance.now() - start).toBeLessThan(1_000)
  expect(error, 'nothing was refused').toBeDefined()
  if (!(error instanceof CronwrightError)) throw error
  return error
}

/** The error names this field and this value, and a rule, in its details and its message. */
export function expectToName(error: CronwrightError, field: string, value: unknown): void {
  expect(error.details).toMatchObject({ field, rule: expect.stringMatching(/^(must|has|is) /) })
  expect(error.details).toHaveProperty('value')
  expect(error.details['value']).toEqual(value)
  expect(error.message.length).toBeLessThan(2_000)
  if (error instanceof ConfigurationError) expect(error.message).toContain(`${field}: `)
  if (error instanceof InvalidArgumentError) {
    expect(error.message).toBe(`${field}: ${String(error.details['rule'])}, got ${describeValue(value)}`)
  } else expect(error.message).toContain(typeof value === 'string' ? value : describeValue(value))
}
