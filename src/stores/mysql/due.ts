/**
 * What is due, and when. Runs are read queue by queue and, within each, from the highest priority down: one statement
 * for each priority that a queue has learns which there are, one reads the first due runs of each. So neither finished
 * runs, nor a million that are due later, slow a claim.
 *
 * The index is over `ready_at`, which is never after `due`; where it is before it, the run is at work, and `due` is the end
 * of its lease. Those are few, and are stepped over.
 */

import type { EncodedRecord } from '../encoded-job-store.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import { COLUMNS, number, recordOf, text } from '../sql/rows.ts'
import type { SqlValue } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'
import { padded } from './padded.ts'

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

/** Where to look for records, and those that a query leaves out there. */
interface Source extends Condition {
  readonly query: NextDueQuery
  readonly filter: Condition
}

const MOST_ROWS = 2 ** 31 - 1

export class DueReader {
  readonly #database: Database
  readonly #tables: Tables

  constructor(database: Database, tables: Tables) {
    this.#database = database
    this.#tables = tables
  }

  async due(query: DueQuery): Promise<readonly EncodedRecord[]> {
    const { skip = 0 } = query
    // As text: the driver sends numbers as floating point, which a LIMIT does not take.
    const page = [String(Math.min(query.limit, MOST_ROWS)), String(skip)]
    const first = [String(Math.min(query.limit + skip, MOST_ROWS)), '0']
    const filter = filterOf(query)
    const select = ({ sql, values }: Condition, rows: readonly string[]): Condition => ({
      sql:
        `(SELECT ${COLUMNS}, ready_at, seq FROM ${sql} AND ready_at <= ? AND due <= ?${filter.sql} ` +
        'ORDER BY ready_at, seq LIMIT ? OFFSET ?)',
      values: [...values, query.before, query.before, ...filter.values, ...rows],
    })
    if (query.lane !== 'run') {
      const { sql, values } = select(this.#inLane(query.lane), page)
      return (await this.#database.rows(sql, values)).map(recordOf)
    }
    const levels = await this.#levels(query.queues ?? (await this.#queues()))
    if (levels.length === 0) return []
    const parts = levels.map((level) => select(this.#inLevel(level), first))
    const sql = parts.map((part, rank) => `SELECT ${rank} AS place, r.* FROM (${part.sql}) r`).join(' UNION ALL ')
    const values = parts.flatMap((part) => part.values)
    // Without queues to serve in order, the earliest of all are wanted.
    const order = query.queues === undefined ? 'ready_at, seq' : 'place, ready_at, seq'
    const rows = await this.#database.rows(`${sql} ORDER BY ${order} LIMIT ? OFFSET ?`, [...values, ...page])
    return rows.map(recordOf)
  }

  /** All queries in the same few round trips. */
  async nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    const sources = (await Promise.all(queries.map((query) => this.#sources(query)))).flat()
    const waiting = await this.#dues(
      sources.map(({ sql, values, filter }, place) => ({
        sql: `(SELECT ${place} AS place, due FROM ${sql} AND due = ready_at${filter.sql} ORDER BY ready_at LIMIT 1)`,
        values: [...values, ...filter.values],
      })),
    )
    // Only runs at work come before the first that waits; the lease of one of them may end earlier.
    const leased = await this.#dues(
      sources.flatMap(({ query, sql, values, filter }, place) => {
        if (query.lane !== 'run') return []
        const least = `(SELECT ${place} AS place, min(due) AS due FROM ${sql} AND ready_at < ?${filter.sql})`
        return [{ sql: least, values: [...values, waiting[place] ?? Number.MAX_SAFE_INTEGER, ...filter.values] }]
      }),
    )
    return queries.map((query) => {
      const found = sources.flatMap((source, place) => (source.query === query ? [waiting[place], leased[place]] : []))
      const dues = found.filter((due) => due !== undefined)
      return dues.length === 0 ? null : Math.min(...dues)
    })
  }

  /** Where to look for what a query asks for. */
  async #sources(query: NextDueQuery): Promise<readonly Source[]> {
    const filter = filterOf(query)
    if (query.lane !== 'run') return [{ query, filter, ...this.#inLane(query.lane) }]
    const levels = await this.#levels(query.queues ?? (await this.#queues()))
    return levels.map((level) => ({ query, filter, ...this.#inLevel(level) }))
  }

  /** What the parts (each a `place` and a `due`) found, by place. */
  async #dues(parts: readonly Condition[]): Promise<readonly (number | undefined)[]> {
    const dues: number[] = []
    if (parts.length === 0) return dues
    const rows = await this.#database.rows(
      parts.map(({ sql }) => sql).join(' UNION ALL '),
      parts.flatMap(({ values }) => values),
    )
    for (const row of rows) if (row['due'] !== null) dues[number(row, 'place')] = number(row, 'due')
    return dues
  }

  /** The queues that have runs, by name. */
  async #queues(): Promise<readonly string[]> {
    const { records, due } = this.#tables
    const sql = `SELECT DISTINCT due_queue AS queue FROM ${records} FORCE INDEX (${due}) WHERE due_lane = 'run'`
    return (await this.#database.rows(sql)).map((row) => text(row, 'queue'))
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
    const { records, due } = this.#tables
    const parts = places.map(
      ({ rank, priority }) =>
        `SELECT ${rank} AS place, max(due_priority) AS highest, min(due_priority) AS lowest FROM ${records} ` +
        `FORCE INDEX (${due}) WHERE due_lane = 'run' AND due_queue = ?` +
        (priority === undefined ? '' : ' AND due_priority < ?'),
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

  #inLane(lane: 'job' | 'history'): Condition {
    return this.#in(lane, '', 0)
  }

  #inLevel({ queue, priority }: Level): Condition {
    return this.#in('run', queue, priority)
  }

  #in(lane: DueQuery['lane'], queue: string, priority: number): Condition {
    const { records, due } = this.#tables
    const sql = `${records} FORCE INDEX (${due}) WHERE due_lane = '${lane}' AND due_queue = ? AND due_priority = ?`
    return { sql, values: [queue, priority] }
  }
}

function filterOf({ lane, withoutFunctions = [], withoutJobs = [] }: NextDueQuery): Condition {
  let sql = ''
  const values: SqlValue[] = []
  const leaveOut = (column: string, names: readonly string[]): void => {
    if (names.length === 0) return
    const list = padded(names)
    sql += ` AND ${column} NOT IN (${list.map(() => '?').join(', ')})`
    values.push(...list)
  }
  leaveOut('function_ref', withoutFunctions)
  leaveOut(lane === 'job' ? 'id' : "coalesce(job_id, '')", withoutJobs)
  return { sql, values }
}
