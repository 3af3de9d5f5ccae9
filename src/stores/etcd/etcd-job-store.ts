/** The etcd store: every change is one guarded transaction, and many of them travel in one request. */

import type { StoreCapabilities } from '../record-job-store.ts'
import { type ErrorMeaning, ServerJobStore, type ServerSession } from '../server-job-store.ts'
import { SHORT_HISTORY } from '../short-history.ts'
import { errorName } from './driver.ts'
import { type EtcdJobStoreOptions, type ResolvedEtcdOptions, resolveEtcdOptions } from './options.ts'
import { Session } from './session.ts'

/** Names of the driver's errors, said in words. */
const HINTS: Readonly<Record<string, string>> = {
  EtcdAuthenticationFailedError: 'the user or the password is wrong',
  EtcdInvalidAuthTokenError: 'the server does not know this login any more',
  EtcdPermissionDeniedError: 'this user may not read and write the keys of this prefix',
  GRPCFailedPreconditionError: 'the server has no authentication enabled, and a user was given',
  GRPCUnavailableError: 'the server cannot be reached, or has no leader',
  GRPCDeadlineExceededError: 'no answer in time',
  GRPCResourceExhastedError: 'the quota of the server is used up, or an answer was larger than your client takes',
}

/**
 * Keeps jobs and runs in etcd (3.4 or newer), for any number of processes.
 *
 * @example
 * const scheduler = new Scheduler({ jobStores: { default: new EtcdJobStore({ url: 'etcd://localhost:2379/app' }) } })
 */
export class EtcdJobStore extends ServerJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: true, shared: true, history: SHORT_HISTORY }

  readonly #options: ResolvedEtcdOptions

  /** @throws InvalidArgumentError */
  constructor(options: EtcdJobStoreOptions) {
    const resolved = resolveEtcdOptions(options)
    super('etcd', resolved.serializer)
    this.#options = resolved
  }

  protected override openSession(): Promise<ServerSession> {
    return Session.open(this.#options, this.host)
  }

  protected override meaningOf(error: unknown): ErrorMeaning {
    const reason = errorName(error)
    return { details: { reason }, hint: reason === undefined ? undefined : HINTS[reason] }
  }
}
