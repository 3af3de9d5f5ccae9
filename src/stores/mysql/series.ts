/** The runs of one job (or of one function, where they were enqueued): counting those at work, trimming those over. */

import { ACTIVE_RUN_STATES } from '../../jobs/run.ts'
import type { RunSeries } from '../record-store.ts'
import { number, text } from '../sql/rows.ts'
import type { SqlRow } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'

/** Runs removed by one statement. */
const SLICE = 1_000

export class SeriesKeeper {
  readonly #database: Database
  readonly #countActive: string
  readonly #surplusOfJob: string
  readonly #surplusOfFunction: string
  readonly #remove: string

  constructor(database: Database, { records, activeRuns, finishedRuns, finishedEnqueued }: Tables) {
    const surplus = (index: string, condition: string): string =>
      `SELECT id FROM ${records} FORCE INDEX (${index}) WHERE kind = 'run' AND ${condition} AND lane = 'history' ` +
      `ORDER BY at DESC, id DESC LIMIT ${SLICE} OFFSET ?`
    this.#database = database
    this.#countActive =
      "SELECT r.job_id AS job, count(*) AS runs FROM JSON_TABLE(?, '$[*]' COLUMNS (id VARCHAR(255) PATH '$[0]', " +
      `state VARCHAR(16) PATH '$[1]')) j STRAIGHT_JOIN ${records} r FORCE INDEX (${activeRuns}) ` +
      'ON r.job_id = j.id COLLATE utf8mb4_bin AND r.state = j.state COLLATE utf8mb4_bin GROUP BY r.job_id'
    this.#surplusOfJob = surplus(finishedRuns, 'job_id = ?')
    this.#surplusOfFunction = surplus(finishedEnqueued, 'job_id IS NULL AND function_ref = ?')
    // Whole keys: with a list of kinds, MariaDB reads every run for each of them.
    this.#remove =
      "DELETE r FROM JSON_TABLE(?, '$[*]' COLUMNS (kind VARCHAR(8) PATH '$[0]', id VARCHAR(255) PATH '$[1]')) s " +
      `STRAIGHT_JOIN ${records} r ON r.kind = s.kind COLLATE utf8mb4_bin AND r.id = s.id COLLATE utf8mb4_bin ` +
      "AND r.lane = 'history'"
  }

  async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (jobIds.length === 0) return new Map()
    // Each job with each state: with a list of states, MariaDB reads all runs of a job.
    const parts = jobIds.flatMap((id) => ACTIVE_RUN_STATES.map((state) => [id, state]))
    const rows = await this.#database.rows(this.#countActive, [JSON.stringify(parts)])
    return new Map(rows.map((row) => [text(row, 'job'), number(row, 'runs')]))
  }

  async trim(series: readonly RunSeries[]): Promise<void> {
    for (const { jobId, functionRef, keep } of series) {
      for (;;) {
        const sql = jobId === null ? this.#surplusOfFunction : this.#surplusOfJob
        const rows = await this.#database.rows(sql, [jobId ?? functionRef, String(keep)])
        if (rows.length > 0) await this.#database.write(this.#remove, [JSON.stringify(rows.flatMap(keysOf))])
        if (rows.length < SLICE) break
      }
    }
  }
}

/** A run, and the log that there may be of it. */
function keysOf(row: SqlRow): readonly (readonly [kind: string, id: string])[] {
  const id = text(row, 'id')
  return [
    ['run', id],
    ['log', id],
  ]
}
