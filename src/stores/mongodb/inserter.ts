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

  /**
   * Which of these documents, whose ids were not free, could not take the place of a removed one either. One that was
   * deleted since then has left its id: it is tried again.
   */
  async takenOf(documents: readonly Identified[], deadline: Deadline): Promise<ReadonlySet<string>> {
    const taken = new Set<string>()
    let open = documents
    while (open.length > 0) {
      const found = await this.#stateOf(open, deadline)
      const free: Identified[] = []
      const removed: Identified[] = []
      for (const document of open) {
        const now = found.get(document._id)
        if (now === undefined) free.push(document)
        else if (isSame(document, now)) continue
        else if (isRemoved(now)) removed.push(document)
        else taken.add(document._id)
      }
      const operations = free.map((document) => ({ insertOne: { document } }))
      const { duplicates } = await this.#connection.bulk(operations, deadline)
      const late = free.filter((_, index) => duplicates.has(index))
      open = [...late, ...(await this.#revive(removed, found, deadline))]
    }
    return taken
  }

  /**
   * Puts records into the place of those that were removed and are not deleted yet, beside what their outboxes hold.
   *
   * @returns those for which another came first, or that were deleted meanwhile
   */
  async #revive(
    documents: readonly Identified[],
    removed: ReadonlyMap<unknown, unknown>,
    deadline: Deadline,
  ): Promise<readonly Identified[]> {
    if (documents.length === 0) return []
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
    return documents.filter(({ _id, commit }) => property(found.get(_id), 'commit') !== commit)
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
