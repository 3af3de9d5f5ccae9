/** Reading records by key, and newest first. */

import type { RecordKey } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import type { Connection, Statement } from './connection.ts'
import type { SqliteValue } from './driver.ts'
import { COLUMNS, number, recordOf } from './rows.ts'
import type { Tables } from './tables.ts'

/** A query without its page. */
type Selection = Omit<ListQuery, 'limit'>

export class RecordReader {
  readonly #connection: Connection
  readonly #tables: Tables
  readonly #byKey: Statement

  constructor(connection: Connection, tables: Tables) {
    this.#connection = connection
    this.#tables = tables
    this.#byKey = connection.prepare(`SELECT ${COLUMNS} FROM ${tables.records} WHERE kind = ? AND id = ?`)
  }

  read(keys: readonly RecordKey[]): readonly (EncodedRecord | undefined)[] {
    return keys.map(({ kind, id }) => {
      const row = this.#byKey.first(kind, id)
      return row === undefined ? undefined : recordOf(row)
    })
  }

  list(query: ListQuery): readonly EncodedRecord[] {
    const values: SqliteValue[] = []
    const sql = `${this.#select(COLUMNS, query, values)} ORDER BY at DESC, id DESC LIMIT ?`
    const rows = this.#connection.prepare(sql).all(...values, query.limit)
    return rows.map(recordOf)
  }

  count(query: Selection): number {
    const values: SqliteValue[] = []
    const sql = `SELECT count(*) AS records FROM (${this.#select('1', query, values)})`
    const row = this.#connection.prepare(sql).first(...values)
    return row === undefined ? 0 : number(row, 'records')
  }

  /** The records of one job are in two indexes, which are read side by side. */
  #select(columns: string, query: Selection, values: SqliteValue[]): string {
    const { records, newest, activeRuns, finishedRuns } = this.#tables
    const select = (index: string, condition: string): string =>
      `SELECT ${columns} FROM ${records} INDEXED BY ${index} WHERE ${condition}${conditionsOf(query, values)}`
    if (query.jobId === undefined) return select(newest, 'kind = ?')
    const ofJob = 'job_id IS NOT NULL'
    const active = select(activeRuns, `${ofJob} AND state IN ('pending', 'running') AND kind = ?`)
    const finished = select(finishedRuns, `${ofJob} AND state NOT IN ('pending', 'running') AND kind = ?`)
    return `${active} UNION ALL ${finished}`
  }
}

/** The conditions after `kind = ?`; adds the values of all of them. */
function conditionsOf({ kind, jobId, states, queue, before }: Selection, values: SqliteValue[]): string {
  let sql = ''
  const and = (condition: string, ...given: SqliteValue[]): void => {
    sql += ` AND ${condition}`
    values.push(...given)
  }
  values.push(kind)
  if (jobId !== undefined) and('job_id = ?', jobId)
  if (states !== undefined) and('state IN (SELECT value FROM json_each(?))', JSON.stringify(states))
  if (queue !== undefined) and('queue = ?', queue)
  if (before?.id !== undefined) and('(at, id) < (?, ?)', before.at, before.id)
  else if (before !== undefined) and('at < ?', before.at)
  return sql
}
