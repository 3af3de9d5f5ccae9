/**
 * Guarded changes: all of a batch in one transaction, one prepared statement for each step.
 *
 * Measured with better-sqlite3 and batches of 1,000: this loop inserts 1,000 rows in 6.5 ms, and one statement that
 * reads the batch as JSON needs 15 ms.
 */

import { APPLIED, type ChangeResult, REFUSED } from '../../jobs/record.ts'
import type { EncodedChange, EncodedPatch, EncodedRecord } from '../encoded-job-store.ts'
import { assignmentsOf, COLUMNS, valuesOf } from '../sql/rows.ts'
import type { Tables } from '../sql/tables.ts'
import type { Connection, Statement } from './connection.ts'
import type { SqliteValue } from './driver.ts'

export class ChangeWriter {
  readonly #connection: Connection
  readonly #tables: Tables
  readonly #insert: Statement
  readonly #remove: Statement
  readonly #removeJobs: Statement

  constructor(connection: Connection, tables: Tables) {
    const places = COLUMNS.replaceAll(/\w+/g, '?')
    this.#connection = connection
    this.#tables = tables
    this.#insert = connection.prepare(
      `INSERT INTO ${tables.records} (${COLUMNS}) VALUES (${places}) ON CONFLICT (kind, id) DO NOTHING`,
    )
    this.#remove = connection.prepare(`DELETE FROM ${tables.records} WHERE kind = ? AND id = ? AND version = ?`)
    this.#removeJobs = connection.prepare(`DELETE FROM ${tables.records} WHERE kind = 'job'`)
  }

  commit(changes: readonly EncodedChange[]): readonly ChangeResult[] {
    return this.#connection.write(() => changes.map((change) => this.#apply(change)))
  }

  removeJobs(): number {
    return this.#connection.write(() => this.#removeJobs.run())
  }

  #apply(change: EncodedChange): ChangeResult {
    if (!('key' in change ? this.#isMoved(change) : this.#isInserted(change.record))) return REFUSED
    const existing: string[] = []
    for (const record of change.inserts) {
      if (!this.#isInserted(record)) existing.push(record.id)
    }
    return existing.length === 0 ? APPLIED : { applied: true, existing }
  }

  #isInserted(record: EncodedRecord): boolean {
    return this.#insert.run(...valuesOf(record)) === 1
  }

  /** The compare-and-set. */
  #isMoved({ key, expect, patch }: Extract<EncodedChange, { readonly key: unknown }>): boolean {
    if (patch === null) return this.#remove.run(key.kind, key.id, expect) === 1
    return this.#update(patch, key.kind, key.id, expect) === 1
  }

  #update(patch: EncodedPatch, ...guard: SqliteValue[]): number {
    const values: SqliteValue[] = []
    const assignments = assignmentsOf(patch, values)
    const sql = `UPDATE ${this.#tables.records} SET ${assignments} WHERE kind = ? AND id = ? AND version = ?`
    return this.#connection.prepare(sql).run(...values, ...guard)
  }
}
