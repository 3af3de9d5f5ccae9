/** Reading records by key, newest first, and counted. */

import type { RecordKey } from '../../jobs/record.ts'
import { property } from '../driver-edge.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import type { Connection } from './connection.ts'
import { type Document, documentId, isRemoved, RECORD_ONLY, recordOf } from './documents.ts'
import { pendingIn } from './outbox.ts'

/** A limit that the server takes; without one, it gives everything. */
export function limitOf(limit: number): { readonly limit?: number } {
  return limit < 2 ** 31 ? { limit } : {}
}

export class RecordReader {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async read(keys: readonly RecordKey[]): Promise<readonly (EncodedRecord | undefined)[]> {
    if (keys.length === 0) return []
    const ids = keys.map(documentId)
    const found = await this.#find([...new Set(ids)])
    const missing = ids.filter((id, index) => keys[index]?.kind === 'run' && !found.has(id))
    const all = missing.length === 0 ? found : new Map([...(await this.#inOutboxes(missing)), ...found])
    return ids.map((id) => {
      const document = all.get(id)
      // Removed, and not deleted yet.
      return document === undefined || isRemoved(document) ? undefined : recordOf(document)
    })
  }

  /**
   * Runs that are still to be inserted: whoever saw the change that they come with counts on them. What was inserted while
   * the outboxes were read is in none of them by then, and is there.
   */
  async #inOutboxes(ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const filter = { unfinished: { $exists: true }, 'outbox.records._id': { $in: ids } }
    const holders = await this.#connection.find(filter, { projection: { outbox: 1 } })
    const pending = holders.flatMap((holder) => pendingIn(property(holder, 'outbox')))
    return new Map<string, unknown>([...pending.map((run) => [run._id, run] as const), ...(await this.#find(ids))])
  }

  async #find(ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const found = await this.#connection.find({ _id: { $in: ids } }, { projection: RECORD_ONLY })
    return new Map(found.map((document) => [String(property(document, '_id')), document]))
  }

  async list(query: ListQuery): Promise<readonly EncodedRecord[]> {
    const { kind, before, limit } = query
    if (limit <= 0) return []
    const filter = filterOf(query)
    const older = before === undefined ? filter : { ...filter, at: { $lt: before.at } }
    const where =
      before?.id === undefined
        ? older
        : { $or: [older, { ...filter, at: before.at, _id: { $lt: documentId({ kind, id: before.id }) } }] }
    const options = { sort: { at: -1, _id: -1 }, projection: RECORD_ONLY, ...limitOf(limit) }
    return (await this.#connection.find(where, options)).map(recordOf)
  }

  count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    return this.#connection.count(filterOf(query))
  }
}

function filterOf({ kind, jobId, states, queue }: Omit<ListQuery, 'limit' | 'before'>): Document {
  return {
    kind,
    ...(jobId === undefined ? {} : { jobId }),
    ...(states === undefined ? {} : { state: { $in: states } }),
    ...(queue === undefined ? {} : { queue }),
  }
}
