/**
 * Lets the server forget what was overwritten. It keeps every former state of every key until it is told not to, and refuses
 * all writes once that fills its quota; and the ranges that a claim reads grow with what was deleted inside.
 *
 * All processes take turns through one key: whoever changes it first compacts to the revision that it saw an interval ago,
 * so nothing younger than an interval is ever lost to those who read the past or watch.
 */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import { CronwrightError } from '../../errors.ts'
import type { StoreHost } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { errorName } from './driver.ts'

const TURN = 'compaction'

export class Compaction {
  readonly #connection: Connection
  readonly #host: StoreHost
  readonly #intervalMs: number
  #timer: TimerHandle | undefined
  #isStopped = false
  /** Version of the key, and revision of the store, as last seen. */
  #turn = 0
  #revision = 0

  constructor(connection: Connection, host: StoreHost, intervalMs: number) {
    this.#connection = connection
    this.#host = host
    this.#intervalMs = intervalMs
  }

  start(): void {
    this.#arm()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  #arm(): void {
    if (!this.#isStopped) this.#timer = systemClock.setTimer(() => void this.#run(), this.#intervalMs)
  }

  async #run(): Promise<void> {
    try {
      await this.#takeTurn()
    } catch (error) {
      if (errorName(error) === 'EtcdPermissionDeniedError') return this.#giveUp(error)
      // Of an outage others tell; it is tried again.
    }
    this.#arm()
  }

  async #takeTurn(): Promise<void> {
    const before = this.#revision
    const { isApplied, replies, revision } = await this.#connection.transact(
      [this.#connection.put(TURN, this.#host.workerId)],
      { compare: [this.#connection.hasVersion(TURN, this.#turn)], failure: [this.#connection.read(TURN)] },
    )
    this.#revision = revision
    if (isApplied) {
      this.#turn += 1
      if (before > 0) await this.#connection.compact(before)
    } else {
      this.#turn = this.#connection.rangeOf(replies[0]).entries[0]?.version ?? 0
    }
  }

  #giveUp(cause: unknown): void {
    const advice = 'let the server do it (--auto-compaction-retention) and set compaction: false'
    this.#host.reportError(
      new CronwrightError('STORE_ERROR', `this user may not compact the etcd server; ${advice}`, {
        details: { operation: 'compact' },
        cause,
      }),
    )
  }
}
