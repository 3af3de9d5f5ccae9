/**
 * A store that hands every operation on to another, through one method: what stands between a scheduler and its store
 * for a test (faults, watching) is written once, and not once for each operation.
 */

import type { Change, ChangeResult, Lane, RecordKey, RecordKind, StoreRecord } from '../jobs/record.ts'
import { RecordJobStore, type StoreCapabilities } from '../stores/record-job-store.ts'
import type { DueQuery, KindInLane, ListQuery, NextDueQuery, RecordStore, RunSeries } from '../stores/record-store.ts'

/** What is asked of a store: to open, to close, or an operation on records. */
export type StoreOperation = 'open' | 'close' | keyof RecordStore

/** Every {@link StoreOperation}. */
export const STORE_OPERATIONS = [
  'open',
  'close',
  'get',
  'list',
  'count',
  'due',
  'nextDue',
  'countActive',
  'commit',
  'trim',
  'removeJobs',
  'serverTime',
] as const satisfies readonly StoreOperation[]

export abstract class ForwardingJobStore extends RecordJobStore {
  override readonly capabilities: StoreCapabilities
  readonly #store: RecordJobStore

  constructor(store: RecordJobStore) {
    super()
    this.#store = store
    this.capabilities = store.capabilities
  }

  /** Every operation goes through here; `call` is the operation on the store behind. */
  protected abstract forward<T>(operation: StoreOperation, call: () => Promise<T>): Promise<T>

  override isolate<T>(value: T, path?: string): T {
    return this.#store.isolate(value, path)
  }

  override checkStorable(record: StoreRecord): void {
    this.#store.checkStorable(record)
  }

  protected override open(): Promise<void> {
    const { host, alias } = this
    return this.forward('open', () => this.#store.start(host, alias))
  }

  protected override close(): Promise<void> {
    return this.forward('close', () => this.#store.shutdown())
  }

  override get<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<readonly (StoreRecord<K> | undefined)[]> {
    return this.forward('get', () => this.#store.get(keys))
  }

  override list<K extends RecordKind>(query: ListQuery<K>): Promise<readonly StoreRecord<K>[]> {
    return this.forward('list', () => this.#store.list(query))
  }

  override count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    return this.forward('count', () => this.#store.count(query))
  }

  override due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    return this.forward('due', () => this.#store.due(query))
  }

  override nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    return this.forward('nextDue', () => this.#store.nextDue(queries))
  }

  override countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.forward('countActive', () => this.#store.countActive(jobIds))
  }

  override commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    return this.forward('commit', () => this.#store.commit(changes))
  }

  override trim(series: readonly RunSeries[]): Promise<void> {
    return this.forward('trim', () => this.#store.trim(series))
  }

  override removeJobs(): Promise<number> {
    return this.forward('removeJobs', () => this.#store.removeJobs())
  }

  override serverTime(): Promise<number | undefined> {
    return this.forward('serverTime', () => this.#store.serverTime())
  }
}
