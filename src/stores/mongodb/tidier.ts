/**
 * Takes inserted records out of outboxes, and deletes what was removed. The changes count without it: what goes wrong here
 * is left to whoever finishes it.
 *
 * A record that an outbox still mentions is not deleted: whoever finished that outbox would insert it again.
 */

import { property } from '../driver-edge.ts'
import type { Connection, Deadline } from './connection.ts'

export class Tidier {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * @param token - name of the commit
   * @param changed - ids of documents whose outbox it filled
   * @param removed - ids of documents that it removed
   */
  async tidy(token: string, changed: readonly string[], removed: readonly string[], deadline: Deadline): Promise<void> {
    try {
      if (changed.length > 0) await this.#empty(token, changed, deadline)
      if (removed.length > 0) await this.#delete(token, removed, deadline)
    } catch {
      // Found and finished later, by this process or another.
    }
  }

  /** Ids of the records that outboxes hold. */
  async mentioned(deadline = this.#connection.deadline()): Promise<ReadonlySet<unknown>> {
    const projection = { 'outbox.records._id': 1 }
    const found = await this.#connection.find({ unfinished: { $exists: true } }, { projection }, deadline)
    return new Set(
      found
        .flatMap((document) => listIn(document, 'outbox'))
        .flatMap((entry) => listIn(entry, 'records'))
        .map((record) => property(record, '_id')),
    )
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

  async #delete(token: string, ids: readonly string[], deadline: Deadline): Promise<void> {
    const mentioned = await this.mentioned(deadline)
    const unmentioned = ids.filter((id) => !mentioned.has(id))
    if (unmentioned.length === 0) return
    const empty = [
      { outbox: { $exists: false } },
      { outbox: { $size: 0 } },
      { outbox: { $size: 1 }, 'outbox.token': token },
    ]
    const filter = { _id: { $in: unmentioned }, version: 0, commit: token, $or: empty }
    await this.#connection.bulk([{ deleteMany: { filter } }], deadline)
  }
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = property(value, name)
  return Array.isArray(list) ? list : []
}
