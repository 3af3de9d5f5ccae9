/** Reading records: by key, newest first, and counted. What is read together is of one revision of the store. */

import type { RecordKey } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { ListQuery } from '../record-store.ts'
import type { Connection, Operation } from './connection.ts'
import {
  endOf,
  idFromTail,
  listPlace,
  listTail,
  olderThan,
  recordKey,
  STANDINGS,
  seriesPartition,
  specKey,
} from './keys.ts'
import type { Partitions } from './partitions.ts'
import type { RecordCache } from './record-cache.ts'
import { type StoredRecord, storedFrom } from './stored-record.ts'

/** Keys of a list read at a time from one partition. */
const PAGE = 500
/** Ranges of a page each in one request. */
const AT_ONCE = 16

/** A key of an index that is written whenever its record is. */
interface IndexEntry extends RecordKey {
  /** At which it was written last. */
  readonly revision: number
}

type Selection = Omit<ListQuery, 'limit'>

export class RecordReader {
  readonly #connection: Connection
  readonly #partitions: Partitions
  readonly #cache: RecordCache

  constructor(connection: Connection, partitions: Partitions, cache: RecordCache) {
    this.#connection = connection
    this.#partitions = partitions
    this.#cache = cache
  }

  async read(keys: readonly RecordKey[], revision = 0): Promise<readonly (EncodedRecord | undefined)[]> {
    const stored = await this.#stored(keys, revision)
    return stored.map((each) => each?.record)
  }

  /** The records that exist at a revision. */
  async at(revision: number, keys: readonly RecordKey[]): Promise<readonly EncodedRecord[]> {
    return (await this.read(keys, revision)).filter((record) => record !== undefined)
  }

  /** The records at a revision that keys of an index lead to which were written with them: read where they are not known. */
  async ofEntries(revision: number, entries: readonly IndexEntry[]): Promise<readonly EncodedRecord[]> {
    const known = entries.map((entry) => {
      const stored = this.#cache.get(entry)
      return stored?.revision === entry.revision && !stored.isApart ? stored.record : undefined
    })
    const read = (
      await this.read(
        entries.filter((_, index) => known[index] === undefined),
        revision,
      )
    ).values()
    const records = known.map((record) => record ?? read.next().value)
    return records.filter((record) => record !== undefined)
  }

  /** Reads what the cache has to know of records; gives those that exist. Long specs are not needed for that. */
  async refresh(keys: readonly RecordKey[]): Promise<readonly StoredRecord[]> {
    return (await this.#headers(keys, 0)).stored.filter((stored) => stored !== undefined)
  }

  async list({ limit, ...query }: ListQuery): Promise<readonly EncodedRecord[]> {
    const found: EncodedRecord[] = []
    let { before } = query
    while (found.length < limit) {
      const { revision, ids } = await this.#ids({ ...query, before }, limit)
      const keys = ids.map((id): RecordKey => ({ kind: query.kind, id }))
      const records = await this.at(revision, keys)
      found.push(...records.filter((record) => isWanted(record, query)))
      const last = records.at(-1)
      if (last === undefined || ids.length < limit) break
      before = { at: last.at, id: last.id }
    }
    return found.slice(0, limit)
  }

  async count(query: Omit<Selection, 'before'>): Promise<number> {
    if (query.jobId !== undefined && (query.queue !== undefined || query.states !== undefined)) {
      return (await this.list({ ...query, limit: Number.MAX_SAFE_INTEGER })).length
    }
    const { found } = await this.#connection.ranges(
      (await this.#parts(query)).map((part) => (revision) => {
        return this.#connection.range(part, endOf(part), { countOnly: true, revision })
      }),
    )
    return found.reduce((sum, { count }) => sum + count, 0)
  }

  /** Ids of what is newest in parts of a list, from a place in each on. */
  async newest(parts: readonly string[], limit: number, start = ''): Promise<{ revision: number; ids: string[] }> {
    const first = await this.#connection.ranges(
      parts.map((part) => (at) => this.#page(part + start, part, limit, at)),
      0,
      AT_ONCE,
    )
    const tails: string[] = []
    for (const [index, part] of parts.entries()) {
      let page = first.found[index]
      let read = 0
      while (page !== undefined) {
        tails.push(...page.entries.map(({ key }) => key.slice(part.length)))
        read += page.entries.length
        const last = page.entries.at(-1)
        if (last === undefined || read >= limit || page.entries.length === page.count) break
        const range = this.#page(`${last.key}\0`, part, limit - read, first.revision)
        ;[page] = (await this.#connection.ranges([() => range])).found
      }
    }
    return { revision: first.revision, ids: tails.sort().slice(0, limit).map(idFromTail) }
  }

  #page(from: string, part: string, limit: number, revision: number): Operation {
    return this.#connection.range(from, endOf(part), { limit: Math.min(limit, PAGE), keysOnly: true, revision })
  }

  async #ids(query: Selection, limit: number): Promise<{ revision: number; ids: string[] }> {
    const { before } = query
    const start =
      before === undefined ? '' : before.id === undefined ? olderThan(before.at) : `${listTail(before.at, before.id)}\0`
    return this.newest(await this.#parts(query), limit, start)
  }

  /** The parts of the list of a kind, or of the runs of a job, that hold all that a query is about. */
  async #parts({ kind, jobId, states, queue }: Omit<Selection, 'before'>): Promise<readonly string[]> {
    if (jobId !== undefined) {
      if (kind !== 'run') return []
      return STANDINGS.map((standing) => seriesPartition({ jobId, functionRef: '' }, standing))
    }
    return (await this.#partitions.below(`list/${kind}/`)).filter((part) => {
      const place = listPlace(part)
      return (states?.includes(place.state) ?? true) && (queue === undefined || place.queue === queue)
    })
  }

  async #stored(keys: readonly RecordKey[], revision: number): Promise<readonly (StoredRecord | undefined)[]> {
    const headers = await this.#headers(keys, revision)
    const apart = [...headers.stored.entries()].flatMap(([index, each]) =>
      each?.isApart === true ? [{ index, each }] : [],
    )
    if (apart.length === 0) return headers.stored
    const { found } = await this.#connection.ranges(
      apart.map(
        ({ each: { record } }) =>
          (at) =>
            this.#connection.read(specKey(record), at),
      ),
      headers.revision,
    )
    const stored = [...headers.stored]
    for (const [place, { index, each }] of apart.entries()) {
      const spec = found[place]?.entries[0]?.value.toString('utf8') ?? ''
      stored[index] = { ...each, record: { ...each.record, spec } }
    }
    return stored
  }

  async #headers(
    keys: readonly RecordKey[],
    at: number,
  ): Promise<{ readonly revision: number; readonly stored: readonly (StoredRecord | undefined)[] }> {
    const { revision, found } = await this.#connection.ranges(
      keys.map((key) => (seen) => this.#connection.read(recordKey(key), seen)),
      at,
    )
    const stored = keys.map((key, index) => {
      const entry = found[index]?.entries[0]
      if (entry === undefined) {
        this.#cache.remove(key)
        return undefined
      }
      const record = storedFrom(key.kind, key.id, entry)
      this.#cache.put(record)
      return record
    })
    return { revision, stored }
  }
}

/** Whether a record is one of those asked for: the runs of a job are not kept by queue and state. */
function isWanted(record: EncodedRecord, { queue, states }: Selection): boolean {
  return (queue === undefined || record.queue === queue) && (states === undefined || states.includes(record.state))
}
