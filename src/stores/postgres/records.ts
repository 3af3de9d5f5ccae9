/** Reading records by key, newest first, and counted. */

import type { RecordKey } from '../../jobs/record.ts'
import { ACTIVE_RUN_STATES } from '../../jobs/run.ts'
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
    const parts = partsOf(query, values)
    if (parts.length === 0) return []
    const order = `ORDER BY at DESC, id DESC LIMIT ${limit}`
    const select = (part: string): string => `SELECT ${COLUMNS} FROM ${this.#records} WHERE ${part} ${order}`
    const [only = ''] = parts
    const union = parts.map((part) => `(${select(part)})`).join(' UNION ALL ')
    const sql = parts.length === 1 ? select(only) : `SELECT * FROM (${union}) r ${order}`
    return (await this.#database.rows(sql, values.list)).map(recordOf)
  }

  async count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    const values = new BoundValues()
    const parts = partsOf(query, values)
    if (parts.length === 0) return 0
    const counts = parts.map((part) => `(SELECT count(*) FROM ${this.#records} WHERE ${part})`)
    const row = await this.#database.first(`SELECT ${counts.join(' + ')} AS records`, values.list)
    return row === undefined ? 0 : number(row, 'records')
  }
}

/**
 * The conditions of a list, one for each index that has a part of it: of runs that are not over, of everything else, and
 * (without looking at completed runs, which are most of all) of each state that is out of the usual. No record fits two.
 */
function partsOf(query: Omit<ListQuery, 'limit'>, values: BoundValues): readonly string[] {
  const { kind, jobId, states } = query
  if (states?.length === 0 || (jobId !== undefined && kind !== 'run')) return []
  const condition = conditionOf(query, values)
  const isActive = "lane = 'run'"
  const isOver = "lane <> 'run'"
  if (kind !== 'run') {
    const isOfState = states === undefined ? '' : ` AND state = ANY (${values.bind(states)}::text[])`
    return [`${condition} AND ${isOver}${isOfState}`]
  }
  if (states === undefined) return [`${condition} AND ${isActive}`, `${condition} AND ${isOver}`]
  if (jobId !== undefined) {
    const isOfState = `state = ANY (${values.bind(states)}::text[])`
    return [`${condition} AND ${isActive} AND ${isOfState}`, `${condition} AND ${isOver} AND ${isOfState}`]
  }
  return [...new Set(states)].map((state) => {
    const name = values.bind(state)
    if (ACTIVE_RUN_STATES.some((active) => active === state)) return `${condition} AND ${isActive} AND state = ${name}`
    return state === 'completed'
      ? `${condition} AND ${isOver} AND state = ${name}`
      : `${condition} AND unusual_state = ${name}`
  })
}

/** What the indexes do not tell of a list. */
function conditionOf({ kind, jobId, queue, before }: Omit<ListQuery, 'limit'>, values: BoundValues): string {
  // Only runs have a job. Were their kind said, the planner might walk all runs, which are in the same order.
  let sql = jobId === undefined ? `kind = ${values.bind(kind)}` : `job_id = ${values.bind(jobId)}`
  if (queue !== undefined) sql += ` AND queue = ${values.bind(queue)}`
  if (before?.id !== undefined)
    sql += ` AND (at, id) < (${values.bind(before.at)}::int8, ${values.bind(before.id)}::text)`
  else if (before !== undefined) sql += ` AND at < ${values.bind(before.at)}::int8`
  return sql
}
