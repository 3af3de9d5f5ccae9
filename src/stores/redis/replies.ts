/** Replies of the scripts: what the server says is checked. */

import { CronwrightError } from '../../errors.ts'

export function listOf(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw malformed(reply, 'a list')
  return reply
}

export function textOf(reply: unknown): string {
  if (typeof reply !== 'string') throw malformed(reply, 'text')
  return reply
}

/** A reply of names and texts of records, as such. */
export function* namedTextsOf(reply: unknown): Generator<readonly [name: string, text: string]> {
  const items = listOf(reply)
  for (let index = 0; index < items.length; index += 2) yield [textOf(items[index]), textOf(items[index + 1])]
}

/** A reply of what was found and where to go on, which is empty when there is no more. */
export function pageOf(reply: unknown): { readonly found: unknown; readonly more: readonly string[] | undefined } {
  const [found, place] = listOf(reply)
  const more = listOf(place).map(String)
  return { found, more: more.length === 0 ? undefined : more }
}

export function numberOf(reply: unknown): number {
  const value = typeof reply === 'string' && reply !== '' ? Number(reply) : reply
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(reply, 'a number')
  return value
}

function malformed(reply: unknown, expected: string): CronwrightError {
  return new CronwrightError('STORE_ERROR', `a reply of the server is not ${expected}`, {
    details: { value: typeof reply, rule: `must be ${expected}` },
  })
}
