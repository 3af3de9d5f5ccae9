/**
 * Every record of the store in memory, because ZooKeeper has no index: found by id, by due time and by job. Only the
 * headers of what is finished; what waits or is at work with its contents.
 *
 * It is a copy and may be behind: nothing is changed but under the version that the server has.
 */

import type { RecordHeader, RecordKey, RecordKind } from '../../jobs/record.ts'
import { DueIndex } from '../memory/due-index.ts'
import { type Entry, newEntry } from '../memory/entry.ts'
import { RunIndex } from '../memory/run-index.ts'
import type { DueQuery, ListQuery, NextDueQuery, RunSeries } from '../record-store.ts'
import type { ToldMention } from './journal-entry.ts'
import { LatelyGone } from './lately-gone.ts'
import { KINDS } from './paths.ts'
import { recordAfter, type StoredRecord } from './znode.ts'

export class RecordIndex {
  readonly #entries = new Map<RecordKind, Map<string, Entry<StoredRecord>>>(KINDS.map((kind) => [kind, new Map()]))
  readonly #due = new DueIndex<StoredRecord>()
  readonly #runs = new RunIndex<StoredRecord>()
  #fresh: Set<StoredRecord> | undefined
  /** Keys of what was removed lately: what is told of their being added may be late. */
  readonly #gone = new LatelyGone()
  #latestOrder = 0

  /** The highest order of all records seen so far. */
  get latestOrder(): number {
    return this.#latestOrder
  }

  get({ kind, id }: RecordKey): StoredRecord | undefined {
    return this.#of(kind).get(id)?.record
  }

  put(given: StoredRecord): void {
    const record = given.lane === 'history' ? { ...given, body: undefined } : given
    this.#latestOrder = Math.max(this.#latestOrder, record.order)
    this.#fresh?.add(record)
    const known = this.#of(record.kind).get(record.id)
    // Where the order is another, the record was removed and added again.
    if (known?.sequence === record.order) this.#replace(known, record)
    else this.#add(record)
  }

  #add(record: StoredRecord): void {
    this.#forget(record)
    const entry = newEntry(record, record.order)
    this.#of(record.kind).set(record.id, entry)
    this.#due.put(entry, record.lane)
    if (record.kind === 'run') this.#runs.add(entry, record)
  }

  remove({ kind, id }: RecordKey): void {
    this.#gone.add({ kind, id })
    this.#forget({ kind, id })
  }

  #forget({ kind, id }: RecordKey): void {
    const entry = this.#of(kind).get(id)
    if (entry === undefined) return
    this.#of(kind).delete(id)
    this.#due.remove(entry, entry.record.lane)
    if (kind === 'run') this.#runs.remove(entry, entry.record)
  }

  /**
   * Takes in what another process did: at once, late, or again, before or after what others did to the same record. False
   * where that takes reading the record: it is not known here, or is another one, or has changed in between.
   */
  takeIn(mention: ToldMention): boolean {
    const known = this.get(mention)
    const { type, kind, id, order } = mention
    if (known !== undefined && known.order !== order) return false
    if (type === 'removed') {
      this.remove(mention)
      return true
    }
    if (type === 'added') {
      if (known !== undefined) return true
      if (this.#gone.mayHave(mention)) return false
      const { header, jobId, body } = mention
      this.put({ kind, id, ...header, jobId, order, znodeVersion: 0, body, texts: [] })
      return true
    }
    if (known === undefined) return false
    const missing = mention.znodeVersion - known.znodeVersion
    if (missing === 1) this.put(recordAfter(known, mention.header, mention.isBodyKept ? known.body : undefined))
    return missing <= 1
  }

  /** Everything was read that others had written when this reading began. */
  caughtUp(): void {
    this.#gone.caughtUp()
  }

  /** From now on it is noted what is put. */
  beginReload(): void {
    this.#gone.addAll()
    this.#fresh = new Set()
  }

  /** What was not put since the reload began. */
  endReload(): readonly RecordKey[] {
    const fresh = this.#fresh ?? new Set()
    this.#fresh = undefined
    const missed: RecordKey[] = []
    for (const entries of this.#entries.values()) {
      for (const { record } of entries.values()) if (!fresh.has(record)) missed.push(record)
    }
    return missed
  }

  due(query: DueQuery): readonly StoredRecord[] {
    return this.#due.due(query).map((entry) => entry.record)
  }

  nextDue(query: NextDueQuery): number | null {
    return this.#due.nextDue(query)
  }

  list(query: ListQuery): readonly StoredRecord[] {
    const { before, limit } = query
    const records = this.#matching(query)
    const inRange = before === undefined ? records : records.filter((record) => isBelow(record, before))
    return inRange.sort(newestFirst).slice(0, limit)
  }

  count(query: Omit<ListQuery, 'limit' | 'before'>): number {
    return this.#matching(query).length
  }

  active(jobId: string): number {
    return this.#runs.active(jobId)
  }

  /** Finished runs of a series beyond those that stay. */
  surplus(series: RunSeries): readonly StoredRecord[] {
    return this.#runs.surplus(series).map((entry) => entry.record)
  }

  all(kind: RecordKind): readonly StoredRecord[] {
    return Array.from(this.#of(kind).values(), (entry) => entry.record)
  }

  #replace(entry: Entry<StoredRecord>, record: StoredRecord): void {
    const { record: before } = entry
    if (record.kind === 'run') this.#runs.change(entry, record)
    entry.record = record
    this.#due.put(entry, before.lane)
  }

  #matching({ kind, jobId, states, queue }: Omit<ListQuery, 'limit' | 'before'>): StoredRecord[] {
    const candidates = jobId === undefined ? this.#of(kind).values() : this.#runs.of(jobId)
    const found: StoredRecord[] = []
    for (const { record } of candidates) {
      if (record.kind !== kind) continue
      if (states !== undefined && !states.includes(record.state)) continue
      if (queue === undefined || record.queue === queue) found.push(record)
    }
    return found
  }

  #of(kind: RecordKind): Map<string, Entry<StoredRecord>> {
    const entries = this.#entries.get(kind)
    if (entries === undefined) throw new TypeError(`no such kind of record: ${kind}`)
    return entries
  }
}

function newestFirst(a: RecordHeader, b: RecordHeader): number {
  return b.at - a.at || (a.id < b.id ? 1 : -1)
}

function isBelow(record: RecordHeader, before: NonNullable<ListQuery['before']>): boolean {
  return record.at < before.at || (record.at === before.at && before.id !== undefined && record.id < before.id)
}
