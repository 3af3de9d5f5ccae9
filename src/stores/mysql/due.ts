/**
 * What is due, and when. Runs are read queue by queue and, within each, from the highest priority down: one statement
 * hops through the index to learn which priorities there are, one reads the first due runs of each. So neither finished
 * runs, nor a million that are due later, slow a claim.
 */

import type { EncodedRecord } from '../encoded-job-store.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import { COLUMNS, number, recordOf, text } from '../sql/rows.ts'
import type { SqlValue } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'

/** Runs of one queue with one priority. */
interface Level {
  readonly queue: string
  readonly priority: number
}

/** A condition, with its values. */
interface Condition {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

export class DueReader {
  readonly #database: Database
  readonly #tables: Tables

  constructor(database: Database, tables: Tables) {
    this.#database = database
    this.#tables = tables
  }

  async due(query: DueQuery): Promise<readonly EncodedRecord[]> {
    const limit = String(Math.min(query.limit, 2 ** 31 - 1))
    const filter = filterOf(query)
    const select = ({ sql, values }: Condition): Condition => ({
      sql: `(SELECT ${COLUMNS}, seq FROM ${sql} AND due <= ?${filter.sql} ORDER BY due, seq LIMIT ?)`,
      values: [...values, query.before, ...filter.values, limit],
    })
    if (query.lane !== 'run' || query.queues === undefined) {
      const { sql, values } = select(this.#inLane(query.lane))
      return (await this.#database.rows(sql, values)).map(recordOf)
    }
    const found: EncodedRecord[] = []
    const levels = await this.#levels(query.queues)
    if (levels.length === 0) return found
    const parts = levels.map((level) => select(this.#inLevel(level)))
    const sql = parts.map((part, rank) => `SELECT ${rank} AS place, r.* FROM (${part.sql}) r`).join(' UNION ALL ')
    const values = parts.flatMap((part) => part.values)
    const rows = await this.#database.rows(`${sql} ORDER BY place, due, seq LIMIT ?`, [...values, limit])
    return rows.map(recordOf)
  }

  async nextDue(query: NextDueQuery): Promise<number | null> {
    const filter = filterOf(query)
    const first = ({ sql, values }: Condition): Condition => ({
      sql: `(SELECT due FROM ${sql}${filter.sql} ORDER BY due LIMIT 1)`,
      values: [...values, ...filter.values],
    })
    const parts =
      query.lane === 'run' && query.queues !== undefined
        ? (await this.#levels(query.queues)).map((level) => first(this.#inLevel(level)))
        : [first(this.#inLane(query.lane))]
    if (parts.length === 0) return null
    const rows = await this.#database.rows(
      parts.map(({ sql }) => sql).join(' UNION ALL '),
      parts.flatMap(({ values }) => values),
    )
    const dues = rows.map((row) => number(row, 'due'))
    return dues.length === 0 ? null : Math.min(...dues)
  }

  /** The levels that have runs: queues in the order given, each from its highest priority down. */
  async #levels(queues: readonly string[]): Promise<readonly Level[]> {
    const names = [...new Set(queues)]
    if (names.length === 0) return []
    const sql =
      `SELECT queue, priority FROM ${this.#tables.records} FORCE INDEX (${this.#tables.runsDue}) ` +
      `WHERE due_lane = 'run' AND queue IN (${names.map(() => '?').join(', ')}) GROUP BY queue, priority`
    const rows = await this.#database.rows(sql, names)
    const levels = rows.map((row) => ({ queue: text(row, 'queue'), priority: number(row, 'priority') }))
    return levels.sort((a, b) => names.indexOf(a.queue) - names.indexOf(b.queue) || b.priority - a.priority)
  }

  #inLane(lane: DueQuery['lane']): Condition {
    const { records, jobsDue } = this.#tables
    return { sql: `${records} FORCE INDEX (${jobsDue}) WHERE due_lane = ?`, values: [lane] }
  }

  #inLevel({ queue, priority }: Level): Condition {
    const { records, runsDue } = this.#tables
    const sql = `${records} FORCE INDEX (${runsDue}) WHERE due_lane = 'run' AND queue = ? AND priority = ?`
    return { sql, values: [queue, priority] }
  }
}

function filterOf({ lane, withoutFunctions = [], withoutJobs = [] }: NextDueQuery): Condition {
  let sql = ''
  const values: SqlValue[] = []
  const leaveOut = (column: string, names: readonly string[]): void => {
    if (names.length === 0) return
    sql += ` AND ${column} NOT IN (SELECT name FROM JSON_TABLE(?, '$[*]' COLUMNS (name VARCHAR(255) PATH '$')) left_out)`
    values.push(JSON.stringify(names))
  }
  leaveOut('function_ref', withoutFunctions)
  leaveOut(lane === 'job' ? 'id' : "coalesce(job_id, '')", withoutJobs)
  return { sql, values }
}
