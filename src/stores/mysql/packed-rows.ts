/**
 * Rows of values for one statement. Rows mostly have most in common (so many claims set one lease, a thousand runs are
 * enqueued for one function): what all have in common is bound once, the rest travels as one JSON text that the server
 * reads as a table.
 */

import type { SqlValue } from '../sql/statement.ts'

/** Columns of the table of records, and how a JSON text has them. */
const TYPES: Readonly<Record<string, string>> = {
  kind: 'VARCHAR(8)',
  id: 'VARCHAR(255)',
  version: 'INT',
  lane: 'VARCHAR(8)',
  due: 'BIGINT',
  state: 'VARCHAR(16)',
  at: 'BIGINT',
  job_id: 'VARCHAR(255)',
  function_ref: 'VARCHAR(255)',
  queue: 'VARCHAR(191)',
  priority: 'INT',
  status: 'LONGTEXT',
  spec: 'LONGTEXT',
}

export class PackedRows {
  /** The rows as a table named `c`; undefined where they have everything in common. */
  readonly table: { readonly sql: string; readonly json: string } | undefined
  /** The ids, where rows differ in nothing else. */
  readonly ids: readonly SqlValue[] | undefined

  readonly #common = new Map<string, SqlValue>()

  /** @param rows - at least one; values in the order of the columns. Other columns than those of records are integers */
  constructor(columns: readonly string[], rows: readonly (readonly SqlValue[])[]) {
    const [first = []] = rows
    const varying: number[] = []
    for (const [index, column] of columns.entries()) {
      const value = first[index] ?? null
      if (rows.every((row) => row[index] === value)) this.#common.set(column, value)
      else varying.push(index)
    }
    if (varying.length === 0) return
    const [only = 0] = varying
    if (varying.length === 1 && columns[only] === 'id') this.ids = rows.map((row) => row[only] ?? null)
    const paths = varying.map((index, place) => {
      const column = columns[index] ?? ''
      return `${column} ${TYPES[column] ?? 'INT'} PATH '$[${place}]'`
    })
    this.table = {
      sql: `JSON_TABLE(?, '$[*]' COLUMNS (${paths.join(', ')})) c`,
      json: JSON.stringify(rows.map((row) => varying.map((index) => row[index]))),
    }
  }

  /** How a statement names the value of a column; binds it where it is common. */
  value(column: string, values: SqlValue[]): string {
    const common = this.#common.get(column)
    if (common === undefined) return isText(column) ? `c.${column} COLLATE utf8mb4_bin` : `c.${column}`
    values.push(common)
    // Of what is selected, or compared with another value, a server would have to guess the type.
    return isText(column) ? '?' : 'CAST(? AS SIGNED)'
  }
}

function isText(column: string): boolean {
  return /VARCHAR|TEXT/.test(TYPES[column] ?? '')
}
