/** Reading records by key, newest first, and counted. */

import type { Lane, RecordKey } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import { COLUMNS, number, recordOf } from '../sql/rows.ts'
import type { SqlValue } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'
import { seriesOfJob } from './series.ts'

/** A query without its page. */
type Selection = Omit<ListQuery, 'limit'>

/** A part of it that one index has in order. */
interface Part extends Selection {
  readonly lane?: Lane
}

/** The lanes that runs are in. */
const RUN_LANES: readonly Lane[] = ['run', 'history']

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
    const parts = partsOf(query).map((part) => {
      const { sql, values } = this.#selection(part)
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
    const parts = partsOf(query).map((part) => this.#selection(part))
    if (parts.length === 0) return 0
    const counts = parts.map(({ sql }) => `(SELECT count(*) FROM ${sql})`)
    const values = parts.flatMap((part) => part.values)
    const [row] = await this.#database.rows(`SELECT ${counts.join(' + ')} AS records`, values)
    return row === undefined ? 0 : number(row, 'records')
  }

  #selection({ kind, jobId, lane, states, queue, before }: Part): { sql: string; values: SqlValue[] } {
    const { records, newest, byState, series } = this.#tables
    const index = lane !== undefined ? series : states === undefined ? newest : byState
    let sql = `${records} FORCE INDEX (${index}) WHERE kind = ?`
    const values: SqlValue[] = [kind]
    const and = (condition: string, ...given: SqlValue[]): void => {
      sql += ` AND ${condition}`
      values.push(...given)
    }
    if (jobId !== undefined && lane !== undefined) and('lane = ? AND series = ?', lane, seriesOfJob(jobId))
    if (states !== undefined) and(`state IN (${states.map(() => '?').join(', ')})`, ...states)
    if (queue !== undefined) and('queue = ?', queue)
    if (before?.id !== undefined) and('(at < ? OR (at = ? AND id < ?))', before.at, before.at, before.id)
    else if (before !== undefined) and('at < ?', before.at)
    return { sql, values }
  }
}

/**
 * One part of the index by state for each state, and for the runs of a job one of its series for each lane: over several at
 * once an index is in no order.
 */
function partsOf(query: Selection): readonly Part[] {
  if (query.states?.length === 0) return []
  if (query.jobId !== undefined) return RUN_LANES.map((lane) => ({ ...query, lane }))
  if (query.states === undefined) return [query]
  return [...new Set(query.states)].map((state) => ({ ...query, states: [state] }))
}
