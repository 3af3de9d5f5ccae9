/**
 * Runs that this process has just added. While they are all that is known to be due, they are claimed as they were added,
 * without asking the store for them: that is one round trip of three from adding a run to the call of its handler. Who
 * else claims one of them is told apart by its version, as ever; and what else is due is asked for right behind.
 */

import type { RunRecord } from '../../jobs/record.ts'

/** More than one claim takes: then the store is asked. */
const MOST = 500

export class FreshRuns {
  #runs: RunRecord[] = []
  #areTooMany = false

  /** Notes a run that was added, and is due. */
  add(run: RunRecord): void {
    if (this.#areTooMany) return
    if (this.#runs.length < MOST) this.#runs.push(run)
    else {
      this.#runs = []
      this.#areTooMany = true
    }
  }

  /**
   * Forgets them. Gives them, in the order in which they were added, if they are all that is known to be due.
   *
   * @param knownDue - epoch ms: the earliest due time that is known
   * @param limit - how many runs may be claimed
   */
  take(knownDue: number, limit: number): readonly RunRecord[] | undefined {
    const runs = this.#runs
    this.#areTooMany = false
    if (runs.length === 0) return undefined
    this.#runs = []
    if (runs.length > limit) return undefined
    const earliest = runs.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY)
    return knownDue === earliest ? runs : undefined
  }
}
