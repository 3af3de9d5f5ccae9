/**
 * Takes inserted records out of outboxes, and deletes what was removed. The changes count without it: what goes wrong here
 * is left to whoever finishes it.
 *
 * A record that an outbox still mentions is not deleted: whoever finished that outbox would insert it again.
 */

import { property } from '../driver-edge.ts'
import type { Connection, Deadline } from './connection.ts'

/** What an unfinished document has still to insert. */
interface Outbox {
  readonly id: unknown
  readonly tokens: readonly unknown[]
  /** Ids of the documents. */
  readonly records: readonly unknown[]
}

export class Tidier {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * @param token - name of the commit
   * @param changed - ids of documents whose outbox it filled
   * @param removed - ids of documents that it removed, and the versions that it gave them
   */
  async tidy(
    token: string,
    changed: readonly string[],
    removed: ReadonlyMap<string, unknown>,
    deadline: Deadline,
  ): Promise<void> {
    try {
      if (changed.length > 0) await this.#empty(token, changed, deadline)
      if (removed.size > 0) await this.delete(removed, (each) => each === token, deadline)
    } catch {
      // Found and finished later, by this process or another.
    }
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

  async #empty(token: string, ids: readonly string[], deadline: Deadline): Promise<void> {
    const alone = { _id: { $in: ids }, 'outbox.token': token, outbox: { $size: 1 }, kind: { $exists: true } }
    const update = { $unset: { outbox: '', unfinished: '' } }
    const { matched } = await this.#connection.bulk([{ updateMany: { filter: alone, update } }], deadline)
    if (matched === ids.length) return
    // Beside the entries of others, or in a record that was removed since.
    const filter = { _id: { $in: ids }, 'outbox.token': token }
    await this.#connection.bulk([{ updateMany: { filter, update: { $pull: { outbox: { token } } } } }], deadline)
  }
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = property(value, name)
  return Array.isArray(list) ? list : []
}
