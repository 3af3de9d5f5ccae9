/**
 * LISTEN and NOTIFY: tells other processes that there is something to do before they would ask. A hint and no more: what
 * is missed is found by asking.
 *
 * Listening takes a connection of its own, which is checked now and then (a connection can die without a word) and opened
 * again when it broke.
 */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import { property } from '../driver-edge.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import { isNews } from '../news.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'
import { clientOf, type PostgresClient, type PostgresPool } from './driver.ts'

const HEARTBEAT_MS = 20_000
const ANSWER_WITHIN_MS = 5_000
const RECONNECT_MS = 2_000

export class Notifications {
  readonly #pool: PostgresPool
  readonly #database: Database
  readonly #host: StoreHost
  readonly #channel: string
  #client: PostgresClient | undefined
  #timer: TimerHandle | undefined
  #isStopped = false
  #hasNews = false
  #isTelling = false

  constructor(pool: PostgresPool, database: Database, tables: Tables, host: StoreHost) {
    this.#pool = pool
    this.#database = database
    this.#host = host
    this.#channel = tables.records.replaceAll('"', '')
  }

  start(): void {
    void this.#listen()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#drop()
  }

  /** Tells the others when a change added something, or made something due again. Never waited for. */
  committed(changes: readonly EncodedChange[]): void {
    if (!changes.some(isNews)) return
    this.#hasNews = true
    if (!this.#isTelling) void this.#tell()
  }

  /** One message for all news that came while the one before was on its way. */
  async #tell(): Promise<void> {
    this.#isTelling = true
    while (this.#hasNews && !this.#isStopped) {
      this.#hasNews = false
      await this.#database.rows('SELECT pg_notify($1, $2)', [this.#channel, this.#host.workerId]).catch(() => undefined)
    }
    this.#isTelling = false
  }

  async #listen(): Promise<void> {
    try {
      const client = await clientOf(this.#pool, () => this.#lost(client))
      this.#client = client
      if (this.#isStopped) return this.#drop()
      client.on('end', () => this.#lost(client))
      client.on('notification', (message) => {
        if (property(message, 'payload') !== this.#host.workerId) this.#host.wakeup()
      })
      await client.query({ text: `LISTEN "${this.#channel}"`, query_timeout: ANSWER_WITHIN_MS })
      this.#arm(HEARTBEAT_MS, () => this.#check(client))
    } catch {
      this.#again()
    }
  }

  /** A connection can be gone without either side having noticed. */
  async #check(client: PostgresClient): Promise<void> {
    try {
      await client.query({ text: 'SELECT 1', query_timeout: ANSWER_WITHIN_MS })
      this.#arm(HEARTBEAT_MS, () => this.#check(client))
    } catch {
      this.#lost(client)
    }
  }

  #lost(client: PostgresClient | undefined): void {
    if (client !== this.#client) return
    this.#again()
  }

  #again(): void {
    this.#drop()
    this.#arm(RECONNECT_MS, () => this.#listen())
  }

  #drop(): void {
    const client = this.#client
    this.#client = undefined
    client?.release(true)
  }

  #arm(delay: number, action: () => Promise<void>): void {
    this.#timer?.cancel()
    if (!this.#isStopped) this.#timer = systemClock.setTimer(() => void action(), delay)
  }
}
