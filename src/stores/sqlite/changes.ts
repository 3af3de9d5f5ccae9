/**
 * Guarded changes: all of a batch in one transaction.
 *
 * Changes mostly come alike: a hundred claims set the same lease, a thousand new runs are added. Those that follow each
 * other are one statement, as long as all of them are applied; measured with batches of 500, it takes two thirds of the
 * time of a statement for each. How many rows it wrote does not tell which of them were refused, so where one is, all is
 * undone, and done again change by change.
 *
 * Two things save the rest. `OR FAIL`, because SQLite copies each page before a statement of several rows changes it, to
 * undo that statement alone; an error here undoes the transaction anyway. And kinds are written into the text: where one
 * is bound that a partial index names, SQLite plans the statement anew each time.
 */

import { APPLIED, type ChangeResult, REFUSED } from '../../jobs/record.ts'
import type { EncodedChange, EncodedRecord } from '../encoded-job-store.ts'
import { alikeChanges, type PatchChange } from '../sql/alike.ts'
import { assignmentsOf, COLUMNS, valuesOf } from '../sql/rows.ts'
import type { Tables } from '../sql/tables.ts'
import type { Connection, Statement } from './connection.ts'
import type { SqliteValue } from './driver.ts'

/** Rows of one statement: each number is a statement to prepare. */
const SIZES = [50, 10, 1]

export class ChangeWriter {
  readonly #connection: Connection
  readonly #records: string
  readonly #removeJobs: Statement
  /** By number of rows. */
  readonly #inserts: ReadonlyMap<number, Statement>

  constructor(connection: Connection, { records }: Tables) {
    const row = `(${COLUMNS.replaceAll(/\w+/g, '?')})`
    const insert = (rows: number): string =>
      `INSERT OR FAIL INTO ${records} (${COLUMNS}) VALUES ${repeated(row, rows)} ON CONFLICT (kind, id) DO NOTHING`
    this.#connection = connection
    this.#records = records
    this.#removeJobs = connection.prepare(`DELETE FROM ${records} WHERE kind = 'job'`)
    this.#inserts = new Map(SIZES.map((rows) => [rows, connection.prepare(insert(rows))]))
  }

  commit(changes: readonly EncodedChange[]): readonly ChangeResult[] {
    if (changes.length > 1 && this.#connection.attempt(() => this.#areApplied(changes))) {
      return changes.map(() => APPLIED)
    }
    return this.#connection.write(() => changes.map((change) => this.#apply(change)))
  }

  removeJobs(): number {
    return this.#connection.write(() => this.#removeJobs.run())
  }

  /** Whether all changes are applied, with nothing to tell of any; at the first that is not, it stops. */
  #areApplied(changes: readonly EncodedChange[]): boolean {
    for (const alike of alikeChanges(changes)) {
      const areApplied =
        'records' in alike
          ? this.#inserted(alike.records) === alike.records.length
          : this.#moved(alike.changes) === alike.changes.length
      if (!areApplied) return false
    }
    return true
  }

  #apply(change: EncodedChange): ChangeResult {
    const moved = 'key' in change ? this.#moved([change]) : this.#inserted([change.record])
    if (moved === 0) return REFUSED
    const existing: string[] = []
    for (const record of change.inserts) {
      if (this.#inserted([record]) === 0) existing.push(record.id)
    }
    return existing.length === 0 ? APPLIED : { applied: true, existing }
  }

  /** Adds records where their ids are free; how many. */
  #inserted(records: readonly EncodedRecord[]): number {
    return inParts(records, (part) => {
      const values: SqliteValue[] = []
      for (const record of part) values.push(...valuesOf(record))
      return this.#inserts.get(part.length)?.run(...values) ?? 0
    })
  }

  /** The compare-and-set, of changes that are alike; how many had the version expected. */
  #moved(changes: readonly PatchChange[]): number {
    const [first] = changes
    if (first === undefined) return 0
    const { key, expect, patch } = first
    return inParts(changes, (part) => {
      const values: SqliteValue[] = []
      const start =
        patch === null
          ? `DELETE FROM ${this.#records}`
          : `UPDATE OR FAIL ${this.#records} SET ${assignmentsOf(patch, values)}`
      const sql = `${start} WHERE kind = '${key.kind}' AND version = ? AND id IN (${repeated('?', part.length)})`
      values.push(expect)
      for (const change of part) values.push(change.key.id)
      return this.#connection.prepare(sql).run(...values)
    })
  }
}

/** Does something with parts of a few sizes; the sum of what it says. */
function inParts<T>(all: readonly T[], work: (part: readonly T[]) => number): number {
  let sum = 0
  let start = 0
  for (const size of SIZES) {
    for (; all.length - start >= size; start += size) sum += work(all.slice(start, start + size))
  }
  return sum
}

function repeated(place: string, times: number): string {
  return Array.from({ length: times }, () => place).join(', ')
}
