/** The runs of one job (or of one function, where they were enqueued): counting those at work, trimming those over. */

import type { RunSeries } from '../record-store.ts'
import type { Connection } from './connection.ts'
import { escaped } from './record-text.ts'
import { listOf, numberOf } from './replies.ts'
import { COUNT_ACTIVE } from './scripts/count-active.ts'
import { TRIM } from './scripts/trim.ts'

/** Series that one script looks at at most. */
const CHUNK = 250

export class SeriesKeeper {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>()
    if (jobIds.length === 0) return counts
    const replies = listOf(await this.#connection.run(COUNT_ACTIVE, jobIds.map(escaped)))
    for (const [index, jobId] of jobIds.entries()) counts.set(jobId, numberOf(replies[index]))
    return counts
  }

  async trim(series: readonly RunSeries[]): Promise<void> {
    let start = 0
    while (start < series.length) {
      const chunk = series.slice(start, start + CHUNK)
      const done = numberOf(await this.#connection.run(TRIM, chunk.flatMap(valuesOf)))
      start += done
    }
  }
}

function valuesOf({ jobId, functionRef, keep }: RunSeries): readonly (string | number)[] {
  return [jobId === null ? `over:function:${escaped(functionRef)}` : `over:job:${escaped(jobId)}`, keep]
}
