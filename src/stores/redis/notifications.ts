/**
 * Publish and subscribe: tells this process that there is something to do before it would ask. A hint and no more: what is
 * missed is found by asking.
 *
 * Subscribing takes a connection of its own, which is checked now and then (a connection can die without a word); the
 * driver opens it again when it broke.
 */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import type { StoreHost } from '../job-store.ts'
import type { RedisClient } from './driver.ts'

const HEARTBEAT_MS = 20_000
const ANSWER_WITHIN_MS = 5_000

export class Notifications {
  readonly #client: RedisClient
  readonly #channel: string
  #timer: TimerHandle | undefined
  #isStopped = false

  /** @param client - not connected yet; closed by `stop` */
  constructor(client: RedisClient, channel: string, host: StoreHost) {
    this.#client = client
    this.#channel = channel
    // Unheard, an error would be printed by the driver; it connects again by itself.
    client.on('error', () => undefined)
    client.on('message', (_channel, author) => {
      if (author !== host.workerId) host.wakeup()
    })
    client.on('ready', () => void this.#subscribe())
  }

  start(): void {
    void this.#client.connect().catch(() => undefined)
    this.#arm(HEARTBEAT_MS, () => void this.#check())
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#client.disconnect()
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#client.call('subscribe', [this.#channel])
    } catch {
      // Not allowed, or the connection broke at once: then it is asked for again when there is another.
    }
  }

  /** A connection can be gone without either side having noticed. */
  async #check(): Promise<void> {
    this.#arm(ANSWER_WITHIN_MS, () => {
      this.#client.disconnect(true)
      this.#arm(HEARTBEAT_MS, () => void this.#check())
    })
    try {
      await this.#client.call('ping', [])
    } catch {
      // Not connected: the driver is at it.
    }
    this.#arm(HEARTBEAT_MS, () => void this.#check())
  }

  #arm(delay: number, action: () => void): void {
    this.#timer?.cancel()
    if (!this.#isStopped) this.#timer = systemClock.setTimer(action, delay)
  }
}
