/** Inserts documents where their ids are free, and tells which were there already. */

import { property } from '../driver-edge.ts'
import type { Connection, Deadline } from './connection.ts'
import { type Identified, isRemoved } from './documents.ts'

export class Inserter {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * The ids that are taken by others. One that has the same origin was inserted for the same change: by a process that
   * finished the outbox of this one.
   */
  async insert(documents: readonly Identified[], deadline: Deadline): Promise<ReadonlySet<string>> {
    const operations = documents.map((document) => ({ insertOne: { document } }))
    const { duplicates } = await this.#connection.bulk(operations, deadline)
    return this.takenOf(
      documents.filter((_, index) => duplicates.has(index)),
      deadline,
    )
  }

  /** Which of these documents, whose ids were not free, could not take the place of a removed one either. */
  async takenOf(documents: readonly Identified[], deadline: Deadline): Promise<ReadonlySet<string>> {
    if (documents.length === 0) return new Set()
    const found = await this.#stateOf(documents, deadline)
    const taken = documents.filter((document) => !isSame(document, found.get(document._id)))
    const removed = taken.filter(({ _id }) => isRemoved(found.get(_id)))
    const revived = await this.#revive(removed, found, deadline)
    return new Set(taken.map(({ _id }) => _id).filter((id) => !revived.has(id)))
  }

  /** Puts records into the place of those that were removed and are not deleted yet, beside what their outboxes hold. */
  async #revive(
    documents: readonly Identified[],
    removed: ReadonlyMap<unknown, unknown>,
    deadline: Deadline,
  ): Promise<ReadonlySet<string>> {
    if (documents.length === 0) return new Set()
    const operations = documents.map(({ _id, outbox, ...fields }) => {
      const $push = Array.isArray(outbox) ? { $push: { outbox: { $each: outbox } } } : {}
      return {
        updateOne: {
          filter: { _id, version: property(removed.get(_id), 'version') },
          update: { $set: fields, ...$push },
        },
      }
    })
    await this.#connection.bulk(operations, deadline)
    const found = await this.#stateOf(documents, deadline)
    const isMine = ({ _id, commit }: Identified): boolean => property(found.get(_id), 'commit') === commit
    return new Set(documents.filter(isMine).map(({ _id }) => _id))
  }

  async #stateOf(documents: readonly Identified[], deadline: Deadline): Promise<ReadonlyMap<unknown, unknown>> {
    const filter = { _id: { $in: documents.map(({ _id }) => _id) } }
    const projection = { version: 1, commit: 1, origin: 1 }
    const found = await this.#connection.find(filter, { projection }, deadline)
    return new Map(found.map((document) => [property(document, '_id'), document]))
  }
}

/** Whether what was found is the document itself, inserted before; also where it was removed since. */
function isSame(document: Identified, found: unknown): boolean {
  const { origin } = document
  return origin !== undefined && property(found, 'origin') === origin
}
