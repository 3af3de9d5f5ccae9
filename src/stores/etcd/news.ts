/**
 * Tells other processes that there is something to do before they would ask: a key that is written with what is news, and a
 * watch on it. A hint and no more: what is missed is found by asking.
 */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import { property } from '../driver-edge.ts'
import type { StoreHost } from '../job-store.ts'
import type { Connection, Operation } from './connection.ts'
import { type EtcdClient, type EtcdWatcher, watchKey } from './driver.ts'

const NEWS = 'news'
/** After which a watch that the server ended is begun again. */
const AGAIN_MS = 2_000
/** How long `stop` waits for the server to end the watch. */
const STOP_WITHIN_MS = 500

export class News {
  readonly #client: EtcdClient
  readonly #connection: Connection
  readonly #host: StoreHost
  #watcher: EtcdWatcher | undefined
  #timer: TimerHandle | undefined
  #isStopped = false

  constructor(client: EtcdClient, connection: Connection, host: StoreHost) {
    this.#client = client
    this.#connection = connection
    this.#host = host
  }

  /** Goes with the changes that are news. */
  tell(): Operation {
    return this.#connection.put(NEWS, this.#host.workerId)
  }

  /** The driver connects again by itself; a watch that the server ended (its revision was compacted) is made anew. */
  watch(): void {
    if (this.#isStopped) return
    const watcher = watchKey(this.#client, this.#connection.key(NEWS))
    this.#watcher = watcher
    watcher.on('put', (kv) => {
      if (String(property(kv, 'value')) !== this.#host.workerId) this.#host.wakeup()
    })
    watcher.on('error', () => {
      if (this.#watcher !== watcher) return
      this.#watcher = undefined
      this.#timer = systemClock.setTimer(() => this.watch(), AGAIN_MS)
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    const watcher = this.#watcher
    this.#watcher = undefined
    if (watcher === undefined) return
    // A server that is gone never ends a watch.
    let timer: TimerHandle | undefined
    const late = new Promise<void>((resolve) => {
      timer = systemClock.setTimer(resolve, STOP_WITHIN_MS)
    })
    await Promise.race([watcher.cancel().catch(() => undefined), late])
    timer?.cancel()
  }
}
