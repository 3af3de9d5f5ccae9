/** The statements of guarded changes, each for many records at once. */

import { type EncodedRecord, PATCHABLE } from '../encoded-job-store.ts'
import type { PatchChange } from '../sql/alike.ts'
import { COLUMN_OF, COLUMNS, valuesOf } from '../sql/rows.ts'
import type { SqlValue } from '../sql/statement.ts'
import { PackedRows } from './packed-rows.ts'
import { padded } from './padded.ts'

/** A statement, with its values. */
export interface BoundStatement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

const NAMES = COLUMNS.split(', ')
const KEY = ['kind', 'id', 'version']

/** Adds records; an error (duplicate key) where one is there, and then none is added. */
export function insertStatement(table: string, records: readonly EncodedRecord[]): BoundStatement {
  const rows = new PackedRows(NAMES, records.map(valuesOf))
  const values: SqlValue[] = []
  const selected = [...NAMES, COLUMN_OF.due].map((column) => rows.value(column, values))
  const into = `INSERT INTO ${table} (${COLUMNS}, ready_at)`
  if (rows.table === undefined) return { sql: `${into} VALUES (${selected.join(', ')})`, values }
  values.push(rows.table.json)
  return { sql: `${into} SELECT ${selected.join(', ')} FROM ${rows.table.sql}`, values }
}

/** Removes the records that have the version expected. */
export function removeStatement(table: string, changes: readonly PatchChange[]): BoundStatement {
  const rows = new PackedRows(
    KEY,
    changes.map(({ key, expect }) => [key.kind, key.id, expect]),
  )
  const values: SqlValue[] = []
  const source = sourceOf(table, rows, values)
  return { sql: `DELETE r FROM ${source} WHERE ${isMeant(rows, values)}`, values }
}

/** Changes the records that have the version expected. */
export function patchStatement(table: string, changes: readonly PatchChange[]): BoundStatement {
  const fields = PATCHABLE.filter((field) => changes.some(({ patch }) => patch?.[field] !== undefined))
  const partly = new Set(fields.filter((field) => changes.some(({ patch }) => patch?.[field] === undefined)))
  const columns = fields.flatMap((field) =>
    partly.has(field) ? [COLUMN_OF[field], flagOf(field)] : [COLUMN_OF[field]],
  )
  const rows = new PackedRows(
    [...KEY, ...columns],
    changes.map(({ key, expect, patch }) => {
      const row: SqlValue[] = [key.kind, key.id, expect]
      for (const field of fields) {
        const value = patch?.[field]
        row.push(value ?? null)
        if (partly.has(field)) row.push(value === undefined ? 0 : 1)
      }
      return row
    }),
  )
  const values: SqlValue[] = []
  const source = sourceOf(table, rows, values)
  /** What a column is after the change. */
  const next = (field: (typeof PATCHABLE)[number]): string => {
    const column = COLUMN_OF[field]
    if (!fields.includes(field)) return `r.${column}`
    if (!partly.has(field)) return rows.value(column, values)
    return `IF(c.${flagOf(field)} = 1, ${rows.value(column, values)}, r.${column})`
  }
  const assignments = ['r.version = r.version + 1']
  // Before the columns that it looks at: some servers assign one after the other, and look at what was assigned.
  if (fields.includes('due')) {
    const isAtWork = `${next('lane')} = 'run' AND ${next('state')} = 'running'`
    const earlier = `LEAST(COALESCE(r.ready_at, ${next('due')}), ${next('due')})`
    const whenSet = `IF(${isAtWork}, ${earlier}, ${next('due')})`
    assignments.push(
      `r.ready_at = ${partly.has('due') ? `IF(c.${flagOf('due')} = 1, ${whenSet}, r.ready_at)` : whenSet}`,
    )
  }
  for (const field of fields) assignments.push(`r.${COLUMN_OF[field]} = ${next(field)}`)
  return { sql: `UPDATE ${source} SET ${assignments.join(', ')} WHERE ${isMeant(rows, values)}`, values }
}

function flagOf(field: string): string {
  return `sets_${field.toLowerCase()}`
}

/** The records, behind the rows that they are joined to: so they are read by their keys, in the order of the rows. */
function sourceOf(table: string, rows: PackedRows, values: SqlValue[]): string {
  if (rows.table === undefined || rows.ids !== undefined) return `${table} r`
  values.push(rows.table.json)
  return `${rows.table.sql} STRAIGHT_JOIN ${table} r`
}

function isMeant(rows: PackedRows, values: SqlValue[]): string {
  return KEY.map((column) => {
    if (column !== 'id' || rows.ids === undefined) return `r.${column} = ${rows.value(column, values)}`
    const ids = padded(rows.ids)
    values.push(...ids)
    return `r.id IN (${ids.map(() => '?').join(', ')})`
  }).join(' AND ')
}
