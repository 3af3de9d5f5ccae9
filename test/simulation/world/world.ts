/**
 * Virtual time: one queue of events for all processes. An event happens, everything that it sets off by promises comes to
 * its end, then time jumps to the next. What happens at the same instant comes in an order that the seed decides.
 */

import type { Random } from '../../workload/random.ts'

export interface WorldEvent {
  readonly at: number
  readonly tie: number
  readonly happen: () => void
  isCancelled: boolean
}

/** Immediates asked for in one go: Node drains the promises after each, and the event loop turns once for all of them. */
const BATCH = 64

export class World {
  /** True time, ms since the beginning. */
  now = 0
  /** Events that happened. */
  count = 0
  readonly #random: Random
  readonly #queue: WorldEvent[] = []

  constructor(random: Random) {
    this.#random = random
  }

  schedule(at: number, happen: () => void): WorldEvent {
    const event: WorldEvent = { at: Math.max(at, this.now), tie: this.#random.next(), happen, isCancelled: false }
    this.#push(event)
    return event
  }

  /** Lets time pass up to an instant, or until so many events have happened in all. */
  run(until: number, mostEvents: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false
      let left = 0
      const step = (): void => {
        left -= 1
        if (isOver) return
        try {
          isOver = !this.#next(until) || this.count >= mostEvents
        } catch (error) {
          isOver = true
          reject(error)
        }
        if (isOver) resolve()
        else if (left === 0) go()
      }
      const go = (): void => {
        left = BATCH
        for (let index = 0; index < BATCH; index += 1) setImmediate(step)
      }
      go()
    })
  }

  /** Lets the next event happen; false when there is none before `until`. */
  #next(until: number): boolean {
    for (;;) {
      const event = this.#queue[0]
      if (event === undefined || event.at > until) {
        this.now = until
        return false
      }
      this.#pop()
      if (event.isCancelled) continue
      this.now = event.at
      this.count += 1
      event.happen()
      return true
    }
  }

  #push(event: WorldEvent): void {
    const queue = this.#queue
    let place = queue.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = queue[parent]
      if (above === undefined || isBefore(above, event)) break
      queue[place] = above
      place = parent
    }
    queue[place] = event
  }

  #pop(): void {
    const queue = this.#queue
    const last = queue.pop()
    if (last === undefined || queue.length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      let below = queue[child]
      if (below === undefined) break
      const right = queue[child + 1]
      if (right !== undefined && isBefore(right, below)) {
        child += 1
        below = right
      }
      if (isBefore(last, below)) break
      queue[place] = below
      place = child
    }
    queue[place] = last
  }
}

function isBefore(a: WorldEvent, b: WorldEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie)
}
