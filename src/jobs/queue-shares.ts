/**
 * Shares places among queues by weight: smooth weighted round robin. Each turn every queue that has runs gains its
 * weight, the one that has gained most is served, and it pays what all gained together. So of queues that always have
 * runs each is served in proportion to its weight, evenly spread, and a queue without runs leaves its turns to the others.
 *
 * What a queue has gained is kept from one call to the next, so that shares are right also where places come one by one.
 */

export class QueueShares {
  readonly #weights: readonly number[]
  readonly #gained: number[]

  /** @param weights - of each queue, above 0, in the order of the queues */
  constructor(weights: readonly number[]) {
    this.#weights = weights
    this.#gained = weights.map(() => 0)
  }

  /**
   * Which queue each place goes to, by its index, in order of service. No place is left over while a queue has runs.
   *
   * @param waiting - how many runs each queue has, in the order of the queues
   */
  share(waiting: readonly number[], places: number): number[] {
    const left = [...waiting]
    const served: number[] = []
    while (served.length < places) {
      const next = this.#next(left)
      if (next === undefined) break
      left[next] = (left[next] ?? 0) - 1
      served.push(next)
    }
    return served
  }

  /** The queue to be served next: of equals the first. */
  #next(left: readonly number[]): number | undefined {
    let next: number | undefined
    let most = Number.NEGATIVE_INFINITY
    let gain = 0
    for (const [index, weight] of this.#weights.entries()) {
      if ((left[index] ?? 0) <= 0) continue
      const gained = (this.#gained[index] ?? 0) + weight
      this.#gained[index] = gained
      gain += weight
      if (gained <= most) continue
      most = gained
      next = index
    }
    if (next !== undefined) this.#gained[next] = most - gain
    return next
  }
}
