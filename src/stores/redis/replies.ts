/** Replies of the scripts as records: what the server says is checked. */

import { CronwrightError } from '../../errors.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import { recordOf } from '../sql/rows.ts'

/** Fields of a record in a reply, in the order of the scripts; behind them comes its name, `<kind>:<id>`. */
const FIELDS = 'version lane due state at job_id function_ref queue priority seq status spec'.split(' ')
const NAME = FIELDS.length
const NULLABLE = new Set(['due', 'job_id', 'status'])

/** @throws CronwrightError (`STORE_ERROR`) for a record that this release could not have written */
export function recordOfReply(reply: unknown): EncodedRecord {
  const values = listOf(reply)
  const row: Record<string, unknown> = {}
  for (const [index, field] of FIELDS.entries()) {
    const value = values[index]
    row[field] = value === '' && NULLABLE.has(field) ? null : value
  }
  const name = String(values[NAME])
  const colon = name.indexOf(':')
  row['kind'] = name.slice(0, colon)
  row['id'] = name.slice(colon + 1)
  return recordOf(row)
}

/** Number of the record in the order in which records came. */
export function sequenceOfReply(reply: unknown): string {
  return String(listOf(reply)[FIELDS.indexOf('seq')])
}

export function listOf(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw malformed(reply, 'a list')
  return reply
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
