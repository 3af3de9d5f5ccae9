/**
 * Guarded changes: a batch is one statement, which is one transaction and one round trip. What is inserted with a change
 * is joined to those that were applied. The server answers with the exceptions: changes that were refused, and inserts
 * that existed already.
 *
 * The LIMITs say nothing that is not so anyway: with them the planner expects few rows where it does not know their number.
 * So a statement that is prepared while the table is empty is not planned to read the table from end to end, for ever.
 *
 * At READ COMMITTED an UPDATE that waited for another looks at the row again, so the version in its condition is the
 * compare-and-set. Two batches that wait for each other are a deadlock, which the server breaks; the loser tries again.
 */

import type { ChangeResult } from '../../jobs/record.ts'
import { APPLIED, REFUSED } from '../../jobs/record.ts'
import { batchesOf } from '../batches.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import { COLUMNS, number, text } from '../sql/rows.ts'
import { BoundValues } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import { ADD_ARRAYS, type ArrayColumns, type Arrays, addArrays, PATCH_ARRAYS, patchArrays } from './batch.ts'
import type { Database } from './database.ts'

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
    for (const row of await this.#database.rows(this.#statement(contents), values)) {
      const index = number(row, 'n')
      if (row['id'] === null) results[index] = REFUSED
      else existing.set(index, [...(existing.get(index) ?? []), text(row, 'id')])
    }
    for (const [index, ids] of existing) results[index] = { applied: true, existing: ids }
    return results
  }

  #statement(contents: Contents): string {
    const key = JSON.stringify(contents)
    let sql = this.#statements.get(key)
    if (sql === undefined) {
      sql = statement(this.#records, contents)
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

/** What a batch does. */
interface Contents {
  readonly patches: boolean
  /** Adds records by themselves. */
  readonly adds: boolean
  /** Adds records with others. */
  readonly inserts: boolean
}

/**
 * The statement for batches of these contents. Rows are matched by `IN`, asked whether it is true: so PostgreSQL hashes
 * the list, and is not tempted to compare each row with each.
 */
function statement(records: string, { patches, adds, inserts }: Contents): string {
  const values = new BoundValues()
  const parts: string[] = []
  const applied: string[] = []
  const changes: string[] = []
  if (patches) {
    parts.push(`c AS MATERIALIZED (${tableOf(PATCH_ARRAYS, values)})`, ...patchParts(records))
    applied.push('SELECT n FROM removed', 'SELECT n FROM patched')
    changes.push('SELECT n FROM c')
  }
  if (adds || inserts) parts.push(`a AS MATERIALIZED (${tableOf(ADD_ARRAYS, values)})`)
  if (adds) {
    parts.push(`own AS (${insert(records, 'a.is_own')})`)
    applied.push('SELECT n FROM a WHERE is_own AND ((kind, id) IN (SELECT kind, id FROM own)) IS TRUE')
    changes.push('SELECT n FROM a WHERE is_own')
  }
  parts.push(`applied AS MATERIALIZED (${applied.join(' UNION ALL ')})`)
  const refused = `SELECT n, NULL AS id FROM (${changes.join(' UNION ALL ')}) all_changes
    WHERE (n IN (SELECT n FROM applied)) IS NOT TRUE`
  if (!inserts) return `WITH ${parts.join(', ')} ${refused}`
  const isDue = 'NOT a.is_own AND (a.n IN (SELECT n FROM applied)) IS TRUE'
  parts.push(`inserted AS (${insert(records, isDue)})`)
  return `WITH ${parts.join(', ')} ${refused} UNION ALL SELECT a.n, a.id FROM a
    WHERE ${isDue} AND ((a.kind, a.id) IN (SELECT kind, id FROM inserted)) IS NOT TRUE`
}

/** The bound arrays as one table: each row with what its template has; its own text, if it has one, comes first. */
function tableOf({ template, row, text: own }: ArrayColumns, values: BoundValues): string {
  const bindAll = (columns: readonly (readonly [string, string])[]): string =>
    columns.map(([, type]) => `${values.bind(null)}::${type}[]`).join(', ')
  const names = (columns: readonly (readonly [string, string])[]): string => columns.map(([name]) => name).join(', ')
  const templates = `unnest(${bindAll(template)}) WITH ORDINALITY AS t (${names(template)}, template)`
  const rows = row.map((column) => `unnest(${bindAll([column])})`).join(', ')
  const texts = `json_array_elements_text(${values.bind(null)}::json)`
  const count = values.bind(null)
  const common = template.filter(([name]) => name !== own).map(([name]) => `t.${name}`)
  const text = template.some(([name]) => name === own) ? `coalesce(r.${own}, t.${own}) AS ${own}` : `r.${own}`
  const mine = row.filter(([name]) => name !== 'template').map(([name]) => `r.${name}`)
  return `SELECT ${[...mine, text, ...common].join(', ')}
    FROM (SELECT * FROM ROWS FROM (${rows}, ${texts}) AS r (${names(row)}, ${own}) LIMIT ${count}) r
    JOIN (SELECT * FROM ${templates}) t USING (template) LIMIT ${count}`
}

/** What removes records, and what changes them. */
function patchParts(records: string): readonly string[] {
  const isMeant = 'r.kind = c.kind AND r.id = c.id AND r.version = c.version'
  const kept = (column: string): string => `${column} = coalesce(c.${column}, r.${column})`
  return [
    `removed AS (DELETE FROM ${records} r USING c WHERE c.is_removal AND ${isMeant} RETURNING c.n)`,
    `patched AS (
      UPDATE ${records} r SET version = r.version + 1, due = CASE WHEN c.sets_due THEN c.due ELSE r.due END,
        ready_at = CASE WHEN NOT c.sets_due THEN r.ready_at
          WHEN coalesce(c.lane, r.lane) = 'run' AND coalesce(c.state, r.state) = 'running' THEN least(r.ready_at, c.due)
          ELSE c.due END,
        status = CASE WHEN c.sets_status THEN c.status ELSE r.status END,
        ${['lane', 'state', 'at', 'function_ref', 'queue', 'priority', 'spec'].map(kept).join(', ')}
      FROM c WHERE NOT c.is_removal AND ${isMeant} RETURNING c.n
    )`,
  ]
}

function insert(records: string, condition: string): string {
  const qualified = COLUMNS.split(', ').map((column) => `a.${column}`)
  return `INSERT INTO ${records} (${COLUMNS}, ready_at) SELECT ${qualified.join(', ')}, a.due FROM a
    WHERE ${condition} ORDER BY a.n ON CONFLICT (kind, id) DO NOTHING RETURNING kind, id`
}
