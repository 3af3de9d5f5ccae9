/** The runs of one job (or of one function, where they were enqueued): counting those at work, trimming those over. */

import type { RunSeries } from '../record-store.ts'
import { number, text } from '../sql/rows.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'

export class SeriesKeeper {
  readonly #database: Database
  readonly #countActive: string
  readonly #trimJobs: string
  readonly #trimFunctions: string

  constructor(database: Database, { records }: Tables) {
    // By the places of rows and not by their ids: whatever the planner thinks of the table, it reads none for these.
    const trim = (condition: string): string => `
      WITH removed AS (
        DELETE FROM ${records} WHERE ctid = ANY (ARRAY (
          SELECT r.ctid FROM unnest($1::text[], $2::int[]) AS s (name, keep) CROSS JOIN LATERAL (
            SELECT ctid FROM ${records} WHERE lane = 'history' AND ${condition}
            ORDER BY at DESC, id DESC OFFSET s.keep
          ) r
        )) RETURNING id
      )
      DELETE FROM ${records} WHERE kind = 'log' AND id = ANY (ARRAY (SELECT id FROM removed))`
    this.#database = database
    this.#countActive =
      `SELECT job_id AS job, count(*) AS runs FROM ${records} ` +
      "WHERE job_id = ANY ($1::text[]) AND lane = 'run' AND state IN ('pending', 'running') GROUP BY job_id"
    // Only runs have a job. Were their kind said, the planner might walk all runs, which are in this order too.
    this.#trimJobs = trim('job_id = s.name')
    this.#trimFunctions = trim("kind = 'run' AND job_id IS NULL AND function_ref = s.name")
  }

  async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.rows(this.#countActive, [jobIds])
    return new Map(rows.map((row) => [text(row, 'job'), number(row, 'runs')]))
  }

  async trim(series: readonly RunSeries[]): Promise<void> {
    const ofJobs = series.filter(({ jobId }) => jobId !== null)
    const ofFunctions = series.filter(({ jobId }) => jobId === null)
    const keeps = (of: readonly RunSeries[]): number[] => of.map(({ keep }) => keep)
    if (ofJobs.length > 0) await this.#trim(this.#trimJobs, [ofJobs.map(({ jobId }) => jobId), keeps(ofJobs)])
    if (ofFunctions.length === 0) return
    await this.#trim(this.#trimFunctions, [ofFunctions.map(({ functionRef }) => functionRef), keeps(ofFunctions)])
  }
  /**
   * Where a few jobs have most of the runs, the planner expects the runs of any job to be most of the table, and would
   * rather read the whole of it.
   */
  async #trim(sql: string, values: readonly unknown[]): Promise<void> {
    await this.#database.transaction(async (rows) => {
      await rows('SET LOCAL enable_seqscan = off')
      await rows(sql, values)
    })
  }
}
