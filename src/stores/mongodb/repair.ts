/**
 * Finishes what a process left that died between the calls of a commit: inserts what is in outboxes, and deletes what was
 * removed.
 *
 * What is left is an entry of an outbox, or a document that is unfinished without any. It is taken over when this process
 * saw it with the same holder for twice as long as that gives itself: no clocks are compared. Of several processes that want
 * to finish it, one wins and is its holder then. Entries are looked at one by one: the document that has them may be changed
 * all the time, as that of a job which fires each second.
 */

import { systemClock } from '../../core/clock.ts'
import { listIn, property } from '../driver-edge.ts'
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

/** Something that was left in a document, and the name of the commit or of the repair that holds it. */
interface Left {
  readonly id: string
  /** Of an entry: the name of its commit. */
  readonly token: string | undefined
  readonly holder: string
}

interface Sighting {
  readonly left: Left
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
    const projection = { unfinished: 1, 'outbox.token': 1, 'outbox.by': 1 }
    const found = await this.#connection.find({ unfinished: { $exists: true } }, { projection })
    const seen = new Map<string, Sighting>()
    for (const left of found.flatMap(leftIn)) {
      const name = `${left.holder} ${left.token ?? ''} ${left.id}`
      seen.set(name, this.#seen.get(name) ?? { left, since: now })
    }
    this.#seen = seen
    const stale = [...seen.values()].filter(({ left, since }) => now - since >= 2 * timeoutOf(left.holder))
    for (let start = 0; start < stale.length; start += BATCH) {
      await this.#finish(stale.slice(start, start + BATCH).map(({ left }) => left))
    }
  }

  async #finish(stale: readonly Left[]): Promise<void> {
    const deadline = this.#connection.deadline()
    const own = this.#tokens.next()
    await this.#connection.bulk(
      stale.map((left) => takeover(left, own)),
      deadline,
    )
    const filter = { _id: { $in: [...new Set(stale.map(({ id }) => id))] } }
    const projection = { unfinished: 1, version: 1, outbox: 1 }
    const found = await this.#connection.find(filter, { projection }, deadline)
    const mine = found.map((document) => ({
      document,
      entries: listIn(document, 'outbox').filter((each) => isHeldBy(each, own)),
    }))
    const inserts = mine.flatMap(({ entries }) => pendingIn(entries))
    await this.#inserter.insert(inserts, deadline)
    const emptied = mine.flatMap(({ document, entries }) =>
      entries.map((entry) => ({ token: String(property(entry, 'token')), changed: [idOf(document)] })),
    )
    if (emptied.length > 0) await this.#tidier.empty(emptied, deadline)
    const bare = found.filter((document) => property(document, 'unfinished') === own)
    if (bare.length > 0) await this.#clear(bare, own, deadline)
    const removed = mine.filter(({ document, entries }) => isRemoved(document) && entries.length > 0)
    await this.#bury([...bare.filter(isRemoved), ...removed.map(({ document }) => document)], deadline)
  }

  /** Of documents without entries: those that are there are finished. */
  async #clear(documents: readonly unknown[], own: string, deadline: Deadline): Promise<void> {
    const filter = { _id: { $in: documents.map(idOf) }, unfinished: own, version: { $gt: 0 } }
    await this.#connection.bulk(
      [{ updateMany: { filter, update: { $unset: { outbox: '', unfinished: '' } } } }],
      deadline,
    )
  }

  async #bury(removed: readonly unknown[], deadline: Deadline): Promise<void> {
    const graves = new Map(removed.map((each) => [idOf(each), property(each, 'version')]))
    if (graves.size > 0) await this.#tidier.delete(graves, () => false, deadline)
  }
}

function leftIn(document: unknown): readonly Left[] {
  const id = idOf(document)
  const entries = listIn(document, 'outbox').map((entry): Left => {
    const token = String(property(entry, 'token'))
    return { id, token, holder: String(property(entry, 'by')) }
  })
  return entries.length > 0 ? entries : [{ id, token: undefined, holder: String(property(document, 'unfinished')) }]
}

/** The write that makes `own` the holder, unless there is another by now. */
function takeover({ id, token, holder }: Left, own: string): object {
  if (token === undefined) {
    return { updateOne: { filter: { _id: id, unfinished: holder }, update: { $set: { unfinished: own } } } }
  }
  return { updateOne: { filter: { _id: id, 'outbox.by': holder }, update: { $set: { 'outbox.$.by': own } } } }
}

function isHeldBy(entry: unknown, own: string): boolean {
  return property(entry, 'by') === own
}

function idOf(document: unknown): string {
  return String(property(document, '_id'))
}
