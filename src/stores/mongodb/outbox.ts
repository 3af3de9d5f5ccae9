/**
 * How a change of one record comes with inserts of others, without a transaction over several documents.
 *
 * The change itself, which is one compare-and-set on one document, puts the records to be inserted into that document: its
 * outbox. From then on they are as good as inserted. Then they are inserted, where their ids are free, and taken out of
 * the outbox. What a process leaves that dies in between is finished by another (`repair.ts`).
 *
 * An entry has the name of its commit, and of who is to finish it (`by`): that commit, or a repair. Runs of one job have one
 * spec: an entry holds each text once.
 */

import { PayloadTooLargeError } from '../../errors.ts'
import { StoredFields, storedObject } from '../../jobs/fields.ts'
import type { RecordKey } from '../../jobs/record.ts'
import type { TextLimit } from '../encoded-job-store.ts'
import type { Document, Identified } from './documents.ts'

/** Two texts and an outbox are together below the 16 MiB that a server takes for a document. */
export const TEXT_LIMIT: TextLimit = {
  bytes: 5 * 2 ** 20,
  because: 'a third of a document of MongoDB, which takes 16 MiB',
}
const LARGEST_OUTBOX = 5.75 * 2 ** 20
/** What a document takes in BSON beside its texts, more or less. */
const DOCUMENT_BYTES = 600

/** @throws PayloadTooLargeError where the document would be larger than the server takes */
export function entryOf(token: string, key: RecordKey, documents: readonly Identified[]): Document {
  const specs: string[] = []
  const places = new Map<string, number>()
  let bytes = 0
  const records = documents.map(({ spec, ...rest }) => {
    const text = String(spec)
    let place = places.get(text)
    if (place === undefined) {
      place = specs.push(text) - 1
      places.set(text, place)
      bytes += Buffer.byteLength(text)
    }
    const { status } = rest
    bytes += DOCUMENT_BYTES + (typeof status === 'string' ? Buffer.byteLength(status) : 0)
    return { ...rest, spec: place }
  })
  if (bytes > LARGEST_OUTBOX)
    throw new PayloadTooLargeError(`${key.kind}.inserts`, bytes, LARGEST_OUTBOX, TEXT_LIMIT.because)
  return { token, by: token, specs, records }
}

/** The documents that an outbox has still to insert, as they are to be inserted. */
export function pendingIn(outbox: unknown): readonly Identified[] {
  if (outbox === undefined) return []
  return new StoredFields({ outbox }, 'document')
    .list('outbox', (entry) => {
      const token = entry.text('token')
      const specs = entry.texts('specs')
      return entry.list('records', (record) => {
        const fields = storedObject(
          Object.fromEntries(record.names().map((name) => [name, record.value(name)])),
          'record',
        )
        return { ...fields, _id: record.text('_id'), spec: specs[record.number('spec')] ?? '', ...sealOf(token) }
      })
    })
    .flat()
}

/** What a record that came from an outbox has of it. */
export function sealOf(token: string): Document {
  return { origin: token, commit: token }
}
