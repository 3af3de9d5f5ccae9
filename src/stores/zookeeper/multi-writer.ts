/** Sends multis, each with its entry in the journal, and makes what they need to be there before. */

import type { RecordKey } from '../../jobs/record.ts'
import { isOutcomeUnknown } from './connection.ts'
import { CODE, type Operation } from './driver.ts'
import type { Followers } from './followers.ts'
import type { Journal, Segment } from './journal.ts'
import type { Mention } from './journal-entry.ts'
import type { Paths } from './paths.ts'
import { eachOf, type MultiReply, Refusal, type Server } from './server.ts'

/** Operations that happen together or not at all. */
export interface Multi {
  readonly operations: readonly Operation[]
  /** What they change. */
  readonly mentions: readonly Mention[]
  /** Whether there may be something to do for others. */
  readonly news: boolean
}

export class MultiWriter {
  readonly #server: Server
  readonly #paths: Paths
  readonly #journal: Journal
  readonly #followers: Followers
  readonly #buckets = new Set<string>()

  constructor(server: Server, paths: Paths, journal: Journal, followers: Followers) {
    this.#server = server
    this.#paths = paths
    this.#journal = journal
    this.#followers = followers
  }

  /**
   * @param onDone - called within the reply, when everything was done
   * @returns false when the server did nothing, because something is not as it was thought to be
   */
  async write({ operations, mentions, news }: Multi, onDone: () => void): Promise<boolean> {
    for (;;) {
      await this.#makeBuckets(operations, mentions)
      const segment = await this.#journal.segment()
      const all = [...operations, this.#journal.operation(segment, mentions, news)]
      const reply = await this.#send(segment, all, onDone)
      if (reply.isDone) return true
      const { code, failedAt } = reply
      const failed = all[failedAt]
      const isMissing = code === CODE.noNode && failed?.type === 'create'
      // The entry of the journal is the last operation: its segment was idle for so long that somebody removed it.
      if (isMissing && failedAt === operations.length) this.#journal.lost(segment)
      else if (isMissing) this.#buckets.clear()
      else if (code === CODE.badVersion || code === CODE.nodeExists || code === CODE.noNode) return false
      else throw new Refusal(code, failed?.path ?? '')
    }
  }

  async #send(segment: Segment, operations: readonly Operation[], onDone: () => void): Promise<MultiReply> {
    segment.underWay += 1
    try {
      return await this.#server.multi(operations, (reply) => {
        if (!reply.isDone) return
        this.#journal.written(segment, reply.paths.at(-1))
        onDone()
      })
    } catch (error) {
      if (isOutcomeUnknown(error) && this.#journal.abandon(segment)) this.#followers.follow(segment)
      throw error
    } finally {
      this.#journal.release(segment)
    }
  }

  /** Makes the buckets that new records need and that this process has not seen yet. */
  async #makeBuckets(operations: readonly Operation[], keys: readonly RecordKey[]): Promise<void> {
    if (!operations.some(({ type }) => type === 'create')) return
    const missing = new Set(keys.map((key) => this.#paths.bucket(key)).filter((path) => !this.#buckets.has(path)))
    await eachOf([...missing], async (path) => {
      await this.#server.create(path)
      this.#buckets.add(path)
    })
  }
}
