/**
 * What is due, and when, read from an index whose keys sort by due time. Runs have a part of it for each queue and priority,
 * so that a claim reads the beginnings of a few ranges, however many runs are over or wait for a later time. Ranges always
 * have an end: what a server does for one grows with the keys inside, whatever the limit.
 */

import type { EncodedRecord } from '../encoded-job-store.ts'
import type { DueQuery, NextDueQuery } from '../record-store.ts'
import type { Connection, Operation } from './connection.ts'
import { ascending, type DueEntry, dueEntry, endOf, levelFrom } from './keys.ts'
import type { Partitions } from './partitions.ts'
import type { RecordReader } from './records.ts'
import type { KeyValue, RangeReply } from './replies.ts'

/** Index keys read at a time from one partition. */
const PAGE = 500
/** Where the next due time is looked for first. */
const SOON_MS = 60_000

/** Beginning and end of what is read of a partition: an instant each, `end` null for the end of the partition. */
interface Span {
  readonly start: number
  readonly end: number | null
}

type Filter = (entry: DueEntry, value: Buffer) => boolean

export class DueReader {
  readonly #connection: Connection
  readonly #partitions: Partitions
  readonly #records: RecordReader
  readonly #now: () => number

  constructor(connection: Connection, partitions: Partitions, records: RecordReader, now: () => number) {
    this.#connection = connection
    this.#partitions = partitions
    this.#records = records
    this.#now = now
  }

  async due(query: DueQuery): Promise<readonly EncodedRecord[]> {
    const { limit, skip = 0, queues } = query
    if (limit <= 0) return []
    const most = limit + skip
    const span = { start: 0, end: query.before + 1 }
    const accepts = filterOf(query)
    const { revision, found } = await this.#firstPages(query, span, Math.min(most, PAGE))
    const entries: DueEntry[] = []
    for (const [partition, page] of found) {
      const wanted = queues === undefined ? most : most - entries.length
      if (wanted <= 0) break
      entries.push(...(await this.#take(partition, page, span, revision, accepts, wanted)))
    }
    if (queues === undefined) entries.sort((a, b) => (a.order < b.order ? -1 : 1))
    return this.#records.ofEntries(revision, entries.slice(skip, most))
  }

  nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    return Promise.all(queries.map((query) => this.#nextDue(query)))
  }

  async #nextDue(query: NextDueQuery): Promise<number | null> {
    const horizon = this.#now() + SOON_MS
    return (
      (await this.#nextWithin(query, { start: 0, end: horizon })) ??
      (await this.#nextWithin(query, { start: horizon, end: null }))
    )
  }

  async #nextWithin(query: NextDueQuery, span: Span): Promise<number | null> {
    const accepts = filterOf(query)
    const { revision, found } = await this.#firstPages(query, span, accepts === everything ? 1 : PAGE)
    let next: number | null = null
    for (const [partition, page] of found) {
      const [first] = await this.#take(partition, page, span, revision, accepts, 1)
      if (first !== undefined && (next === null || first.due < next)) next = first.due
    }
    return next
  }

  /** The first keys of every partition that a query is about, in the order in which it wants them. */
  async #firstPages(
    { lane, queues }: NextDueQuery,
    span: Span,
    limit: number,
  ): Promise<{ readonly revision: number; readonly found: readonly (readonly [string, RangeReply])[] }> {
    const ask = (partition: string, at: number): Operation => this.#range(partition, span, at, limit)
    if (lane === 'run') return this.#partitions.read('due/run/', (levels) => inOrder(levels, queues), ask)
    const partition = `due/${lane}/`
    const { revision, found } = await this.#connection.ranges([(at) => ask(partition, at)])
    return { revision, found: found.map((page) => [partition, page]) }
  }

  /** The first entries that are accepted, reading on where the first page has too few. */
  async #take(
    partition: string,
    first: RangeReply,
    span: Span,
    revision: number,
    accepts: Filter,
    wanted: number,
  ): Promise<readonly DueEntry[]> {
    const taken: DueEntry[] = []
    let page: RangeReply | undefined = first
    let read = 0
    while (page !== undefined) {
      for (const entry of acceptedOf(page.entries, partition, accepts)) {
        taken.push(entry)
        if (taken.length === wanted) return taken
      }
      read += page.entries.length
      const last: KeyValue | undefined = page.entries.at(-1)
      if (last === undefined || read >= first.count) return taken
      const range = this.#range(partition, span, revision, PAGE, `${last.key}\0`)
      ;[page] = (await this.#connection.ranges([() => range])).found
    }
    return taken
  }

  #range(partition: string, { start, end }: Span, revision: number, limit: number, from?: string): Operation {
    const until = end === null ? endOf(partition) : partition + ascending(end)
    return this.#connection.range(from ?? partition + ascending(start), until, { limit, revision })
  }
}

/** The levels of the queues asked for, in the order of the queues, each from its highest priority down. */
function inOrder(levels: readonly string[], queues: readonly string[] | undefined): readonly string[] {
  if (queues === undefined) return levels
  const places = new Map([...new Set(queues)].map((queue, place) => [queue, place]))
  return levels
    .map((level) => ({ level, ...levelFrom(level) }))
    .filter(({ queue }) => places.has(queue))
    .sort((a, b) => (places.get(a.queue) ?? 0) - (places.get(b.queue) ?? 0) || a.rank - b.rank)
    .map(({ level }) => level)
}

function* acceptedOf(entries: readonly KeyValue[], partition: string, accepts: Filter): Generator<DueEntry> {
  for (const { key, value, revision } of entries) {
    const entry = dueEntry(key.slice(partition.length), revision)
    if (entry !== undefined && accepts(entry, value)) yield entry
  }
}

const everything: Filter = () => true

/** The value of an index key tells what is left out without reading the record. */
function filterOf({ lane, withoutFunctions = [], withoutJobs = [] }: NextDueQuery): Filter {
  if (withoutFunctions.length === 0 && withoutJobs.length === 0) return everything
  const functions = new Set<unknown>(withoutFunctions)
  const jobs = new Set<unknown>(withoutJobs)
  return ({ id }, value) => {
    const fields: unknown = JSON.parse(value.toString('utf8'))
    const [functionRef, jobId]: readonly unknown[] = Array.isArray(fields) ? fields : []
    return !functions.has(functionRef) && !jobs.has(lane === 'job' ? id : jobId)
  }
}
