/** Guarded changes as arguments of the script that makes them, in chunks that keep the server busy for a few ms only. */

import type { ChangeResult } from '../../jobs/record.ts'
import { APPLIED, REFUSED } from '../../jobs/record.ts'
import { textLength } from '../batches.ts'
import { arePatchesEqual, type EncodedChange, type EncodedPatch, type EncodedRecord } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import { isNews } from '../news.ts'
import type { Connection } from './connection.ts'
import { idOf, nameOf, patchText, placeText } from './record-text.ts'
import { listOf, numberOf, textOf } from './replies.ts'
import { COMMIT } from './scripts/commit.ts'

/** Records that one script writes at most, and text: a script has the server for itself, 10 us or so for a record. */
const CHUNK_RECORDS = 125
const CHUNK_TEXT = 2 ** 20
/** Chunks on their way: few, so that each is answered in time. */
const CHUNKS_AT_ONCE = 4

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

  /**
   * Some chunks are sent without waiting for those before, so that the server works on one while the next is written. It
   * takes them in their order, because a batch may hold two changes of one record. Where it does not know the script in
   * between, a chunk is sent again behind the next, and the second change of a record may be refused.
   */
  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const replies: Promise<readonly ChangeResult[]>[] = []
    for (const chunk of chunksOf(changes)) {
      await replies.at(-CHUNKS_AT_ONCE)
      const reply = this.#send(chunk)
      // The first that fails is told; those behind it are not waited for.
      reply.catch(() => undefined)
      replies.push(reply)
    }
    return (await Promise.all(replies)).flat()
  }

  async #send(chunk: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const author = chunk.some(isNews) ? this.#author : ''
    const names: string[] = []
    const values: Values = [this.#channel, author]
    let last: EncodedPatch | undefined
    for (const change of chunk) {
      pushChange(names, values, change, last)
      last = ('key' in change ? change.patch : undefined) ?? last
    }
    return resultsOf(chunk.length, await this.#connection.run(COMMIT, values, names))
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

/** @param last - the patch sent before it, which is not sent again */
function pushChange(names: string[], steps: Values, change: EncodedChange, last: EncodedPatch | undefined): void {
  if (!('key' in change)) pushRecord('+', names, steps, change.record)
  else {
    const { key, expect, patch } = change
    names.push(nameOf(key))
    if (patch === null) steps.push('-', expect)
    else if (last !== undefined && arePatchesEqual(patch, last)) steps.push('=', expect)
    else {
      steps.push(patchText(patch), expect)
      if (patch.status !== undefined) steps.push(patch.status ?? '')
      if (patch.spec !== undefined) steps.push(patch.spec)
    }
  }
  for (const record of change.inserts) pushRecord('&', names, steps, record)
}

function pushRecord(step: '+' | '&', names: string[], steps: Values, record: EncodedRecord): void {
  const { version, at, due, status, spec } = record
  names.push(nameOf(record))
  steps.push(`${step}${version} ${at} ${due ?? ''} ${placeText(record)}`, status ?? '', spec)
}

/** The reply names what was not simply applied. */
function resultsOf(count: number, reply: unknown): readonly ChangeResult[] {
  const results: ChangeResult[] = new Array(count).fill(APPLIED)
  for (const item of listOf(reply)) {
    const [step, ...names] = Array.isArray(item) ? item : [item]
    const existing = names.map((name) => idOf(textOf(name)))
    results[numberOf(step) - 1] = existing.length === 0 ? REFUSED : { applied: true, existing }
  }
  return results
}
