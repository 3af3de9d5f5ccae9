/** Guarded changes as arguments of the script that makes them, in chunks that keep the server busy for a few ms only. */

import type { ChangeResult, RecordKey } from '../../jobs/record.ts'
import { APPLIED, REFUSED } from '../../jobs/record.ts'
import { textLength } from '../batches.ts'
import { type EncodedChange, type EncodedPatch, type EncodedRecord, PATCHABLE } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import { isNews } from '../news.ts'
import type { Connection } from './connection.ts'
import { listOf, numberOf } from './replies.ts'
import { COMMIT } from './scripts/commit.ts'

/** Records that one script writes at most, and text: a script has the server for itself, 25 us or so for a record. */
const CHUNK_RECORDS = 125
const CHUNK_TEXT = 2 ** 20

type Values = (string | number)[]

export class ChangeWriter {
  readonly #connection: Connection
  readonly #channel: string
  readonly #author: string

  /** @param host - whom others are told of; undefined: nobody is told */
  constructor(connection: Connection, channel: string, host: StoreHost | undefined) {
    this.#connection = connection
    this.#channel = channel
    this.#author = host?.workerId ?? ''
  }

  /** One chunk after the other: a batch may hold two changes of one record. */
  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = []
    for (const chunk of chunksOf(changes)) {
      const author = chunk.some(isNews) ? this.#author : ''
      const values: Values = [this.#channel, author]
      for (const change of chunk) pushChange(values, change)
      for (const reply of listOf(await this.#connection.run(COMMIT, values))) results.push(resultOf(reply))
    }
    return results
  }
}

function* chunksOf(changes: readonly EncodedChange[]): Generator<readonly EncodedChange[]> {
  let chunk: EncodedChange[] = []
  let records = 0
  let text = 0
  for (const change of changes) {
    chunk.push(change)
    records += 1 + change.inserts.length
    text += textLength(change)
    if (records < CHUNK_RECORDS && text < CHUNK_TEXT) continue
    yield chunk
    chunk = []
    records = 0
    text = 0
  }
  if (chunk.length > 0) yield chunk
}

function pushChange(values: Values, change: EncodedChange): void {
  const inserts = change.inserts.length
  if (!('key' in change)) {
    values.push('add', inserts)
    pushRecord(values, change.record)
  } else if (change.patch === null) values.push('remove', inserts, nameOf(change.key), change.expect)
  else {
    values.push('patch', inserts, nameOf(change.key), change.expect)
    pushPatch(values, change.patch)
  }
  for (const record of change.inserts) pushRecord(values, record)
}

function pushRecord(values: Values, record: EncodedRecord): void {
  const { version, lane, due, state, at, jobId, functionRef, queue, priority, status, spec } = record
  values.push(nameOf(record), version, lane, due ?? '', state, at, jobId ?? '', functionRef, queue, priority)
  values.push(status ?? '', spec)
}

function pushPatch(values: Values, patch: EncodedPatch): void {
  const given = PATCHABLE.filter((field) => patch[field] !== undefined)
  values.push(given.length * 2)
  for (const field of given) values.push(field, patch[field] ?? '')
}

/** What a record is called in keys. */
export function nameOf({ kind, id }: RecordKey): string {
  return `${kind}:${id}`
}

function resultOf(reply: unknown): ChangeResult {
  if (Array.isArray(reply)) return { applied: true, existing: reply.map(String) }
  return numberOf(reply) === 1 ? APPLIED : REFUSED
}
