/** Reading records by key, newest first, and counted. */

import type { RecordKey } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import { COLUMNS, number, recordOf } from '../sql/rows.ts'
import { BoundValues } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'

export class RecordReader {
  readonly #database: Database
  readonly #records: string

  constructor(database: Database, tables: Tables) {
    this.#database = database
    this.#records = tables.records
  }

  async read(keys: readonly RecordKey[]): Promise<readonly (EncodedRecord | undefined)[]> {
    const columns = COLUMNS.split(', ').map((column) => `r.${column}`)
    const sql =
      `SELECT ${columns.join(', ')} FROM (SELECT * FROM unnest($1::text[], $2::text[]) AS k (kind, id) LIMIT $3) k ` +
      `JOIN ${this.#records} r ON r.kind = k.kind AND r.id = k.id`
    // The limit is there for the planner; see commit.ts.
    const rows = await this.#database.rows(sql, [keys.map(({ kind }) => kind), keys.map(({ id }) => id), keys.length])
    const found = new Map<string, EncodedRecord>()
    for (const row of rows) {
      const record = recordOf(row)
      found.set(`${record.kind}/${record.id}`, record)
    }
    return keys.map(({ kind, id }) => found.get(`${kind}/${id}`))
  }

  async list(query: ListQuery): Promise<readonly EncodedRecord[]> {
    const values = new BoundValues()
    const limit = values.bind(query.limit)
    const newest = (condition: string): string =>
      `SELECT ${COLUMNS} FROM ${this.#records} WHERE ${condition} ORDER BY at DESC, id DESC LIMIT ${limit}`
    return (await this.#database.rows(listStatement(query, values, newest), values.list)).map(recordOf)
  }

  async count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    const values = new BoundValues()
    const sql = `SELECT count(*) AS records FROM ${this.#records} WHERE ${conditionOf(query, values)}`
    const row = await this.#database.first(sql, values.list)
    return row === undefined ? 0 : number(row, 'records')
  }
}

/**
 * Newest first from one index; of several states, from the part that each of them has in the index by state, put together.
 * That index leaves out completed runs, which are most of all.
 */
function listStatement(query: ListQuery, values: BoundValues, newest: (condition: string) => string): string {
  const { states, jobId } = query
  if (states === undefined || jobId !== undefined || states.includes('completed'))
    return newest(conditionOf(query, values))
  const condition = conditionOf({ ...query, states: undefined }, values)
  const ofState = newest(`${condition} AND state = s.state AND state <> 'completed'`)
  const names = values.bind([...new Set(states)])
  return `SELECT r.* FROM unnest(${names}::text[]) AS s (state) CROSS JOIN LATERAL (${ofState}) r ORDER BY at DESC, id DESC LIMIT $1`
}

function conditionOf({ kind, jobId, states, queue, before }: Omit<ListQuery, 'limit'>, values: BoundValues): string {
  let sql = `kind = ${values.bind(kind)}`
  if (jobId !== undefined) sql += ` AND job_id = ${values.bind(jobId)}`
  if (states !== undefined) {
    sql += ` AND state = ANY (${values.bind(states)}::text[])`
    // The index by state leaves out completed runs, which are most of all.
    if (!states.includes('completed')) sql += " AND state <> 'completed'"
  }
  if (queue !== undefined) sql += ` AND queue = ${values.bind(queue)}`
  if (before?.id !== undefined)
    sql += ` AND (at, id) < (${values.bind(before.at)}::int8, ${values.bind(before.id)}::text)`
  else if (before !== undefined) sql += ` AND at < ${values.bind(before.at)}::int8`
  return sql
}
