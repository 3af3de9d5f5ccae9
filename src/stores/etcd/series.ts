/** The runs of one job (or of one function, where they were enqueued): counting those at work, trimming those over. */

import type { RecordKey } from '../../jobs/record.ts'
import type { RunSeries } from '../record-store.ts'
import type { Connection, Operation } from './connection.ts'
import { endOf, idFromTail, seriesPartition } from './keys.ts'

/** Runs of one series removed at a time. */
const SLICE = 500
/** Ranges of series in one request. */
const AT_ONCE = 16

export class SeriesKeeper {
  readonly #connection: Connection
  readonly #remove: (keys: readonly RecordKey[]) => Promise<number>

  /** @param remove - removes records, unless they change meanwhile */
  constructor(connection: Connection, remove: (keys: readonly RecordKey[]) => Promise<number>) {
    this.#connection = connection
    this.#remove = remove
  }

  async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const parts = jobIds.map((jobId) => seriesPartition({ jobId, functionRef: '' }, 'active'))
    const counts = await this.#counts(parts)
    return new Map(jobIds.map((jobId, index) => [jobId, counts[index] ?? 0]))
  }

  async trim(series: readonly RunSeries[]): Promise<void> {
    const counts = await this.#counts(series.map((each) => seriesPartition(each, 'over')))
    let surplus = series.map((each, index) => ({ each, left: (counts[index] ?? 0) - each.keep }))
    for (;;) {
      surplus = surplus.filter(({ left }) => left > 0)
      if (surplus.length === 0) return
      const { found } = await this.#connection.ranges(
        surplus.map(({ each, left }) => (revision) => {
          const part = seriesPartition(each, 'over')
          const limit = each.keep + Math.min(left, SLICE)
          return this.#connection.range(part, endOf(part), { limit, keysOnly: true, revision })
        }),
        0,
        AT_ONCE,
      )
      const ids = surplus.flatMap(({ each }, index) => {
        const { length } = seriesPartition(each, 'over')
        return (found[index]?.entries ?? []).slice(each.keep).map(({ key }) => idFromTail(key.slice(length)))
      })
      await this.#remove(
        ids.flatMap((id): RecordKey[] => [
          { kind: 'run', id },
          { kind: 'log', id },
        ]),
      )
      surplus = surplus.map(({ each, left }) => ({ each, left: left - SLICE }))
    }
  }

  /** How many keys each part has. */
  async #counts(parts: readonly string[]): Promise<readonly number[]> {
    const { found } = await this.#connection.ranges(
      parts.map((part) => (revision: number): Operation => {
        return this.#connection.range(part, endOf(part), { countOnly: true, revision })
      }),
    )
    return found.map(({ count }) => count)
  }
}
