/** The ZooKeeper store: records as znodes, an index of them in memory, and one multi for what belongs together. */

import { CronwrightError } from '../../errors.ts'
import type { ChangeResult, RecordKey } from '../../jobs/record.ts'
import { type EncodedChange, EncodedJobStore, type EncodedRecord } from '../encoded-job-store.ts'
import type { StoreCapabilities } from '../record-job-store.ts'
import type { DueQuery, ListQuery, NextDueQuery, RunSeries } from '../record-store.ts'
import { CODE, codeOf } from './driver.ts'
import { type ResolvedZooKeeperOptions, resolveZooKeeperOptions, type ZooKeeperJobStoreOptions } from './options.ts'
import { Session } from './session.ts'

/** What the server says in codes, said in words. */
const HINTS: Readonly<Record<number, string>> = {
  [CODE.noAuth]: 'this user may not do that: the znodes belong to another, or user or password is wrong',
  [CODE.authFailed]: 'the server refuses this user',
  [CODE.connectionLoss]: 'no server can be reached, or the connection broke',
  [CODE.sessionExpired]: 'the session has ended; a client of your own has to be made anew',
  [CODE.noNode]: 'a znode of the store was removed by hand; start the store again',
}

/**
 * Keeps jobs and runs in ZooKeeper (3.5 or newer), for any number of processes.
 *
 * @example
 * const url = 'zookeeper://zoo1:2181,zoo2:2181,zoo3:2181/cronwright'
 * const scheduler = new Scheduler({ jobStores: { default: new ZooKeeperJobStore({ url }) } })
 */
export class ZooKeeperJobStore extends EncodedJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: true, shared: true }

  readonly #options: ResolvedZooKeeperOptions
  #session: Session | undefined

  /** @throws InvalidArgumentError */
  constructor(options: ZooKeeperJobStoreOptions) {
    const resolved = resolveZooKeeperOptions(options)
    super(resolved.serializer)
    this.#options = resolved
  }

  protected override async open(): Promise<void> {
    try {
      this.#session = await Session.open(this.#options, this.host)
    } catch (error) {
      throw this.#translate('open', error)
    }
  }

  protected override async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await session?.close()
  }

  protected override readEncoded(keys: readonly RecordKey[]): Promise<readonly (EncodedRecord | undefined)[]> {
    return this.#run('get', (session) => session.read(keys))
  }

  protected override listEncoded(query: ListQuery): Promise<readonly EncodedRecord[]> {
    return this.#run('list', (session) => session.list(query))
  }

  protected override dueEncoded(query: DueQuery): Promise<readonly EncodedRecord[]> {
    return this.#run('due', (session) => session.due(query))
  }

  protected override commitEncoded(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    return this.#run('commit', (session) => session.commit(changes))
  }

  override count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    return this.#run('count', (session) => session.count(query))
  }

  override nextDue(query: NextDueQuery): Promise<number | null> {
    return this.#run('nextDue', (session) => session.nextDue(query))
  }

  override countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#run('countActive', (session) => session.countActive(jobIds))
  }

  override trim(series: readonly RunSeries[]): Promise<void> {
    return this.#run('trim', (session) => session.trim(series))
  }

  override removeJobs(): Promise<number> {
    return this.#run('removeJobs', (session) => session.removeJobs())
  }

  async #run<T>(operation: string, work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#session === undefined) {
      throw new CronwrightError('STORE_CLOSED', `the job store ${JSON.stringify(this.alias)} is not open`)
    }
    try {
      return await work(this.#session)
    } catch (error) {
      throw this.#translate(operation, error)
    }
  }

  /** What went wrong as one of our errors, with the operation named. */
  #translate(operation: string, error: unknown): CronwrightError {
    if (error instanceof CronwrightError) return error
    const code = codeOf(error)
    const hint = code === undefined ? undefined : HINTS[code]
    const reason = error instanceof Error ? error.message : String(error)
    const name = JSON.stringify(this.alias)
    const message = `the ZooKeeper job store ${name} failed in ${operation}: ${reason}${hint === undefined ? '' : ` (${hint})`}`
    return new CronwrightError('STORE_ERROR', message, {
      details: { operation, store: this.alias, code },
      cause: error,
    })
  }
}
