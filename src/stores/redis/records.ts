/** Reading records by key, newest first, and counted. */

import type { RecordKey } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import type { Connection } from './connection.ts'
import { escaped, nameOf, type RecordTexts } from './record-text.ts'
import { listOf, namedTextsOf, numberOf, pageOf, textOf } from './replies.ts'
import { COUNT } from './scripts/count.ts'
import { GET } from './scripts/get.ts'
import { LIST } from './scripts/list.ts'

/** Records that one script reads at most. */
const CHUNK = 250

type Filter = Omit<ListQuery, 'limit' | 'before'>
type Place = readonly string[]

export class RecordReader {
  readonly #connection: Connection
  readonly #texts: RecordTexts

  constructor(connection: Connection, texts: RecordTexts) {
    this.#connection = connection
    this.#texts = texts
  }

  async read(keys: readonly RecordKey[]): Promise<readonly (EncodedRecord | undefined)[]> {
    const records: (EncodedRecord | undefined)[] = []
    for (let start = 0; start < keys.length; start += CHUNK) {
      const names = keys.slice(start, start + CHUNK).map(nameOf)
      const texts = listOf(await this.#connection.run(GET, names)).map(textOf)
      for (const [index, name] of names.entries()) {
        const text = texts[index] ?? ''
        records.push(text === '' ? undefined : this.#texts.record(name, text))
      }
    }
    return records
  }

  async list(query: ListQuery): Promise<readonly EncodedRecord[]> {
    const records: EncodedRecord[] = []
    const { before, limit } = query
    let place: Place | undefined = before === undefined ? ['', ''] : [String(before.at), before.id ?? '']
    while (place !== undefined && records.length < limit) {
      const values = [...valuesOf(query, place), limit - records.length]
      const { found, more } = pageOf(await this.#connection.run(LIST, values))
      for (const [name, text] of namedTextsOf(found)) records.push(this.#texts.record(name, text))
      place = more
    }
    return records
  }

  async count(query: Filter): Promise<number> {
    let count = 0
    let place: Place | undefined = ['', '']
    while (place !== undefined) {
      const { found, more } = pageOf(await this.#connection.run(COUNT, valuesOf(query, place)))
      count += numberOf(found)
      place = more
    }
    return count
  }
}

/** The arguments that both scripts begin with. */
function valuesOf({ kind, jobId = '', states, queue = '' }: Filter, place: Place): readonly (string | number)[] {
  const some = states === undefined ? [-1] : [states.length, ...states.map(escaped)]
  return [kind, escaped(jobId), escaped(queue), ...place, ...some]
}
