/**
 * The time by which a store's due times and leases are judged: its server's clock where it has one, so that the clocks of
 * machines are never compared with each other; else this process's own.
 *
 * The server is asked when the store opens and once a minute. In between its clock is carried on by this process's
 * monotonic one, so a step of the local wall clock changes nothing. The answer counts from when it arrived: this clock is
 * behind the server's by what the reply took, and never ahead, so nothing starts early.
 */

import type { Clock } from '../../core/clock.ts'
import type { RecordStore } from '../../stores/record-store.ts'

const ASK_AGAIN_MS = 60_000

export class StoreClock {
  readonly #clock: Clock
  /** What the server's clock showed, epoch ms, and when that arrived, monotonic. Undefined: the server has none. */
  #server: { readonly time: number; readonly at: number } | undefined
  #isDoubtful = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Epoch ms. */
  now(): number {
    if (this.#server === undefined) return this.#clock.now()
    return Math.floor(this.#server.time + this.#clock.monotonic() - this.#server.at)
  }

  /** Whether the server's clock should be asked again. */
  get isOld(): boolean {
    if (this.#server === undefined) return false
    return this.#isDoubtful || this.#clock.monotonic() - this.#server.at >= ASK_AGAIN_MS
  }

  /** Asks the server's clock. */
  async ask(store: Pick<RecordStore, 'serverTime'>): Promise<void> {
    const time = await store.serverTime()
    this.#server = time === undefined ? undefined : { time, at: this.#clock.monotonic() }
    this.#isDoubtful = false
  }

  /** The monotonic clock may have stood still, as that of a suspended machine does: the server is asked again. */
  doubt(): void {
    this.#isDoubtful = true
  }
}
