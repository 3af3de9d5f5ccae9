/** Reading records by key, newest first, and counted. */

import type { RecordKey } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import type { Connection } from './connection.ts'
import { type Document, documentId, isRemoved, RECORD_ONLY, recordOf } from './documents.ts'

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
    const ids = [...new Set(keys.map(documentId))]
    const records = new Map<string, EncodedRecord>()
    for (const document of await this.#connection.find({ _id: { $in: ids } }, { projection: RECORD_ONLY })) {
      // Removed, and not deleted yet.
      if (isRemoved(document)) continue
      const record = recordOf(document)
      records.set(documentId(record), record)
    }
    return keys.map((key) => records.get(documentId(key)))
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
