/** Reading records by key, and newest first. */

import type { RecordKey } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import { COLUMNS, numberIn, recordOfValues } from '../sql/rows.ts'
import { IS_ACTIVE, IS_OVER, type Tables } from '../sql/tables.ts'
import type { Connection, Statement } from './connection.ts'
import type { SqliteValue } from './driver.ts'

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
      return row === undefined ? undefined : recordOfValues(row)
    })
  }

  list(query: ListQuery): readonly EncodedRecord[] {
    if (query.states?.length === 0) return []
    const values: SqliteValue[] = []
    const sql = `${this.#select(COLUMNS, query, values)} ORDER BY at DESC, id DESC LIMIT ?`
    const rows = this.#connection.prepare(sql).all(...values, query.limit)
    return rows.map(recordOfValues)
  }

  count(query: Selection): number {
    if (query.states?.length === 0) return 0
    const values: SqliteValue[] = []
    const sql = `SELECT count(*) AS records FROM (${this.#select('1', query, values)})`
    const row = this.#connection.prepare(sql).first(...values)
    return row === undefined ? 0 : numberIn(row[0], 'records')
  }

  /**
   * One index where it has all that is asked for in order. Else several, read side by side: those of the runs of a job,
   * or one part of the index by state for each state. That index leaves out completed runs, which are most of all.
   */
  #select(columns: string, query: Selection, values: SqliteValue[]): string {
    const { records, newest, byState, activeRuns, finishedRuns } = this.#tables
    const select = (selection: Selection, index: string, condition: string, ...given: SqliteValue[]): string => {
      values.push(...given)
      return `SELECT ${columns} FROM ${records} INDEXED BY ${index} WHERE ${condition}${conditionsOf(selection, values)}`
    }
    if (query.jobId !== undefined) {
      const active = select(query, activeRuns, `job_id = ? AND ${IS_ACTIVE}`, query.jobId)
      const finished = select(query, finishedRuns, `job_id = ? AND ${IS_OVER}`, query.jobId)
      return `${active} UNION ALL ${finished}`
    }
    const states = new Set(query.states)
    if (states.size === 0 || states.has('completed')) return select(query, newest, 'true')
    const ofAnyState = { ...query, states: undefined }
    return Array.from(states, (state) => select(ofAnyState, byState, "state <> 'completed' AND state = ?", state)).join(
      ' UNION ALL ',
    )
  }
}

/** Conditions on what the indexes do not tell; adds their values. */
function conditionsOf({ kind, states, queue, before }: Selection, values: SqliteValue[]): string {
  let sql = ''
  const and = (condition: string, ...given: SqliteValue[]): void => {
    sql += ` AND ${condition}`
    values.push(...given)
  }
  and('kind = ?', kind)
  if (states !== undefined) and('state IN (SELECT value FROM json_each(?))', JSON.stringify(states))
  if (queue !== undefined) and('queue = ?', queue)
  if (before?.id !== undefined) and('(at, id) < (?, ?)', before.at, before.id)
  else if (before !== undefined) and('at < ?', before.at)
  return sql
}
