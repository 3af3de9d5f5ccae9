/**
 * The memory store: every record in this process, found by id, by due time and by job without a scan. It forgets when
 * the process ends. Its changes are synchronous, so each is atomic by itself.
 */

import { checkFields } from '../../core/validate.ts'
import { CronwrightError } from '../../errors.ts'
import { type Job, jobFromRecord } from '../../jobs/job.ts'
import {
  APPLIED,
  type Change,
  type ChangeResult,
  type Lane,
  patchedRecord,
  REFUSED,
  type RecordKey,
  type RecordKind,
  type StoreRecord,
} from '../../jobs/record.ts'
import { copyValue } from '../../jobs/serializer.ts'
import { byNextRunTime, RecordJobStore, type StoreCapabilities } from '../record-job-store.ts'
import type { DueQuery, KindInLane, ListQuery, NextDueQuery, RunSeries } from '../record-store.ts'
import { DueIndex } from './due-index.ts'
import { type Entry, newEntry } from './entry.ts'
import { newest } from './newest.ts'
import { RunIndex } from './run-index.ts'

/** Keeps jobs and runs in this process. What it holds survives `shutdown` for as long as the instance lives. */
export class MemoryJobStore extends RecordJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: false, shared: false, embedded: true }

  readonly #entries: { readonly [K in RecordKind]: Map<string, Entry> } = {
    job: new Map(),
    run: new Map(),
    worker: new Map(),
    queue: new Map(),
    key: new Map(),
    log: new Map(),
  }
  readonly #due = new DueIndex()
  readonly #runs = new RunIndex()
  #sequence = 0
  #isOpen = false

  /** Takes no options. @throws InvalidArgumentError when given any */
  constructor(options: object = {}) {
    super()
    checkFields(options, 'options', [])
  }

  protected override async open(): Promise<void> {
    this.#isOpen = true
  }

  protected override async close(): Promise<void> {
    this.#isOpen = false
  }

  override isolate<T>(value: T, path?: string): T {
    return copyValue(value, path)
  }

  override async get<K extends RecordKind>(
    keys: readonly RecordKey<K>[],
  ): Promise<readonly (StoreRecord<K> | undefined)[]> {
    this.#checkOpen()
    return keys.map(({ kind, id }) => this.#entries[kind].get(id)?.record as StoreRecord<K> | undefined)
  }

  override async list<K extends RecordKind>(query: ListQuery<K>): Promise<readonly StoreRecord<K>[]> {
    this.#checkOpen()
    const entries = this.#matching(query)
    const { before } = query
    const inRange = before === undefined ? entries : entries.filter(({ record }) => isBelow(record, before))
    return newest(inRange, query.limit).map((entry) => entry.record as StoreRecord<K>)
  }

  override async count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    this.#checkOpen()
    return this.#matching(query).length
  }

  override async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    this.#checkOpen()
    return this.#due.due(query).map((entry) => entry.record as StoreRecord<KindInLane<L>>)
  }

  override async nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    this.#checkOpen()
    return queries.map((query) => this.#due.nextDue(query))
  }

  override async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    this.#checkOpen()
    const counts = new Map<string, number>()
    for (const jobId of jobIds) {
      const active = this.#runs.active(jobId)
      if (active > 0) counts.set(jobId, active)
    }
    return counts
  }

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    this.#checkOpen()
    return changes.map((change) => this.#apply(change))
  }

  override async trim(series: readonly RunSeries[]): Promise<void> {
    this.#checkOpen()
    for (const run of series) {
      for (const entry of this.#runs.surplus(run)) {
        this.#remove(entry)
        const log = this.#entries.log.get(entry.record.id)
        if (log !== undefined) this.#remove(log)
      }
    }
  }

  override async removeJobs(): Promise<number> {
    this.#checkOpen()
    const jobs = this.#entries.job
    const removed = jobs.size
    for (const entry of jobs.values()) this.#due.remove(entry, entry.record.lane)
    jobs.clear()
    return removed
  }

  /** In one pass, where pages would each sort the whole. */
  override async getAllJobs(): Promise<Job[]> {
    this.#checkOpen()
    const jobs: Job[] = []
    for (const { record } of this.#entries.job.values()) {
      if (record.kind === 'job') jobs.push(jobFromRecord(record, this.alias))
    }
    return jobs.sort(byNextRunTime)
  }

  #apply(change: Change): ChangeResult {
    if (!('key' in change)) {
      if (!this.#insert(change.record)) return REFUSED
    } else {
      const entry = this.#entries[change.key.kind].get(change.key.id)
      if (entry === undefined || entry.record.version !== change.expect) return REFUSED
      if (change.patch === null) this.#remove(entry)
      else this.#replace(entry, patchedRecord(entry.record, change.patch))
    }
    if (change.inserts === undefined) return APPLIED
    const existing: string[] = []
    for (const record of change.inserts) {
      if (!this.#insert(record)) existing.push(record.id)
    }
    return existing.length === 0 ? APPLIED : { applied: true, existing }
  }

  #insert(record: StoreRecord): boolean {
    const entries = this.#entries[record.kind]
    if (entries.has(record.id)) return false
    this.#sequence += 1
    const entry = newEntry(record, this.#sequence)
    entries.set(record.id, entry)
    this.#due.put(entry, record.lane)
    if (record.kind === 'run') this.#runs.add(entry, record)
    return true
  }

  #replace(entry: Entry, record: StoreRecord): void {
    if (record.kind === 'run') this.#runs.change(entry, record)
    const before = entry.record.lane
    entry.record = record
    this.#due.put(entry, before)
  }

  #remove(entry: Entry): void {
    const { record } = entry
    this.#entries[record.kind].delete(record.id)
    this.#due.remove(entry, record.lane)
    if (record.kind === 'run') this.#runs.remove(entry, record)
  }

  #matching(query: Omit<ListQuery, 'limit' | 'before'>): Entry[] {
    const { kind, jobId, states, queue } = query
    const candidates = jobId === undefined ? this.#entries[kind].values() : this.#runs.of(jobId)
    const found: Entry[] = []
    for (const entry of candidates) {
      const { record } = entry
      if (states !== undefined && !states.includes(record.state)) continue
      if (queue !== undefined && record.queue !== queue) continue
      found.push(entry)
    }
    return found
  }

  #checkOpen(): void {
    if (!this.#isOpen)
      throw new CronwrightError('STORE_CLOSED', `the job store ${JSON.stringify(this.alias)} is not open`)
  }
}

function isBelow(record: StoreRecord, before: NonNullable<ListQuery['before']>): boolean {
  return record.at < before.at || (record.at === before.at && before.id !== undefined && record.id < before.id)
}
