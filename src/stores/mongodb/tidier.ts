/**
 * Takes inserted records out of outboxes, and deletes what was removed. The changes count without it: nobody waits for it,
 * and what goes wrong here is left to whoever finishes it. One tidying is under way at a time; the commits that are made
 * meanwhile are tidied up after together.
 *
 * A record that an outbox still mentions is not deleted: whoever finished that outbox would insert it again.
 */

import { listIn, property } from '../driver-edge.ts'
import type { Connection, Deadline } from './connection.ts'

/** What an unfinished document has still to insert. */
interface Outbox {
  readonly id: unknown
  readonly tokens: readonly unknown[]
  /** Ids of the documents. */
  readonly records: readonly unknown[]
}

/** What a commit leaves. */
interface Leftover {
  /** Name of the commit. */
  readonly token: string
  /** Ids of documents whose outbox it filled. */
  readonly changed: readonly string[]
  /** Ids of documents that it removed, and the versions that it gave them. */
  readonly removed: ReadonlyMap<string, unknown>
}

export class Tidier {
  readonly #connection: Connection
  #waiting: Leftover[] = []
  #running: Promise<void> | undefined

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Tidies up after a commit whose inserts are all there, when its turn comes. */
  tidy(leftover: Leftover): void {
    if (leftover.changed.length === 0 && leftover.removed.size === 0) return
    this.#waiting.push(leftover)
    this.#running ??= this.#tidyAll().finally(() => {
      this.#running = undefined
    })
  }

  /** Resolves when what was left so far is tidied up, or given up. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #tidyAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const leftovers = this.#waiting
      this.#waiting = []
      try {
        await this.#tidy(leftovers)
      } catch {
        // Found and finished later, by this process or another.
      }
    }
  }

  async #tidy(leftovers: readonly Leftover[]): Promise<void> {
    const deadline = this.#connection.deadline()
    const filled = leftovers.filter(({ changed }) => changed.length > 0)
    if (filled.length > 0) await this.empty(filled, deadline)
    const removed = new Map(leftovers.flatMap((each) => [...each.removed]))
    const tokens = new Set<unknown>(leftovers.map(({ token }) => token))
    if (removed.size > 0) await this.delete(removed, (each) => tokens.has(each), deadline)
  }

  /**
   * Deletes removed records, but for those whose outbox holds something, or that an outbox holds.
   *
   * @param removed - id -> version that it was given when it was removed
   */
  async delete(
    removed: ReadonlyMap<string, unknown>,
    isDone: (token: unknown) => boolean,
    deadline: Deadline,
  ): Promise<void> {
    const outboxes = await this.#outboxes(deadline)
    const inUse = new Set(outboxes.filter(({ tokens }) => !tokens.every(isDone)).map(({ id }) => id))
    const mentioned = new Set(outboxes.flatMap(({ records }) => records))
    const free = [...removed].filter(([id]) => !inUse.has(id) && !mentioned.has(id))
    const deletions = free.map(([_id, version]) => ({ deleteOne: { filter: { _id, version } } }))
    await this.#connection.bulk(deletions, deadline)
  }

  /** Ids of the records that outboxes hold. */
  async mentioned(): Promise<ReadonlySet<unknown>> {
    return new Set((await this.#outboxes(this.#connection.deadline())).flatMap(({ records }) => records))
  }

  async #outboxes(deadline: Deadline): Promise<readonly Outbox[]> {
    const projection = { 'outbox.token': 1, 'outbox.records._id': 1 }
    const found = await this.#connection.find({ unfinished: { $exists: true } }, { projection }, deadline)
    return found.map((document) => {
      const entries = listIn(document, 'outbox')
      return {
        id: property(document, '_id'),
        tokens: entries.map((entry) => property(entry, 'token')),
        records: entries.flatMap((entry) => listIn(entry, 'records')).map((record) => property(record, '_id')),
      }
    })
  }

  /** Takes the entries of commits out of the outboxes that these filled. */
  async empty(leftovers: readonly Pick<Leftover, 'token' | 'changed'>[], deadline: Deadline): Promise<void> {
    const alone = leftovers.map(({ token, changed }) => {
      const filter = { _id: { $in: changed }, 'outbox.token': token, outbox: { $size: 1 }, kind: { $exists: true } }
      return { updateMany: { filter, update: { $unset: { outbox: '', unfinished: '' } } } }
    })
    const { matched } = await this.#connection.bulk(alone, deadline)
    if (matched === leftovers.reduce((sum, { changed }) => sum + changed.length, 0)) return
    // Beside the entries of others, or in a record that was removed since.
    const others = leftovers.map(({ token, changed }) => {
      const filter = { _id: { $in: changed }, 'outbox.token': token }
      return { updateMany: { filter, update: { $pull: { outbox: { token } } } } }
    })
    await this.#connection.bulk(others, deadline)
  }
}
