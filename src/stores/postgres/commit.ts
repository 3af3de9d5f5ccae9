/**
 * Guarded changes: a batch is one statement, which is one transaction and one round trip. What is inserted with a change
 * is joined to those that were applied. The server answers with the exceptions: changes that were refused, and inserts
 * that existed already.
 *
 * At READ COMMITTED an UPDATE that waited for another looks at the row again, so the version in its condition is the
 * compare-and-set. Two batches that wait for each other are a deadlock, which the server breaks; the loser tries again.
 */

import type { ChangeResult } from '../../jobs/record.ts'
import { APPLIED, REFUSED } from '../../jobs/record.ts'
import { batchesOf } from '../batches.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import { number, text } from '../sql/rows.ts'
import type { SqlRow } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import { type Arrays, addArrays, patchArrays } from './batch.ts'
import { type Contents, carefulStatement, quickStatement } from './commit-statements.ts'
import type { Database } from './database.ts'
import { sqlState } from './driver.ts'

const UNIQUE_VIOLATION = '23505'

export class ChangeWriter {
  readonly #database: Database
  readonly #records: string
  /** By what a batch does. */
  readonly #statements = new Map<string, string>()

  constructor(database: Database, { records }: Tables) {
    this.#database = database
    this.#records = records
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = []
    for (const batch of batchesOf(changes)) results.push(...(await this.#commit(batch)))
    return results
  }

  async #commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const patches = patchArrays(changes)
    const adds = addArrays(changes)
    const contents: Contents = {
      patches: countOf(patches) > 0,
      adds: changes.some((change) => !('key' in change)),
      inserts: changes.some((change) => change.inserts.length > 0),
    }
    const values = [patches, adds].filter((arrays) => countOf(arrays) > 0).flatMap(bound)
    const results: ChangeResult[] = changes.map(() => APPLIED)
    const existing = new Map<number, string[]>()
    for (const row of await this.#rows(contents, values)) {
      const index = number(row, 'n')
      if (row['id'] === null) results[index] = REFUSED
      else existing.set(index, [...(existing.get(index) ?? []), text(row, 'id')])
    }
    for (const [index, ids] of existing) results[index] = { applied: true, existing: ids }
    return results
  }

  /** Ids are hardly ever taken: only where one was, is the batch, of which nothing was written, written with care. */
  async #rows(contents: Contents, values: readonly unknown[]): Promise<readonly SqlRow[]> {
    try {
      return await this.#database.rows(this.#statement(contents, quickStatement), values)
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error
      return this.#database.rows(this.#statement(contents, carefulStatement), values)
    }
  }

  #statement(contents: Contents, make: typeof quickStatement): string {
    const key = `${make.name} ${JSON.stringify(contents)}`
    let sql = this.#statements.get(key)
    if (sql === undefined) {
      sql = make(this.#records, contents)
      this.#statements.set(key, sql)
    }
    return sql
  }
}

function countOf({ rows }: Arrays): number {
  return rows[0]?.length ?? 0
}

function bound(arrays: Arrays): unknown[] {
  return [...arrays.templates, ...arrays.rows, arrays.texts, countOf(arrays)]
}
