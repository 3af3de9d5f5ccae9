/** What is due, and when: one round trip each, and another where many have to be passed over. */

import type { EncodedRecord } from '../encoded-job-store.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import type { Connection } from './connection.ts'
import { escaped, type RecordTexts, sequenceOf } from './record-text.ts'
import { listOf, namedTextsOf, numberOf, pageOf } from './replies.ts'
import { DUE } from './scripts/due.ts'
import { NEXT_DUE } from './scripts/next-due.ts'

type Values = readonly (string | number)[]

/** Where a script begins: at the first queue, at its highest priority, at what is due first but for so many. */
const startAfter = (skip: number): Values => [1, '', 0, skip]

export class DueReader {
  readonly #connection: Connection
  readonly #texts: RecordTexts

  constructor(connection: Connection, texts: RecordTexts) {
    this.#connection = connection
    this.#texts = texts
  }

  async due(query: DueQuery): Promise<readonly EncodedRecord[]> {
    const { lane, before, limit, queues } = query
    if (limit <= 0) return []
    if (lane === 'run' && queues === undefined) return this.#dueOfAllQueues(query)
    const found = await this.#found(query, before, limit, 'all', (queues ?? []).map(escaped))
    return Array.from(found, ([name, text]) => this.#texts.record(name, text))
  }

  /** Sent together: the client waits for no answer before it sends the next. */
  nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    return Promise.all(queries.map((query) => this.#nextDue(query)))
  }

  async #nextDue(query: NextDueQuery): Promise<number | null> {
    const queues = await this.#queuesOf(query)
    let earliest: number | null = null
    let place: Values | undefined = startAfter(0)
    while (place !== undefined) {
      const values = valuesOf(query, Number.POSITIVE_INFINITY, place, queues)
      const { found, more } = pageOf(await this.#connection.run(NEXT_DUE, values))
      const due = found === '' ? null : numberOf(found)
      if (due !== null && (earliest === null || due < earliest)) earliest = due
      place = more
    }
    return earliest
  }

  /** By due time whatever their queue and priority. The scheduler names its queues; this serves those who look on. */
  async #dueOfAllQueues(query: DueQuery): Promise<readonly EncodedRecord[]> {
    const queues = await this.#queuesOf(query)
    const { skip = 0 } = query
    const found = await this.#found(query, query.before, query.limit + skip, 'each', queues)
    return Array.from(found, ([name, text]) => ({ record: this.#texts.record(name, text), sequence: sequenceOf(text) }))
      .sort((a, b) => (a.record.due ?? 0) - (b.record.due ?? 0) || (a.sequence < b.sequence ? -1 : 1))
      .slice(skip, skip + query.limit)
      .map(({ record }) => record)
  }

  /** Texts of records by name: what moved while pages were read may come twice. */
  async #found(
    query: DueQuery,
    before: number,
    limit: number,
    limitOf: 'all' | 'each',
    queues: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>()
    let place: Values | undefined = startAfter(limitOf === 'each' ? 0 : (query.skip ?? 0))
    while (place !== undefined && (limitOf === 'each' || texts.size < limit)) {
      const left = limitOf === 'each' ? limit : limit - texts.size
      const values = [...valuesOf(query, before, place, queues), left, limitOf]
      const { found, more } = pageOf(await this.#connection.run(DUE, values))
      for (const [name, text] of namedTextsOf(found)) texts.set(name, text)
      place = more
    }
    return texts
  }

  /** As they are in keys. */
  async #queuesOf({ lane, queues }: NextDueQuery): Promise<readonly string[]> {
    if (lane !== 'run') return []
    return queues?.map(escaped) ?? listOf(await this.#connection.onKey('smembers', 'queues')).map(String)
  }
}

/** The arguments that both scripts begin with. */
function valuesOf(query: NextDueQuery, before: number, place: Values, queues: readonly string[]): Values {
  const { lane, withoutFunctions = [], withoutJobs = [] } = query
  const limit = Number.isFinite(before) ? before : 'inf'
  // A job is told by its name, a run by a field.
  const jobs = lane === 'job' ? withoutJobs : withoutJobs.map(escaped)
  const filters = [withoutFunctions.length, ...withoutFunctions.map(escaped), jobs.length, ...jobs]
  return [lane, limit, ...filters, ...place, queues.length, ...queues]
}
