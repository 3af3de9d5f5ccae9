/** The runs of one job (or of one function, where they were enqueued): counting those at work, trimming those over. */

import type { RunSeries } from '../record-store.ts'
import type { Connection, Statement } from './connection.ts'
import { number } from './rows.ts'
import { IS_ACTIVE, IS_OVER, type Tables } from './tables.ts'

export class SeriesKeeper {
  readonly #connection: Connection
  readonly #countActive: Statement
  readonly #trimJob: Statement
  readonly #trimFunction: Statement

  constructor(connection: Connection, tables: Tables) {
    const { records } = tables
    const surplus = (index: string, condition: string): string =>
      `DELETE FROM ${records} WHERE rowid IN (SELECT rowid FROM ${records} INDEXED BY ${index} ` +
      `WHERE ${condition} AND lane = 'history' ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)`
    this.#connection = connection
    this.#countActive = connection.prepare(
      `SELECT count(*) AS runs FROM ${records} INDEXED BY ${tables.activeRuns} ` + `WHERE job_id = ? AND ${IS_ACTIVE}`,
    )
    this.#trimJob = connection.prepare(surplus(tables.finishedRuns, `job_id = ? AND ${IS_OVER}`))
    this.#trimFunction = connection.prepare(surplus(tables.finishedEnqueued, 'job_id IS NULL AND function_ref = ?'))
  }

  countActive(jobIds: readonly string[]): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const jobId of jobIds) {
      const row = this.#countActive.first(jobId)
      if (row !== undefined) counts.set(jobId, number(row, 'runs'))
    }
    return counts
  }

  trim(series: readonly RunSeries[]): void {
    this.#connection.write(() => {
      for (const { jobId, functionRef, keep } of series) {
        if (jobId === null) this.#trimFunction.run(functionRef, keep)
        else this.#trimJob.run(jobId, keep)
      }
    })
  }
}
