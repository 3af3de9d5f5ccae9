/** What the tests of the ZooKeeper store open, and close again: stores, lines and clients of the driver. */

import { randomId } from '../../../../src/core/random-id.ts'
import type { CronwrightError } from '../../../../src/errors.ts'
import { Driver, type ZooKeeperClient } from '../../../../src/stores/zookeeper/driver.ts'
import { Server } from '../../../../src/stores/zookeeper/server.ts'
import { ZooKeeperJobStore, type ZooKeeperJobStoreOptions } from '../../../../src/zookeeper.ts'
import { Line } from './line.ts'

export const url = process.env['CRONWRIGHT_TEST_ZOOKEEPER_URL'] ?? ''
/** `host:port` of the server. */
export const host: string = url === '' ? '' : new URL(url).host

/** A path that no other test uses, nor anything above it: that belongs to whoever made it. */
export function newPath(): string {
  return `/integration-${randomId()}`
}

export class ZooKeeperBench {
  readonly errors: CronwrightError[] = []
  #wakeups = 0
  readonly #closing: (() => unknown)[] = []

  get wakeups(): number {
    return this.#wakeups
  }

  async open(options: ZooKeeperJobStoreOptions): Promise<ZooKeeperJobStore> {
    const store = new ZooKeeperJobStore(options)
    this.later(() => store.shutdown())
    const wakeup = (): void => {
      this.#wakeups += 1
    }
    const reportError = (error: CronwrightError): void => void this.errors.push(error)
    await store.start({ workerId: randomId(), now: () => Date.now(), wakeup, reportError }, 'tested')
    return store
  }

  async line(): Promise<Line> {
    const line = await Line.to(url)
    this.later(() => line.close())
    return line
  }

  /** A client of the driver, as a user has one. */
  async client(): Promise<ZooKeeperClient> {
    const client = (await Driver.load()).newClient(host, { sessionTimeout: 5_000 })
    this.later(() => client.close())
    client.connect()
    await new Promise<void>((resolve) => client.on('connected', () => resolve()))
    return client
  }

  /** The server as it is, past the store. */
  async server(): Promise<Server> {
    const client = await this.client()
    const ignored = { broken: () => undefined, restored: () => undefined }
    return new Server(client, (await Driver.load()).permissions('open'), 5_000, ignored)
  }

  /** Done when the test is over. */
  later(action: () => unknown): void {
    this.#closing.push(action)
  }

  async close(): Promise<void> {
    for (const action of this.#closing.splice(0).reverse()) await action()
  }
}
