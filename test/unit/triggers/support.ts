/** Short ways to say what a trigger does, for the tests of triggers. */

import { expect } from 'vitest'
import type { ErrorCode } from '../../../src/errors.ts'
import { fireTimes, type Trigger } from '../../../src/triggers/index.ts'

/** The next fire times as ISO text in UTC, without milliseconds where there are none. */
export function fires(trigger: Trigger, after: string, count: number): string[] {
  return fireTimes(trigger, { after, count }).map((time) => time.toISOString().replace('.000Z', 'Z'))
}

/** The next fire times as `2026-03-29 02:30 +02:00`, the wall clock of a zone. */
export function localFires(trigger: Trigger, zone: string, after: string, count: number): string[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  const offset = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  return fireTimes(trigger, { after, count }).map(
    (time) => `${format.format(time)} ${/GMT(.*)$/.exec(offset.format(time))?.[1] || '+00:00'}`,
  )
}

/** Asserts that `run` throws an error of this package with a code and, where given, the field it names. */
export function expectError(run: () => unknown, code: ErrorCode, field?: string): void {
  const details = field === undefined ? {} : { details: expect.objectContaining({ field }) }
  expect(run).toThrow(expect.objectContaining({ code, ...details }))
}

/** Epoch milliseconds of ISO text. */
export function ms(text: string): number {
  return Date.parse(text)
}
