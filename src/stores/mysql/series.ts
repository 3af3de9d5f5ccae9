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
  readonly #surplus: string
  readonly #remove: string

  constructor(database: Database, { records, series }: Tables) {
    this.#database = database
    this.#countActive =
      "SELECT r.job_id AS job, count(*) AS runs FROM JSON_TABLE(?, '$[*]' COLUMNS (series VARCHAR(255) PATH '$')) j " +
      `STRAIGHT_JOIN ${records} r FORCE INDEX (${series}) ON r.lane = 'run' AND ` +
      `r.series = j.series COLLATE utf8mb4_bin WHERE r.state IN (${ACTIVE_RUN_STATES.map((state) => `'${state}'`).join(', ')}) ` +
      'GROUP BY r.job_id'
    this.#surplus =
      `SELECT id FROM ${records} FORCE INDEX (${series}) WHERE kind = 'run' AND lane = 'history' AND series = ? ` +
      `ORDER BY at DESC, id DESC LIMIT ${SLICE} OFFSET ?`
    // Whole keys: with a list of kinds, MariaDB reads every run for each of them.
    this.#remove =
      "DELETE r FROM JSON_TABLE(?, '$[*]' COLUMNS (kind VARCHAR(8) PATH '$[0]', id VARCHAR(255) PATH '$[1]')) s " +
      `STRAIGHT_JOIN ${records} r ON r.kind = s.kind COLLATE utf8mb4_bin AND r.id = s.id COLLATE utf8mb4_bin ` +
      "AND r.lane = 'history'"
  }

  async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (jobIds.length === 0) return new Map()
    const rows = await this.#database.rows(this.#countActive, [JSON.stringify(jobIds.map(seriesOfJob))])
    return new Map(rows.map((row) => [text(row, 'job'), number(row, 'runs')]))
  }

  async trim(series: readonly RunSeries[]): Promise<void> {
    for (const { jobId, functionRef, keep } of series) {
      for (;;) {
        const name = jobId === null ? seriesOfFunction(functionRef) : seriesOfJob(jobId)
        const rows = await this.#database.rows(this.#surplus, [name, String(keep)])
        if (rows.length > 0) await this.#database.write(this.#remove, [JSON.stringify(rows.flatMap(keysOf))])
        if (rows.length < SLICE) break
      }
    }
  }
}

/** What the column `series` has for the runs of a job; see schema.ts. */
export function seriesOfJob(jobId: string): string {
  return `j:${jobId}`
}

/** And for the enqueued runs of a function. */
function seriesOfFunction(functionRef: string): string {
  return `f:${functionRef}`
}

/** A run, and the log that there may be of it. */
function keysOf(row: SqlRow): readonly (readonly [kind: string, id: string])[] {
  const id = text(row, 'id')
  return [
    ['run', id],
    ['log', id],
  ]
}
