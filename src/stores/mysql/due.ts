/**
 * What is due, and when. Runs are read queue by queue and, within each, from the highest priority down: one statement
 * for each priority that a queue has learns which there are, one reads the first due runs of each. So neither finished
 * runs, nor a million that are due later, slow a claim.
 */

import type { EncodedRecord } from '../encoded-job-store.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import { COLUMNS, number, recordOf } from '../sql/rows.ts'
import type { SqlValue } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'

/** Runs of one queue with one priority. */
interface Level {
  readonly queue: string
  readonly priority: number
}

/** A queue by its place in the order, and the priority down to which its levels are known. */
interface Place {
  readonly rank: number
  readonly queue: string
  readonly priority?: number
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
    const levels: (Level & { readonly rank: number })[] = []
    let open = await this.#priorities(names.map((queue, rank) => ({ rank, queue })))
    while (open.length > 0) {
      levels.push(...open)
      open = await this.#priorities(open.filter(({ priority, lowest }) => priority > lowest))
    }
    return levels.sort((a, b) => a.rank - b.rank || b.priority - a.priority)
  }

  /**
   * The highest priority of each queue, below the one given if there is one; and the lowest, at which the hops end. Each is
   * read from one end of a range: grouping by priority would read every run that waits.
   */
  async #priorities(
    places: readonly Place[],
  ): Promise<readonly (Level & { readonly rank: number; readonly lowest: number })[]> {
    if (places.length === 0) return []
    const { records, runsDue } = this.#tables
    const parts = places.map(
      ({ rank, priority }) =>
        `SELECT ${rank} AS place, max(priority) AS highest, min(priority) AS lowest FROM ${records} ` +
        `FORCE INDEX (${runsDue}) WHERE due_lane = 'run' AND queue = ?${priority === undefined ? '' : ' AND priority < ?'}`,
    )
    const values = places.flatMap(({ queue, priority }) => (priority === undefined ? [queue] : [queue, priority]))
    const rows = await this.#database.rows(parts.join(' UNION ALL '), values)
    return rows.flatMap((row) => {
      if (row['highest'] === null) return []
      const rank = number(row, 'place')
      const queue = places.find((place) => place.rank === rank)?.queue ?? ''
      return [{ rank, queue, priority: number(row, 'highest'), lowest: number(row, 'lowest') }]
    })
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
    const padded = paddedNames(names)
    sql += ` AND ${column} NOT IN (${padded.map(() => '?').join(', ')})`
    values.push(...padded)
  }
  leaveOut('function_ref', withoutFunctions)
  leaveOut(lane === 'job' ? 'id' : "coalesce(job_id, '')", withoutJobs)
  return { sql, values }
}

/**
 * As many as the next power of two, the last one repeated: so that lists of any length make few different statements, each
 * of which is prepared once. A list that is read from JSON within the statement would be read anew for every row.
 */
function paddedNames(names: readonly string[]): readonly string[] {
  const length = 2 ** Math.ceil(Math.log2(names.length))
  const last = names.at(-1) ?? ''
  return [...names, ...Array.from({ length: length - names.length }, () => last)]
}
