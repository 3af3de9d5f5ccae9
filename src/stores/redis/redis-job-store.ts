/** The Redis store: every operation is one script, and so one round trip that nothing comes between. */

import type { StoreCapabilities } from '../record-job-store.ts'
import { type ErrorMeaning, ServerJobStore, type ServerSession } from '../server-job-store.ts'
import { type RedisJobStoreOptions, type ResolvedRedisOptions, resolveRedisOptions } from './options.ts'
import { Session } from './session.ts'

/** What the server says in codes, said in words. */
const HINTS: Readonly<Record<string, string>> = {
  WRONGPASS: 'the user name or the password is wrong',
  NOAUTH: 'the server wants a password',
  NOPERM: 'this user lacks a permission',
  READONLY: 'this server is a replica, which may only be read',
  'DB index': 'the database does not exist',
  OOM: 'the memory of the server is full',
  LOADING: 'the server is reading its data',
  MISCONF: 'the server cannot save its data',
  MASTERDOWN: 'the primary is down',
  CLUSTERDOWN: 'the cluster is down',
  CROSSSLOT: 'the keys are not in one slot',
}

const CODES = new RegExp(`\\b(?:${Object.keys(HINTS).join('|')})\\b`)

/**
 * Keeps jobs and runs in Redis (6.2 or newer) or Valkey, for any number of processes.
 *
 * @example
 * const scheduler = new Scheduler({ jobStores: { default: new RedisJobStore({ url: process.env.REDIS_URL }) } })
 */
export class RedisJobStore extends ServerJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: true, shared: true }

  readonly #options: ResolvedRedisOptions

  /** @throws InvalidArgumentError */
  constructor(options: RedisJobStoreOptions) {
    const resolved = resolveRedisOptions(options)
    super('Redis', resolved.serializer)
    this.#options = resolved
  }

  protected override openSession(): Promise<ServerSession> {
    return Session.open(this.#options, this.host, this.alias)
  }

  protected override meaningOf(error: unknown): ErrorMeaning {
    const code = error instanceof Error ? CODES.exec(error.message)?.[0] : undefined
    return { details: { code }, hint: code === undefined ? undefined : HINTS[code] }
  }
}
