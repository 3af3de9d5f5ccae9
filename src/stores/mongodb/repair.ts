/**
 * Finishes what a process left that died between the calls of a commit: inserts what is in outboxes, and deletes what was
 * removed.
 *
 * A document that stays unfinished is one that changes its `unfinished` no more. It is taken over when this process saw it
 * unchanged for twice as long as its owner gives itself: no clocks are compared. Of several processes that want to
 * finish it, one wins.
 */

import { systemClock } from '../../core/clock.ts'
import { property } from '../driver-edge.ts'
import type { Connection, Deadline } from './connection.ts'
import { isRemoved } from './documents.ts'
import type { Inserter } from './inserter.ts'
import { pendingIn } from './outbox.ts'
import type { Tidier } from './tidier.ts'
import { type Tokens, timeoutOf } from './tokens.ts'

/** How often it is looked for, at most. */
const LOOK_EVERY_MS = 1_000
/** Documents taken over at once. */
const BATCH = 500

interface Sighting {
  readonly token: string
  /** By the monotonic clock. */
  readonly since: number
}

export class Repair {
  readonly #connection: Connection
  readonly #inserter: Inserter
  readonly #tidier: Tidier
  readonly #tokens: Tokens
  readonly #everyMs: number
  #seen: ReadonlyMap<string, Sighting> = new Map()
  #lookedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | undefined

  constructor(connection: Connection, inserter: Inserter, tidier: Tidier, tokens: Tokens) {
    this.#connection = connection
    this.#inserter = inserter
    this.#tidier = tidier
    this.#tokens = tokens
    this.#everyMs = Math.min(LOOK_EVERY_MS, connection.timeoutMs)
  }

  /** Looks, if the last look was long enough ago, and finishes what has to be. */
  async look(): Promise<void> {
    const now = systemClock.monotonic()
    if (this.#looking === undefined && now - this.#lookedAt >= this.#everyMs) {
      this.#lookedAt = now
      this.#looking = this.#look(now).finally(() => {
        this.#looking = undefined
      })
    }
    await this.#looking
  }

  async #look(now: number): Promise<void> {
    const found = await this.#connection.find({ unfinished: { $exists: true } }, { projection: { unfinished: 1 } })
    const seen = new Map<string, Sighting>()
    for (const document of found) {
      const id = String(property(document, '_id'))
      const token = String(property(document, 'unfinished'))
      const before = this.#seen.get(id)
      seen.set(id, before?.token === token ? before : { token, since: now })
    }
    this.#seen = seen
    const stale = [...seen].filter(([, { token, since }]) => now - since >= 2 * timeoutOf(token))
    for (let start = 0; start < stale.length; start += BATCH) await this.#finish(stale.slice(start, start + BATCH))
  }

  async #finish(stale: readonly (readonly [string, Sighting])[]): Promise<void> {
    const deadline = this.#connection.deadline()
    const token = this.#tokens.next()
    const takeovers = stale.map(([_id, { token: unfinished }]) => {
      return { updateOne: { filter: { _id, unfinished }, update: { $set: { unfinished: token } } } }
    })
    await this.#connection.bulk(takeovers, deadline)
    const filter = { _id: { $in: stale.map(([id]) => id) } }
    const projection = { unfinished: 1, version: 1, outbox: 1 }
    const found = await this.#connection.find(filter, { projection }, deadline)
    const mine = found.filter((document) => property(document, 'unfinished') === token)
    const inserts = mine.flatMap((document) => pendingIn(property(document, 'outbox')))
    await this.#inserter.insert(inserts, deadline)
    await this.#clear(mine, token, deadline)
  }

  async #clear(documents: readonly unknown[], token: string, deadline: Deadline): Promise<void> {
    const ids = documents.map((document) => String(property(document, '_id')))
    const filter = { _id: { $in: ids }, unfinished: token }
    const update = { $unset: { outbox: '', unfinished: '' } }
    const writes = [
      { updateMany: { filter: { ...filter, version: { $gt: 0 } }, update } },
      { updateMany: { filter: { ...filter, version: { $lt: 0 } }, update: { $unset: { outbox: '' } } } },
    ]
    await this.#connection.bulk(writes, deadline)
    const removed = documents.filter(isRemoved)
    const graves = new Map(removed.map((each) => [String(property(each, '_id')), property(each, 'version')]))
    if (removed.length > 0) await this.#tidier.delete(graves, () => false, deadline)
  }
}
