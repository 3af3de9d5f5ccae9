/** The PostgreSQL store: every operation is one statement, and so one round trip and one transaction. */

import type { StoreCapabilities } from '../record-job-store.ts'
import type { SchemaKeeper } from '../schema.ts'
import { type ErrorMeaning, ServerJobStore, type ServerSession } from '../server-job-store.ts'
import { sqlState } from './driver.ts'
import { type PostgresJobStoreOptions, type ResolvedPostgresOptions, resolvePostgresOptions } from './options.ts'
import { schemaKeeper } from './schema.ts'
import { Session } from './session.ts'

/** What the server says in codes, said in words. */
const HINTS: Readonly<Record<string, string>> = {
  '28P01': 'the password is wrong',
  '28000': 'this user may not connect',
  '3D000': 'the database does not exist',
  '3F000': 'the schema does not exist',
  '42501': 'this user lacks a privilege',
  '25006': 'the server (or this user) may only read',
  '53300': 'the server has no connection left',
}

/**
 * Keeps jobs and runs in PostgreSQL (12 or newer), for any number of processes.
 *
 * @example
 * const scheduler = new Scheduler({ jobStores: { default: new PostgresJobStore({ url: process.env.DATABASE_URL }) } })
 */
export class PostgresJobStore extends ServerJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: true, shared: true }

  readonly #options: ResolvedPostgresOptions

  /** @throws InvalidArgumentError */
  constructor(options: PostgresJobStoreOptions) {
    const resolved = resolvePostgresOptions(options)
    super('PostgreSQL', resolved.serializer)
    this.#options = resolved
  }

  protected override get schema(): SchemaKeeper {
    return schemaKeeper(this.#options)
  }

  protected override openSession(): Promise<ServerSession> {
    return Session.open(this.#options, this.host)
  }

  protected override meaningOf(error: unknown): ErrorMeaning {
    const state = sqlState(error)
    return { details: { state }, hint: state === undefined ? undefined : HINTS[state] }
  }
}
