/**
 * Guarded changes: a batch is one statement, which is one transaction and one round trip. Each change is a row of the
 * arrays that are bound; what was inserted with a change is joined to those that were applied.
 *
 * The LIMIT says nothing that is not so anyway: with it the planner expects few rows where it does not know their number.
 * So a statement that is prepared while the table is empty is not planned to read the table from end to end, for ever.
 *
 * At READ COMMITTED an UPDATE that waited for another looks at the row again, so the version in its condition is the
 * compare-and-set. Two batches that wait for each other are a deadlock, which the server breaks; the loser tries again.
 */

import type { ChangeResult, RecordKind } from '../../jobs/record.ts'
import { APPLIED, REFUSED } from '../../jobs/record.ts'
import { batchesOf } from '../batches.ts'
import type { EncodedChange, EncodedPatch } from '../encoded-job-store.ts'
import { COLUMNS, number, text, valuesOf } from '../sql/rows.ts'
import { BoundValues, type SqlValue } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'

/** Columns of a record, with the types of the arrays that carry them. */
const RECORD_TYPES = 'text text int text int8 text int8 text text text int text text'.split(' ')

type Column = (SqlValue | boolean)[]

export class ChangeWriter {
  readonly #database: Database
  readonly #sql: string

  constructor(database: Database, tables: Tables) {
    this.#database = database
    this.#sql = commitStatement(tables.records)
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = []
    for (const batch of batchesOf(changes)) results.push(...(await this.#commit(batch)))
    return results
  }

  async #commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const rows = await this.#database.rows(this.#sql, [...boundValues(changes), changes.length])
    const results: ChangeResult[] = changes.map(() => REFUSED)
    const existing = new Map<number, string[]>()
    for (const row of rows) {
      const index = number(row, 'n')
      if (row['id'] === null) results[index] = APPLIED
      else existing.set(index, [...(existing.get(index) ?? []), text(row, 'id')])
    }
    for (const [index, ids] of existing) results[index] = { applied: true, existing: ids }
    return results
  }
}

/** The arrays of {@link commitStatement}: those of changes to records, then those of records to be added. */
function boundValues(changes: readonly EncodedChange[]): readonly Column[] {
  const patched: Column[] = Array.from({ length: 16 }, () => [])
  const added: Column[] = Array.from({ length: 2 + RECORD_TYPES.length }, () => [])
  const push = (columns: Column[], values: readonly (SqlValue | boolean)[]): void => {
    for (const [index, value] of values.entries()) columns[index]?.push(value)
  }
  for (const [index, change] of changes.entries()) {
    if ('key' in change) push(patched, patchRow(index, change.key, change.expect, change.patch))
    else push(added, [index, true, ...valuesOf(change.record)])
    for (const record of change.inserts) push(added, [index, false, ...valuesOf(record)])
  }
  return [...patched, ...added]
}

function patchRow(
  index: number,
  key: { readonly kind: RecordKind; readonly id: string },
  expect: number,
  patch: EncodedPatch | null,
): (SqlValue | boolean)[] {
  const { lane, due, state, at, functionRef, queue, priority, status, spec } = patch ?? {}
  return [
    index,
    key.kind,
    key.id,
    expect,
    patch === null,
    lane ?? null,
    due !== undefined,
    due ?? null,
    state ?? null,
    at ?? null,
    functionRef ?? null,
    queue ?? null,
    priority ?? null,
    status !== undefined,
    status ?? null,
    spec ?? null,
  ]
}

function commitStatement(records: string): string {
  const values = new BoundValues()
  const arrays = (types: readonly string[]): string => types.map((type) => `${values.bind(null)}::${type}[]`).join(', ')
  const patchTypes = 'int text text int bool text bool int8 text int8 text text int bool text text'.split(' ')
  const patches = arrays(patchTypes)
  const adds = arrays(['int', 'bool', ...RECORD_TYPES])
  const count = values.bind(null)
  const columns = COLUMNS.split(', ')
  const qualified = columns.map((column) => `a.${column}`).join(', ')
  const kept = (column: string): string => `${column} = coalesce(c.${column}, r.${column})`
  return `
    WITH c AS MATERIALIZED (
      SELECT * FROM unnest(${patches}) AS c (n, kind, id, version, is_removal, lane, sets_due, due, state, at,
        function_ref, queue, priority, sets_status, status, spec) LIMIT ${count}
    ), a AS MATERIALIZED (
      SELECT * FROM unnest(${adds}) AS a (n, is_own, ${COLUMNS})
    ), removed AS (
      DELETE FROM ${records} r USING c
      WHERE c.is_removal AND r.kind = c.kind AND r.id = c.id AND r.version = c.version RETURNING c.n
    ), patched AS (
      UPDATE ${records} r SET version = r.version + 1, due = CASE WHEN c.sets_due THEN c.due ELSE r.due END,
        status = CASE WHEN c.sets_status THEN c.status ELSE r.status END,
        ${['lane', 'state', 'at', 'function_ref', 'queue', 'priority', 'spec'].map(kept).join(', ')}
      FROM c WHERE NOT c.is_removal AND r.kind = c.kind AND r.id = c.id AND r.version = c.version RETURNING c.n
    ), own AS (
      INSERT INTO ${records} (${COLUMNS}) SELECT ${qualified} FROM a WHERE a.is_own ORDER BY a.n
      ON CONFLICT (kind, id) DO NOTHING RETURNING kind, id
    ), applied AS (
      SELECT n FROM removed UNION ALL SELECT n FROM patched
      UNION ALL SELECT a.n FROM a JOIN own USING (kind, id) WHERE a.is_own
    ), inserted AS (
      INSERT INTO ${records} (${COLUMNS}) SELECT ${qualified} FROM a JOIN applied USING (n) WHERE NOT a.is_own
      ORDER BY a.n ON CONFLICT (kind, id) DO NOTHING RETURNING kind, id
    )
    SELECT n, NULL AS id FROM applied
    UNION ALL
    SELECT a.n, a.id FROM a JOIN applied USING (n) WHERE NOT a.is_own
      AND NOT EXISTS (SELECT FROM inserted i WHERE i.kind = a.kind AND i.id = a.id)`
}
