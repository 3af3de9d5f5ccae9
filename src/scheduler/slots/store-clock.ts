/**
 * The time by which a store's due times and leases are judged: its server's clock where it has one, so that the clocks of
 * machines are never compared with each other; else this process's own.
 *
 * The server is asked when the store opens, then after 100 ms, 200, 400 and so on, and every ten seconds. In between its clock is
 * carried on by this process's monotonic one, so a step of the local wall clock changes nothing. It is never ahead of the
 * server's, so nothing starts early: an answer counts from when it arrived, and the monotonic clock counts at the slowest
 * rate that the last answers allow, each with the one before it. (Cristian, "Probabilistic clock synchronization", 1989: what a
 * reply took bounds the error.) One that took unusually long, because the server or this process stood still, would leave
 * it behind by as much: the server is asked once more at the next occasion.
 */

import type { Clock } from '../../core/clock.ts'
import type { RecordStore } from '../../stores/record-store.ts'

const FIRST_AGAIN_MS = 100
const AGAIN_MS = 10_000
/** What a reply takes at least to count as slow, and how many times as long as the one before. */
const SLOW_MS = 100
const SLOW_TIMES = 2
/** By how much two clocks may drift apart: ten times what a machine's quartz does. More, and one of them was set. */
const MOST_DRIFT = 0.01
/** What is believed of a clock of which only one answer is known. */
const SLOWEST = 1 - MOST_DRIFT
const FASTEST = 1 + MOST_DRIFT

/** An answer of the server. */
interface Answer {
  /** Epoch ms, rounded down. */
  readonly time: number
  /** What the rounding can have taken from it, ms. */
  readonly grain: number
  /** Monotonic: when the question went out, and when the answer arrived. */
  readonly sentAt: number
  readonly arrivedAt: number
}

export class StoreClock {
  readonly #clock: Clock
  /** The last answer. Undefined: the server has no clock, or was not asked yet. */
  #answer: Answer | undefined
  /** Milliseconds of the server in one of the monotonic clock, at least. */
  #rate = SLOWEST
  /**
   * What the answer before allowed at least. A server's clock that was moved on by a few milliseconds seems fast once, and
   * is not carried on at that rate.
   */
  #slowestBefore = 1
  #againMs = FIRST_AGAIN_MS
  #isDoubtful = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Epoch ms. */
  now(): number {
    if (this.#answer === undefined) return this.#clock.now()
    return Math.floor(this.#answer.time + (this.#clock.monotonic() - this.#answer.arrivedAt) * this.#rate)
  }

  /** The latest that the server's clock may show by now, epoch ms. */
  latest(): number {
    if (this.#answer === undefined) return this.#clock.now()
    return Math.ceil(this.#answer.time + this.#answer.grain + (this.#clock.monotonic() - this.#answer.sentAt) * FASTEST)
  }

  /** Whether the server's clock should be asked again. */
  get isOld(): boolean {
    if (this.#answer === undefined) return false
    return this.#isDoubtful || this.#clock.monotonic() - this.#answer.arrivedAt >= this.#againMs
  }

  /** Asks the server's clock. */
  async ask(store: Pick<RecordStore, 'serverTime'>): Promise<void> {
    const sentAt = this.#clock.monotonic()
    const time = await store.serverTime()
    if (time === undefined) {
      this.#answer = undefined
      this.#isDoubtful = false
      return
    }
    const answer = { time, grain: grainOf(time), sentAt, arrivedAt: this.#clock.monotonic() }
    this.#isDoubtful = isSlow(answer, this.#answer)
    this.#learn(answer)
  }

  /** The monotonic clock may have stood still, as that of a suspended machine does: the server is asked again. */
  doubt(): void {
    this.#isDoubtful = true
  }

  #learn(answer: Answer): void {
    const before = this.#answer
    this.#answer = answer
    const bounds = before === undefined ? undefined : ratesBetween(before, answer)
    if (bounds === undefined || bounds.slowest > FASTEST || bounds.fastest < SLOWEST) {
      this.#rate = SLOWEST
      this.#slowestBefore = 1
      this.#againMs = FIRST_AGAIN_MS
      return
    }
    const slowest = Math.min(bounds.slowest, this.#slowestBefore)
    this.#slowestBefore = bounds.slowest
    const isStillPossible = this.#rate >= slowest && this.#rate <= bounds.fastest
    if (!isStillPossible) this.#rate = Math.max(SLOWEST, slowest)
    this.#againMs = Math.min(AGAIN_MS, 2 * this.#againMs)
  }
}

/** Servers tell milliseconds or, with a fraction, microseconds. */
function grainOf(time: number): number {
  return Number.isInteger(time) ? 1 : 0.001
}

/** Whether an answer took much longer than the one before: where all are slow, asking again would be no better. */
function isSlow({ sentAt, arrivedAt }: Answer, before: Answer | undefined): boolean {
  const usual = before === undefined ? 0 : before.arrivedAt - before.sentAt
  return arrivedAt - sentAt > Math.max(SLOW_MS, SLOW_TIMES * usual)
}

/** How fast the server's clock can have gone, in milliseconds of the monotonic one; undefined where no time went by. */
function ratesBetween(first: Answer, second: Answer): { slowest: number; fastest: number } | undefined {
  const elapsed = second.time - first.time
  const grain = Math.max(first.grain, second.grain)
  const shortest = second.sentAt - first.arrivedAt
  if (shortest <= 0) return undefined
  return { slowest: (elapsed - grain) / (second.arrivedAt - first.sentAt), fastest: (elapsed + grain) / shortest }
}
