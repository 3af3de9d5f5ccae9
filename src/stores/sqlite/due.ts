/**
 * What is due, and when. Runs are read queue by queue and, within each, from the highest priority down: every step is a
 * seek in one index, so neither finished runs, nor a million that are due later, slow a claim.
 */

import type { EncodedRecord } from '../encoded-job-store.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import { COLUMNS, numberIn, recordOfValues, textIn } from '../sql/rows.ts'
import type { Tables } from '../sql/tables.ts'
import type { Connection, Statement } from './connection.ts'
import type { SqliteValue } from './driver.ts'

/** Runs of one queue with one priority. */
interface Level {
  readonly queue: string
  readonly priority: number
}

/** Conditions of a query, with their values. */
interface Filter {
  readonly sql: string
  readonly values: readonly SqliteValue[]
}

export class DueReader {
  readonly #connection: Connection
  readonly #tables: Tables
  readonly #nextQueue: Statement
  readonly #highestPriority: Statement
  readonly #nextPriority: Statement

  constructor(connection: Connection, tables: Tables) {
    const runs = `${tables.records} INDEXED BY ${tables.runsDue} WHERE lane = 'run' AND due IS NOT NULL`
    this.#connection = connection
    this.#tables = tables
    this.#nextQueue = connection.prepare(`SELECT min(queue) AS queue FROM ${runs} AND queue > ?`)
    this.#highestPriority = connection.prepare(`SELECT max(priority) AS priority FROM ${runs} AND queue = ?`)
    this.#nextPriority = connection.prepare(
      `SELECT max(priority) AS priority FROM ${runs} AND queue = ? AND priority < ?`,
    )
  }

  due({ skip = 0, ...query }: DueQuery): readonly EncodedRecord[] {
    const filter = filterOf(query)
    const most = query.limit + skip
    const page = { ...query, limit: most }
    if (query.lane !== 'run') return this.#dueIn(this.#laneSource(query.lane), page, filter, []).slice(skip)
    const found: EncodedRecord[] = []
    const source = this.#levelSource()
    for (const { queue, priority } of this.#levels(query.queues)) {
      // Without queues to serve in order, the earliest of all are wanted: each level may have them.
      const limit = query.queues === undefined ? most : most - found.length
      if (limit <= 0) break
      for (const record of this.#dueIn(source, { ...query, limit }, filter, [queue, priority])) found.push(record)
    }
    return query.queues === undefined ? found.sort(byDue).slice(skip, most) : found.slice(skip)
  }

  nextDue(queries: readonly NextDueQuery[]): readonly (number | null)[] {
    return queries.map((query) => this.#nextDue(query))
  }

  #nextDue(query: NextDueQuery): number | null {
    const filter = filterOf(query)
    if (query.lane !== 'run') return this.#nextDueIn(this.#laneSource(query.lane), filter, [])
    let next: number | null = null
    const source = this.#levelSource()
    for (const { queue, priority } of this.#levels(query.queues)) {
      const due = this.#nextDueIn(source, filter, [queue, priority])
      if (due !== null && (next === null || due < next)) next = due
    }
    return next
  }

  #laneSource(lane: 'job' | 'history'): string {
    const index = lane === 'job' ? this.#tables.jobsDue : this.#tables.historyDue
    return `${this.#tables.records} INDEXED BY ${index} WHERE lane = '${lane}' AND due IS NOT NULL`
  }

  #levelSource(): string {
    const { records, runsDue } = this.#tables
    return `${records} INDEXED BY ${runsDue} WHERE lane = 'run' AND due IS NOT NULL AND queue = ? AND priority = ?`
  }

  #dueIn(source: string, query: DueQuery, filter: Filter, values: readonly SqliteValue[]): EncodedRecord[] {
    const sql = `SELECT ${COLUMNS} FROM ${source} AND due <= ?${filter.sql} ORDER BY due, rowid LIMIT ?`
    const rows = this.#connection.prepare(sql).all(...values, query.before, ...filter.values, query.limit)
    return rows.map(recordOfValues)
  }

  #nextDueIn(source: string, filter: Filter, values: readonly SqliteValue[]): number | null {
    const sql = `SELECT due FROM ${source}${filter.sql} ORDER BY due LIMIT 1`
    const row = this.#connection.prepare(sql).first(...values, ...filter.values)
    return row === undefined ? null : numberIn(row[0], 'due')
  }

  /** The levels that have runs: queues in the order given (or by name), each from its highest priority down. */
  *#levels(queues: readonly string[] | undefined): Generator<Level> {
    for (const queue of queues === undefined ? this.#queues() : new Set(queues)) {
      let row = this.#highestPriority.first(queue)
      while (row !== undefined && row[0] !== null) {
        const priority = numberIn(row[0], 'priority')
        yield { queue, priority }
        row = this.#nextPriority.first(queue, priority)
      }
    }
  }

  *#queues(): Generator<string> {
    let row = this.#nextQueue.first('')
    while (row !== undefined && row[0] !== null) {
      const queue = textIn(row[0], 'queue')
      yield queue
      row = this.#nextQueue.first(queue)
    }
  }
}

function filterOf({ lane, withoutFunctions = [], withoutJobs = [] }: NextDueQuery): Filter {
  let sql = ''
  const values: SqliteValue[] = []
  if (withoutFunctions.length > 0) {
    sql += ' AND function_ref NOT IN (SELECT value FROM json_each(?))'
    values.push(JSON.stringify(withoutFunctions))
  }
  if (withoutJobs.length > 0) {
    const column = lane === 'job' ? 'id' : "coalesce(job_id, '')"
    sql += ` AND ${column} NOT IN (SELECT value FROM json_each(?))`
    values.push(JSON.stringify(withoutJobs))
  }
  return { sql, values }
}

function byDue(a: EncodedRecord, b: EncodedRecord): number {
  return (a.due ?? 0) - (b.due ?? 0)
}
