/** The MongoDB store: every change is a compare-and-set of one document, so that it needs no transactions. */

import { property } from '../driver-edge.ts'
import type { StoreCapabilities } from '../record-job-store.ts'
import { type ErrorMeaning, ServerJobStore, type ServerSession } from '../server-job-store.ts'
import { type MongoJobStoreOptions, type ResolvedMongoOptions, resolveMongoOptions } from './options.ts'
import { Session } from './session.ts'

/** What the server says in numbers, said in words. */
const HINTS: Readonly<Record<string, string>> = {
  '13': 'this user lacks a permission',
  '18': 'the user name or the password is wrong',
  '8000': 'the user name or the password is wrong',
  '20': 'the server cannot do this, perhaps because it is no replica set',
  '64': 'too few members of the replica set have it on disk',
  '85': 'there is an index of that name with other fields',
  '86': 'there is an index of that name with other fields',
  '91': 'the server is shutting down',
  '10107': 'this server is not the primary',
  '11600': 'the server is shutting down',
  '13435': 'this server is not the primary',
  '10334': 'a document is larger than the 16 MiB that the server takes',
}

/**
 * Keeps jobs and runs in MongoDB (4.4 or newer), for any number of processes. A standalone server will do.
 *
 * @example
 * const scheduler = new Scheduler({ jobStores: { default: new MongoJobStore({ url: process.env.MONGODB_URL }) } })
 */
export class MongoJobStore extends ServerJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: true, shared: true }

  readonly #options: ResolvedMongoOptions

  /** @throws InvalidArgumentError */
  constructor(options: MongoJobStoreOptions) {
    const resolved = resolveMongoOptions(options)
    super('MongoDB', resolved.serializer)
    this.#options = resolved
  }

  protected override openSession(): Promise<ServerSession> {
    return Session.open(this.#options, this.host)
  }

  protected override meaningOf(error: unknown): ErrorMeaning {
    const code = property(error, 'code')
    return { details: { code }, hint: code === undefined ? undefined : HINTS[String(code)] }
  }
}
