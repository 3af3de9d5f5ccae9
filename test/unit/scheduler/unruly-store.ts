/** A memory store that can be made to fail, to hang, and to lose or hold back its replies, like a server far away. */

import type { Change, ChangeResult, Lane, RecordKey, RecordKind, StoreRecord } from '../../../src/jobs/record.ts'
import { MemoryJobStore } from '../../../src/stores/memory/memory-job-store.ts'
import type { StoreCapabilities } from '../../../src/stores/record-job-store.ts'
import type { DueQuery, KindInLane, ListQuery, NextDueQuery, RunSeries } from '../../../src/stores/record-store.ts'

/** Whatever it is made to do lasts until `behave`. */
export class UnrulyStore extends MemoryJobStore {
  override readonly capabilities: StoreCapabilities
  /** Commits that were made. */
  commits = 0
  /** Calls that asked what is due. */
  questions = 0
  /** Calls that failed. */
  failures = 0
  #failure: Error | undefined
  #hang: Hold | undefined
  #replies: Hold | undefined
  #losesReply: (changes: readonly Change[]) => boolean = () => false

  /** @param shared - whether it says that other processes may change it */
  constructor({ shared = false }: { readonly shared?: boolean } = {}) {
    super()
    this.capabilities = { persistent: false, shared }
  }

  /** Every call fails. */
  fail(error = new Error('the server is gone')): void {
    this.#failure = error
  }

  /** No call is begun. */
  hang(): void {
    this.#hang ??= new Hold()
  }

  /** Changes are made, and their callers do not hear of it yet. */
  holdReplies(): void {
    this.#replies ??= new Hold()
  }

  /** The next commit of which this holds is made, and its caller gets an error. */
  loseReply(which: (changes: readonly Change[]) => boolean): void {
    this.#losesReply = which
  }

  /** Works as it should again; what was held up goes on. */
  behave(): void {
    this.#failure = undefined
    this.#hang?.end()
    this.#hang = undefined
    this.#replies?.end()
    this.#replies = undefined
  }

  protected override async open(): Promise<void> {
    await this.#request()
    await super.open()
  }

  protected override async close(): Promise<void> {
    await this.#request()
    await super.close()
  }

  override async get<K extends RecordKind>(keys: readonly RecordKey<K>[]) {
    await this.#request()
    return super.get(keys)
  }

  override async list<K extends RecordKind>(query: ListQuery<K>) {
    await this.#request()
    return super.list(query)
  }

  override async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    await this.#request()
    this.questions += 1
    return super.due(query)
  }

  override async nextDue(queries: readonly NextDueQuery[]) {
    await this.#request()
    return super.nextDue(queries)
  }

  override async countActive(jobIds: readonly string[]) {
    await this.#request()
    return super.countActive(jobIds)
  }

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    await this.#request()
    const results = await super.commit(changes)
    this.commits += 1
    if (this.#losesReply(changes)) {
      this.#losesReply = () => false
      throw new Error('the reply was lost')
    }
    await this.#replies?.over
    return results
  }

  override async trim(series: readonly RunSeries[]) {
    await this.#request()
    return super.trim(series)
  }

  override async getAllJobs() {
    await this.#request()
    return super.getAllJobs()
  }

  async #request(): Promise<void> {
    await this.#hang?.over
    if (this.#failure === undefined) return
    this.failures += 1
    throw this.#failure
  }
}

class Hold {
  readonly over: Promise<void>
  end: () => void = () => undefined

  constructor() {
    this.over = new Promise((resolve) => {
      this.end = resolve
    })
  }
}
