/**
 * The SQLite store: all processes of one machine share jobs through a file, with no server. Both drivers are
 * synchronous, so every operation is short and large batches give way to the event loop between their transactions.
 */

import type { StoreCapabilities } from '../record-job-store.ts'
import type { SchemaKeeper } from '../schema.ts'
import { type ErrorMeaning, ServerJobStore, type ServerSession } from '../server-job-store.ts'
import { isBusy } from './driver.ts'
import { type ResolvedSqliteOptions, resolveSqliteOptions, type SqliteJobStoreOptions } from './options.ts'
import { schemaKeeper } from './schema-keeper.ts'
import { Session } from './session.ts'

/**
 * Keeps jobs and runs in an SQLite database.
 *
 * @example
 * const scheduler = new Scheduler({ jobStores: { default: new SqliteJobStore({ path: './jobs.db' }) } })
 */
export class SqliteJobStore extends ServerJobStore {
  override readonly capabilities: StoreCapabilities

  readonly #options: ResolvedSqliteOptions

  /** @throws InvalidArgumentError */
  constructor(options: SqliteJobStoreOptions) {
    const resolved = resolveSqliteOptions(options)
    super('SQLite', resolved.serializer)
    this.#options = resolved
    const isForgotten = 'path' in resolved.source && resolved.source.path === ':memory:'
    this.capabilities = { persistent: !isForgotten, shared: !isForgotten, embedded: true }
  }

  protected override get schema(): SchemaKeeper {
    return schemaKeeper(this.#options)
  }

  protected override openSession(): Promise<ServerSession> {
    return Session.open(this.#options, this.host.now())
  }

  protected override meaningOf(error: unknown): ErrorMeaning {
    const hint = isBusy(error) ? 'another process held the write lock longer than the busy timeout' : undefined
    return { details: { isBusy: isBusy(error) }, hint }
  }
}
