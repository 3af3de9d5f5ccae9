/**
 * What is due, and when. Of runs each queue is asked on its own, all at once: in the index of a queue the server goes from
 * one priority to the next lower, and seeks over what is due later.
 */

import { property } from '../driver-edge.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import type { Connection } from './connection.ts'
import { type Document, documentId, RECORD_ONLY, recordOf } from './documents.ts'
import { limitOf } from './records.ts'
import type { Repair } from './repair.ts'

export class DueReader {
  readonly #connection: Connection
  readonly #repair: Repair

  constructor(connection: Connection, repair: Repair) {
    this.#connection = connection
    this.#repair = repair
  }

  async due(query: DueQuery): Promise<readonly EncodedRecord[]> {
    const { lane, queues, limit, skip = 0 } = query
    if (limit <= 0) return []
    const most = limit + skip
    await this.#repair.look()
    const filter = { ...filterOf(query), due: { $lte: query.before } }
    if (lane !== 'run' || queues === undefined) return this.#records(filter, { due: 1, seq: 1 }, limit, skip)
    const found = await Promise.all(
      [...new Set(queues)].map((queue) => this.#records({ ...filter, queue }, { priority: -1, due: 1, seq: 1 }, most)),
    )
    return found.flat().slice(skip, most)
  }

  nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    return Promise.all(queries.map((query) => this.#nextDue(query)))
  }

  async #nextDue(query: NextDueQuery): Promise<number | null> {
    const { lane, queues } = query
    const queue = lane === 'run' && queues !== undefined ? { queue: { $in: [...new Set(queues)] } } : {}
    const filter = { ...filterOf(query), ...queue, due: { $exists: true } }
    const [first] = await this.#connection.find(filter, { sort: { due: 1 }, limit: 1, projection: { due: 1 } })
    const due = property(first, 'due')
    return typeof due === 'number' ? due : null
  }

  async #records(filter: Document, sort: Document, limit: number, skip = 0): Promise<readonly EncodedRecord[]> {
    const options = { sort, skip, projection: RECORD_ONLY, ...limitOf(limit) }
    return (await this.#connection.find(filter, options)).map(recordOf)
  }
}

function filterOf({ lane, withoutFunctions = [], withoutJobs = [] }: NextDueQuery): Document {
  const jobs =
    lane === 'job'
      ? { _id: { $nin: withoutJobs.map((id) => documentId({ kind: 'job', id })) } }
      : { jobId: { $nin: withoutJobs } }
  return {
    lane,
    ...(withoutFunctions.length > 0 ? { functionRef: { $nin: withoutFunctions } } : {}),
    ...(withoutJobs.length > 0 ? jobs : {}),
  }
}
