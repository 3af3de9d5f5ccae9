/**
 * The statements that carry out a batch of guarded changes. Rows are matched by `IN`, asked whether it is true: so
 * PostgreSQL hashes the list, and is not tempted to compare each row with each.
 *
 * The LIMITs say nothing that is not so anyway: with them the planner expects few rows where it does not know their number.
 * So a statement that is prepared while the table is empty is not planned to read the table from end to end, for ever.
 */

import { COLUMNS } from '../sql/rows.ts'
import { BoundValues } from '../sql/statement.ts'
import { ADD_ARRAYS, type ArrayColumns, PATCH_ARRAYS } from './batch.ts'

const CHANGED = 'applied AS MATERIALIZED (SELECT n FROM removed UNION ALL SELECT n FROM patched)'

/** What a batch does. */
export interface Contents {
  readonly patches: boolean
  /** Adds records by themselves. */
  readonly adds: boolean
  /** Adds records with others. */
  readonly inserts: boolean
}

/** For batches whose ids are free; an error (unique violation) where one is not. Gives the changes that were refused. */
export function quickStatement(records: string, { patches, adds, inserts }: Contents): string {
  const values = new BoundValues()
  const added = (): string => `a AS MATERIALIZED (${tableOf(ADD_ARRAYS, values)})`
  if (!patches) return `WITH ${added()} ${insert(records, 'true')}`
  const parts = [`c AS MATERIALIZED (${tableOf(PATCH_ARRAYS, values)})`, ...patchParts(records), CHANGED]
  if (adds || inserts) {
    parts.push(added(), `inserted AS (${insert(records, 'a.is_own OR (a.n IN (SELECT n FROM applied)) IS TRUE')})`)
  }
  return `WITH ${parts.join(', ')} SELECT n, NULL AS id FROM c WHERE (n IN (SELECT n FROM applied)) IS NOT TRUE`
}

/** For batches of which some id may be taken. Gives the changes that were refused, and the inserts that existed. */
export function carefulStatement(records: string, { patches, adds, inserts }: Contents): string {
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
    parts.push(`own AS (${insertMissing(records, 'a.is_own')})`)
    applied.push('SELECT n FROM a WHERE is_own AND ((kind, id) IN (SELECT kind, id FROM own)) IS TRUE')
    changes.push('SELECT n FROM a WHERE is_own')
  }
  parts.push(`applied AS MATERIALIZED (${applied.join(' UNION ALL ')})`)
  const refused = `SELECT n, NULL AS id FROM (${changes.join(' UNION ALL ')}) all_changes
    WHERE (n IN (SELECT n FROM applied)) IS NOT TRUE`
  if (!inserts) return `WITH ${parts.join(', ')} ${refused}`
  const isDue = 'NOT a.is_own AND (a.n IN (SELECT n FROM applied)) IS TRUE'
  parts.push(`inserted AS (${insertMissing(records, isDue)})`)
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
    WHERE ${condition} ORDER BY a.n`
}

function insertMissing(records: string, condition: string): string {
  return `${insert(records, condition)} ON CONFLICT (kind, id) DO NOTHING RETURNING kind, id`
}
