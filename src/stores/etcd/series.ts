/** The runs of one job (or of one function, where they were enqueued): counting those at work, trimming those over. */

import type { RecordKey } from '../../jobs/record.ts'
import { ACTIVE_RUN_STATES, isFinal, RUN_STATES } from '../../jobs/run.ts'
import type { RunSeries } from '../record-store.ts'
import type { Connection, Operation } from './connection.ts'
import { endOf, seriesPartition, seriesPrefix } from './keys.ts'
import type { RecordReader } from './records.ts'

/** Runs removed at a time. */
const SLICE = 500

const FINAL_STATES = RUN_STATES.filter(isFinal)

export class SeriesKeeper {
  readonly #connection: Connection
  readonly #records: RecordReader
  readonly #remove: (keys: readonly RecordKey[]) => Promise<number>

  /** @param remove - removes records, unless they change meanwhile */
  constructor(connection: Connection, records: RecordReader, remove: (keys: readonly RecordKey[]) => Promise<number>) {
    this.#connection = connection
    this.#records = records
    this.#remove = remove
  }

  async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const parts = jobIds.map((jobId) => partsOf({ jobId, functionRef: '' }, 'run', ACTIVE_RUN_STATES))
    const counts = await this.#counts(parts)
    return new Map(jobIds.map((jobId, index) => [jobId, counts[index] ?? 0]))
  }

  async trim(series: readonly RunSeries[]): Promise<void> {
    const parts = series.map((each) => partsOf(each, 'history', FINAL_STATES))
    const counts = await this.#counts(parts)
    for (const [index, { keep }] of series.entries()) {
      const surplus = (counts[index] ?? 0) - keep
      for (let left = surplus; left > 0; left -= SLICE) {
        const { ids } = await this.#records.newest(parts[index] ?? [], keep + Math.min(left, SLICE))
        const keys = ids.slice(keep).flatMap((id): RecordKey[] => [
          { kind: 'run', id },
          { kind: 'log', id },
        ])
        if (keys.length > 0) await this.#remove(keys)
      }
    }
  }

  /** How many keys each group of parts has. */
  async #counts(groups: readonly (readonly string[])[]): Promise<readonly number[]> {
    const { found } = await this.#connection.ranges(
      groups.flat().map((part) => (revision: number): Operation => {
        return this.#connection.range(part, endOf(part), { countOnly: true, revision })
      }),
    )
    let next = 0
    return groups.map((parts) => parts.reduce((sum) => sum + (found[next++]?.count ?? 0), 0))
  }
}

function partsOf(series: Omit<RunSeries, 'keep'>, lane: string, states: readonly string[]): readonly string[] {
  const prefix = seriesPrefix(series)
  return states.map((state) => seriesPartition(prefix, lane, state))
}
