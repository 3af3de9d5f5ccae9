/** The ZooKeeper store: records as znodes, an index of them in memory, and one multi for what belongs together. */

import type { StoreCapabilities } from '../record-job-store.ts'
import { type ErrorMeaning, ServerJobStore, type ServerSession } from '../server-job-store.ts'
import { SHORT_HISTORY } from '../short-history.ts'
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
export class ZooKeeperJobStore extends ServerJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: true, shared: true, history: SHORT_HISTORY }

  readonly #options: ResolvedZooKeeperOptions

  /** @throws InvalidArgumentError */
  constructor(options: ZooKeeperJobStoreOptions) {
    const resolved = resolveZooKeeperOptions(options)
    super('ZooKeeper', resolved.serializer)
    this.#options = resolved
  }

  protected override openSession(): Promise<ServerSession> {
    return Session.open(this.#options, this.host)
  }

  protected override meaningOf(error: unknown): ErrorMeaning {
    const code = codeOf(error)
    return { details: { code }, hint: code === undefined ? undefined : HINTS[code] }
  }
}
