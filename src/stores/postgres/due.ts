/**
 * What is due, and when: one round trip each. Runs are read queue by queue and, within each, from the highest priority
 * down: a recursive query hops from one priority to the next in the index, so neither finished runs, nor a million that
 * are due later, slow a claim, and no statistics of the planner can change that.
 *
 * The indexes are over `ready_at`, which is never after `due`; where it is before it, the run is at work, and `due` is the
 * end of its lease. Those are few, and are stepped over.
 */

import type { EncodedRecord } from '../encoded-job-store.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import { COLUMNS, number, recordOf } from '../sql/rows.ts'
import { BoundValues } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'

export class DueReader {
  readonly #database: Database
  readonly #records: string

  constructor(database: Database, tables: Tables) {
    this.#database = database
    this.#records = tables.records
  }

  async due(query: DueQuery): Promise<readonly EncodedRecord[]> {
    const values = new BoundValues()
    const before = values.bind(query.before)
    const { skip = 0 } = query
    const limit = values.bind(Math.min(query.limit, MOST_ROWS))
    const page = skip === 0 ? `LIMIT ${limit}` : `LIMIT ${limit} OFFSET ${values.bind(skip)}`
    const source = (condition: string, rows: string): string =>
      `SELECT ${COLUMNS}, ready_at, seq FROM ${this.#records} WHERE ${condition} AND ready_at <= ${before} ` +
      `AND due <= ${before}${filterOf(query, values)} ORDER BY ready_at, seq ${rows}`
    const upTo = (): string => (skip === 0 ? limit : values.bind(Math.min(query.limit + skip, MOST_ROWS)))
    const sql =
      query.lane === 'run' && query.queues !== undefined
        ? `${this.#levels(query.queues, values)} SELECT r.* FROM level l CROSS JOIN LATERAL
           (${source(LEVEL, `LIMIT ${upTo()}`)}) r
           WHERE l.priority IS NOT NULL ORDER BY l.rank, l.priority DESC, r.ready_at, r.seq ${page}`
        : source(inLane(query.lane), page)
    return (await this.#database.rows(sql, values.list)).map(recordOf)
  }

  async nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    const values = new BoundValues()
    const answers = queries.map((query, index) => `(${this.#nextDue(query, values)}) AS due_${index}`)
    const row = await this.#database.first(`SELECT ${answers.join(', ')}`, values.list)
    return queries.map((_, index) => {
      const name = `due_${index}`
      return row === undefined || row[name] === null ? null : number(row, name)
    })
  }

  #nextDue(query: NextDueQuery, values: BoundValues): string {
    const filter = filterOf(query, values)
    if (query.lane !== 'run') {
      return `SELECT due FROM ${this.#records} WHERE ${inLane(query.lane)}${filter} ORDER BY ready_at LIMIT 1`
    }
    if (query.queues === undefined) return this.#nextOfRuns(inLane('run'), filter)
    return `${this.#levels(query.queues, values)} SELECT min(r.due) AS due FROM level l
      CROSS JOIN LATERAL (${this.#nextOfRuns(LEVEL, filter)}) r WHERE l.priority IS NOT NULL`
  }

  /** The first run that waits, or an earlier end of a lease: only runs at work come before the first that waits. */
  #nextOfRuns(condition: string, filter: string): string {
    const from = `FROM ${this.#records} WHERE ${condition}${filter}`
    return `WITH waiting AS (SELECT ready_at ${from} AND due = ready_at ORDER BY ready_at LIMIT 1)
      SELECT least((SELECT ready_at FROM waiting), (SELECT min(due) ${from} AND due <> ready_at
        AND ready_at < coalesce((SELECT ready_at FROM waiting), ${LATEST}))) AS due`
  }

  /** The queues in the order given, each with its priorities from the highest down. */
  #levels(queues: readonly string[], values: BoundValues): string {
    const highest = (condition: string): string =>
      `(SELECT max(priority) FROM ${this.#records} WHERE lane = 'run' AND ready_at IS NOT NULL AND ${condition})`
    return `WITH RECURSIVE level (rank, queue, priority) AS (
        SELECT q.rank, q.queue, ${highest('queue = q.queue')}
        FROM (SELECT queue, min(rank) AS rank FROM unnest(${values.bind([...queues])}::text[])
          WITH ORDINALITY AS q (queue, rank) GROUP BY queue) q
        UNION ALL
        SELECT l.rank, l.queue, ${highest('queue = l.queue AND priority < l.priority')}
        FROM level l WHERE l.priority IS NOT NULL
      )`
  }
}

const MOST_ROWS = 2 ** 31 - 1

/** Runs of one level of the recursive query. */
const LEVEL = "lane = 'run' AND ready_at IS NOT NULL AND queue = l.queue AND priority = l.priority"
/** After every due time. */
const LATEST = '9223372036854775807'

function inLane(lane: DueQuery['lane']): string {
  return `lane = '${lane}' AND ready_at IS NOT NULL`
}

function filterOf({ lane, withoutFunctions = [], withoutJobs = [] }: NextDueQuery, values: BoundValues): string {
  let sql = ''
  if (withoutFunctions.length > 0) sql += ` AND function_ref <> ALL (${values.bind(withoutFunctions)}::text[])`
  if (withoutJobs.length > 0) {
    const column = lane === 'job' ? 'id' : "coalesce(job_id, '')"
    sql += ` AND ${column} <> ALL (${values.bind(withoutJobs)}::text[])`
  }
  return sql
}
