/** Reading records by key, newest first, and counted. */

import type { RecordKey } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import { COLUMNS, number, recordOf } from '../sql/rows.ts'
import type { SqlValue } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'

/** A query without its page. */
type Selection = Omit<ListQuery, 'limit'>

export class RecordReader {
  readonly #database: Database
  readonly #tables: Tables
  readonly #read: string

  constructor(database: Database, tables: Tables) {
    const columns = COLUMNS.split(', ').map((column) => `r.${column}`)
    this.#database = database
    this.#tables = tables
    this.#read =
      `SELECT ${columns.join(', ')} FROM JSON_TABLE(?, '$[*]' COLUMNS (kind VARCHAR(8) PATH '$[0]', ` +
      `id VARCHAR(255) PATH '$[1]')) k STRAIGHT_JOIN ${tables.records} r ` +
      'ON r.kind = k.kind COLLATE utf8mb4_bin AND r.id = k.id COLLATE utf8mb4_bin'
  }

  async read(keys: readonly RecordKey[]): Promise<readonly (EncodedRecord | undefined)[]> {
    if (keys.length === 0) return []
    const rows = await this.#database.rows(this.#read, [JSON.stringify(keys.map(({ kind, id }) => [kind, id]))])
    const found = new Map<string, EncodedRecord>()
    for (const row of rows) {
      const record = recordOf(row)
      found.set(`${record.kind}/${record.id}`, record)
    }
    return keys.map(({ kind, id }) => found.get(`${kind}/${id}`))
  }

  async list(query: ListQuery): Promise<readonly EncodedRecord[]> {
    const { limit } = query
    const parts = selectionsOf(query).map((selection) => {
      const { sql, values } = this.#selection(selection)
      return {
        sql: `(SELECT ${COLUMNS} FROM ${sql} ORDER BY at DESC, id DESC LIMIT ?)`,
        values: [...values, String(limit)],
      }
    })
    if (parts.length === 0) return []
    const values = parts.flatMap((part) => part.values)
    const union = parts.map(({ sql }) => sql).join(' UNION ALL ')
    if (parts.length === 1) return (await this.#database.rows(union, values)).map(recordOf)
    const rows = await this.#database.rows(`${union} ORDER BY at DESC, id DESC LIMIT ?`, [...values, String(limit)])
    return rows.map(recordOf)
  }

  async count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    if (query.states?.length === 0) return 0
    const { sql, values } = this.#selection(query)
    const [row] = await this.#database.rows(`SELECT count(*) AS records FROM ${sql}`, values)
    return row === undefined ? 0 : number(row, 'records')
  }

  #selection({ kind, jobId, states, queue, before }: Selection): { sql: string; values: SqlValue[] } {
    const { records, newest, byState, finishedRuns } = this.#tables
    const index = jobId !== undefined ? finishedRuns : states === undefined ? newest : byState
    let sql = `${records} FORCE INDEX (${index}) WHERE kind = ?`
    const values: SqlValue[] = [kind]
    const and = (condition: string, ...given: SqlValue[]): void => {
      sql += ` AND ${condition}`
      values.push(...given)
    }
    if (jobId !== undefined) and('job_id = ?', jobId)
    if (states !== undefined) and(`state IN (${states.map(() => '?').join(', ')})`, ...states)
    if (queue !== undefined) and('queue = ?', queue)
    if (before?.id !== undefined) and('(at < ? OR (at = ? AND id < ?))', before.at, before.at, before.id)
    else if (before !== undefined) and('at < ?', before.at)
    return { sql, values }
  }
}

/** One part of the index by state for each state: over several at once it is in no order. */
function selectionsOf(query: ListQuery): readonly Selection[] {
  if (query.states === undefined || query.jobId !== undefined) return query.states?.length === 0 ? [] : [query]
  return [...new Set(query.states)].map((state) => ({ ...query, states: [state] }))
}
