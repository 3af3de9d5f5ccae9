/** The runs of one job (or of one function, where they were enqueued): counting those at work, trimming those over. */

import type { RunSeries } from '../record-store.ts'
import { numberIn, textIn } from '../sql/rows.ts'
import { IS_ACTIVE, IS_OVER, type Tables } from '../sql/tables.ts'
import type { Connection, Statement } from './connection.ts'

export class SeriesKeeper {
  readonly #connection: Connection
  readonly #countActive: Statement
  readonly #trimJob: Statement
  readonly #trimFunction: Statement
  readonly #removeLogs: Statement

  constructor(connection: Connection, tables: Tables) {
    const { records } = tables
    const surplus = (index: string, condition: string): string =>
      `DELETE FROM ${records} WHERE rowid IN (SELECT rowid FROM ${records} INDEXED BY ${index} ` +
      `WHERE ${condition} AND lane = 'history' ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?) RETURNING id`
    this.#connection = connection
    this.#countActive = connection.prepare(
      `SELECT job_id AS job, count(*) AS runs FROM ${records} INDEXED BY ${tables.activeRuns} ` +
        `WHERE job_id IN (SELECT value FROM json_each(?)) AND ${IS_ACTIVE} GROUP BY job_id`,
    )
    this.#trimJob = connection.prepare(surplus(tables.finishedRuns, `job_id = ? AND ${IS_OVER}`))
    this.#trimFunction = connection.prepare(
      surplus(tables.finishedEnqueued, "kind = 'run' AND job_id IS NULL AND function_ref = ?"),
    )
    this.#removeLogs = connection.prepare(
      `DELETE FROM ${records} WHERE kind = 'log' AND id IN (SELECT value FROM json_each(?))`,
    )
  }

  countActive(jobIds: readonly string[]): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const [job, runs] of this.#countActive.all(JSON.stringify(jobIds))) {
      counts.set(textIn(job, 'job_id'), numberIn(runs, 'runs'))
    }
    return counts
  }

  trim(series: readonly RunSeries[]): void {
    this.#connection.write(() => {
      for (const { jobId, functionRef, keep } of series) {
        const removed = jobId === null ? this.#trimFunction.all(functionRef, keep) : this.#trimJob.all(jobId, keep)
        if (removed.length > 0) this.#removeLogs.run(JSON.stringify(removed.map(([id]) => textIn(id, 'id'))))
      }
    })
  }
}
