/** Those who follow single runs in this process: told of every step of their run and of its progress. */

import type { RunRecord } from '../../jobs/record.ts'
import type { StoreSlot } from '../slots/store-slot.ts'

/** Called with the run as it is now. */
export type Follower = (slot: StoreSlot, record: RunRecord) => void

export class Followers {
  readonly #byRun = new Map<string, Set<Follower>>()

  /** Whether anybody follows any run: lets a caller leave out the making of a record. */
  get areThere(): boolean {
    return this.#byRun.size > 0
  }

  /** Follows a run; the function returned ends that. */
  follow(runId: string, follower: Follower): () => void {
    const followers = this.#byRun.get(runId) ?? new Set()
    this.#byRun.set(runId, followers.add(follower))
    return () => {
      followers.delete(follower)
      if (followers.size === 0) this.#byRun.delete(runId)
    }
  }

  tell(slot: StoreSlot, record: RunRecord): void {
    for (const follower of this.#byRun.get(record.id) ?? []) follower(slot, record)
  }
}
