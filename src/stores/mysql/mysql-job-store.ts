/** The MySQL store: every operation is one transaction of a few statements, each for a whole batch. */

import type { StoreCapabilities } from '../record-job-store.ts'
import type { SchemaKeeper } from '../schema.ts'
import { type ErrorMeaning, ServerJobStore, type ServerSession } from '../server-job-store.ts'
import { errorNumber } from './driver.ts'
import { type MySqlJobStoreOptions, type ResolvedMySqlOptions, resolveMySqlOptions } from './options.ts'
import { schemaKeeper } from './schema.ts'
import { Session } from './session.ts'

/** What the server says in numbers, said in words. */
const HINTS: Readonly<Record<number, string>> = {
  1040: 'the server has no connection left',
  1044: 'this user has no access to the database',
  1045: 'the user or the password is wrong',
  1049: 'the database does not exist',
  1142: 'this user lacks a privilege',
  1290: 'the server may only read',
  1792: 'this user may only read',
}

/**
 * Keeps jobs and runs in MySQL (8.0 or newer) or MariaDB (10.6 or newer), for any number of processes.
 *
 * @example
 * const scheduler = new Scheduler({ jobStores: { default: new MySqlJobStore({ url: process.env.DATABASE_URL }) } })
 */
export class MySqlJobStore extends ServerJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: true, shared: true }

  readonly #options: ResolvedMySqlOptions

  /** @throws InvalidArgumentError */
  constructor(options: MySqlJobStoreOptions) {
    const resolved = resolveMySqlOptions(options)
    super('MySQL', resolved.serializer)
    this.#options = resolved
  }

  protected override get schema(): SchemaKeeper {
    return schemaKeeper(this.#options)
  }

  protected override openSession(): Promise<ServerSession> {
    return Session.open(this.#options)
  }

  protected override meaningOf(error: unknown): ErrorMeaning {
    const errno = errorNumber(error)
    return { details: { errno }, hint: errno === undefined ? undefined : HINTS[errno] }
  }
}
