/** Records as rows, and rows as records: the same columns on every SQL server. */

import { CronwrightError } from '../../errors.ts'
import type { Lane, RecordKind } from '../../jobs/record.ts'
import { type EncodedPatch, type EncodedRecord, PATCHABLE } from '../encoded-job-store.ts'
import type { SqlRow, SqlValue } from './statement.ts'

/** Field of a record -> its column, in the order of the table. */
export const COLUMN_OF = {
  kind: 'kind',
  id: 'id',
  version: 'version',
  lane: 'lane',
  due: 'due',
  state: 'state',
  at: 'at',
  jobId: 'job_id',
  functionRef: 'function_ref',
  queue: 'queue',
  priority: 'priority',
  status: 'status',
  spec: 'spec',
} as const satisfies Readonly<Record<keyof EncodedRecord, string>>

export const COLUMNS = Object.values(COLUMN_OF).join(', ')

const KINDS = { job: 'job', run: 'run', worker: 'worker', queue: 'queue', key: 'key', log: 'log' } as const satisfies {
  readonly [K in RecordKind]: K
}
const LANES = { job: 'job', run: 'run', history: 'history' } as const satisfies { readonly [L in Lane]: L }

/** The values of a record in the order of {@link COLUMNS}. */
export function valuesOf(record: EncodedRecord): SqlValue[] {
  return [
    record.kind,
    record.id,
    record.version,
    record.lane,
    record.due,
    record.state,
    record.at,
    record.jobId,
    record.functionRef,
    record.queue,
    record.priority,
    record.status,
    record.spec,
  ]
}

/** Puts the values that a patch sets into `values`, and returns the assignments of an UPDATE, in their order. */
export function assignmentsOf(patch: EncodedPatch, values: SqlValue[]): string {
  let assignments = 'version = version + 1'
  for (const field of PATCHABLE) {
    const value = patch[field]
    if (value === undefined) continue
    values.push(value)
    assignments += `, ${COLUMN_OF[field]} = ?`
  }
  return assignments
}

/** @throws CronwrightError (`STORE_ERROR`) for a row that this release could not have written */
export function recordOf(row: SqlRow): EncodedRecord {
  // Each column by its name here, and not within the checks: there, reading would be slow for having to fit all of them.
  const { kind, id, version, lane, due, state, at, job_id, function_ref, queue, priority, status, spec } = row
  return recordOfValues([kind, id, version, lane, due, state, at, job_id, function_ref, queue, priority, status, spec])
}

/**
 * @param values - in the order of {@link COLUMNS}
 * @throws CronwrightError (`STORE_ERROR`) for a row that this release could not have written
 */
export function recordOfValues(values: readonly unknown[]): EncodedRecord {
  const [kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority, status, spec] = values
  return {
    kind: oneOf(kind, 'kind', KINDS),
    id: textIn(id, 'id'),
    version: numberIn(version, 'version'),
    lane: oneOf(lane, 'lane', LANES),
    due: due === null ? null : numberIn(due, 'due'),
    state: textIn(state, 'state'),
    at: numberIn(at, 'at'),
    jobId: jobId === null ? null : textIn(jobId, 'job_id'),
    functionRef: textIn(functionRef, 'function_ref'),
    queue: textIn(queue, 'queue'),
    priority: numberIn(priority, 'priority'),
    status: status === null ? null : textIn(status, 'status'),
    spec: textIn(spec, 'spec'),
  }
}

export function text(row: SqlRow, column: string): string {
  return textIn(row[column], column)
}

export function number(row: SqlRow, column: string): number {
  return numberIn(row[column], column)
}

export function textIn(value: unknown, column: string): string {
  if (typeof value !== 'string') throw malformed(column, value, 'text')
  return value
}

/** A number; drivers give large integers as text. */
export function numberIn(value: unknown, column: string): number {
  const given = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof given !== 'number' || !Number.isFinite(given)) throw malformed(column, value, 'a number')
  return given
}

function oneOf<T extends string>(value: unknown, column: string, known: Readonly<Record<string, T>>): T {
  const found = known[textIn(value, column)]
  if (found === undefined) throw malformed(column, value, `one of ${Object.keys(known).join(', ')}`)
  return found
}

function malformed(column: string, value: unknown, expected: string): CronwrightError {
  return new CronwrightError('STORE_ERROR', `a row has no usable ${column}: it must be ${expected}`, {
    details: { field: column, value, rule: `must be ${expected}` },
  })
}
