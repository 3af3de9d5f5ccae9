/**
 * What is under way in a test and has to come to rest before time may move on: calls of stores, handlers. Everything is
 * waited for in turns of the event loop, real input and output included.
 *
 * Two things are not waited for: work that sleeps by the test's own clock, and work that has taken more real time than
 * it was given - it waits for something that only the test will do.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { systemClock, yieldToEventLoop } from '../core/clock.ts'

interface Work {
  /** The work in which it began, which waits for it. */
  readonly parent: Work | undefined
  /** Real time, monotonic, until which it is waited for. */
  readonly until: number
  /** Sleeps that it, or work that began in it, is in. */
  sleeps: number
}

/**
 * Turns of the event loop without anything new, after which everything counts as being at rest. Where stores and handlers
 * are watched, what lies between their calls takes a turn; where nothing is, this is all that is waited.
 */
const QUIET_TURNS = { watched: 3, unwatched: 20 }

export class WorkUnderWay {
  readonly #works = new Set<Work>()
  readonly #current = new AsyncLocalStorage<Work>()
  /** Rises whenever work begins or ends. */
  #changes = 0

  /** Calls; a promise that it gives is work until it is settled, `patienceMs` of real time at most. */
  watch<T>(call: () => T, patienceMs: number): T {
    const work = { parent: this.#current.getStore(), until: systemClock.monotonic() + patienceMs, sleeps: 0 }
    const result = this.#current.run(work, call)
    if (!isThenable(result)) return result
    this.#works.add(work)
    this.#changes += 1
    const end = (): void => {
      this.#works.delete(work)
      this.#changes += 1
    }
    result.then(end, end)
    return result
  }

  /** Notes that the present work, if it is any, sleeps until the promise is settled. */
  async sleep(promise: Promise<void>): Promise<void> {
    const sleepers: Work[] = []
    for (let work = this.#current.getStore(); work !== undefined; work = work.parent) sleepers.push(work)
    for (const work of sleepers) work.sleeps += 1
    await promise
    for (const work of sleepers) work.sleeps -= 1
  }

  /** Resolves when nothing goes on but what is not waited for. */
  async rest(): Promise<void> {
    let seen = this.#changes
    for (let quiet = 0; quiet < this.#quietTurns; quiet += 1) {
      await yieldToEventLoop()
      if (seen !== this.#changes || this.#isAnyAwaited()) quiet = 0
      seen = this.#changes
    }
  }

  get #quietTurns(): number {
    return this.#changes > 0 ? QUIET_TURNS.watched : QUIET_TURNS.unwatched
  }

  #isAnyAwaited(): boolean {
    if (this.#works.size === 0) return false
    const now = systemClock.monotonic()
    for (const { sleeps, until } of this.#works) if (sleeps === 0 && now < until) return true
    return false
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
