/**
 * Guarded changes. A batch is one bulk of writes, each a compare-and-set of one document; where changes come with inserts,
 * another bulk inserts them, and one more write takes them out of the outboxes; for that one nobody waits.
 *
 * The server tells how many updates of a bulk found their record, and not which. Where it is neither all nor none, the
 * records are read: those that were changed have the name of this commit.
 */

import { systemClock } from '../../core/clock.ts'
import { APPLIED, type ChangeResult, REFUSED } from '../../jobs/record.ts'
import { batchesOf } from '../batches.ts'
import { property } from '../driver-edge.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import type { BulkOutcome, Connection, Deadline } from './connection.ts'
import { documentId, documentOf, type Identified, updateOf } from './documents.ts'
import type { Inserter } from './inserter.ts'
import { entryOf, sealOf } from './outbox.ts'
import type { Tidier } from './tidier.ts'
import type { Tokens } from './tokens.ts'

/** A change with everything that it writes. */
interface Plan {
  readonly change: EncodedChange
  readonly id: string
  readonly operation: object
  /** What a new record is. */
  readonly document: Identified | undefined
  readonly inserts: readonly Identified[]
  /** The version that the record has afterwards. */
  readonly version: unknown
}

export class ChangeWriter {
  readonly #connection: Connection
  readonly #inserter: Inserter
  readonly #tidier: Tidier
  readonly #tokens: Tokens
  #sequence = 0

  constructor(connection: Connection, inserter: Inserter, tidier: Tidier, tokens: Tokens) {
    this.#connection = connection
    this.#inserter = inserter
    this.#tidier = tidier
    this.#tokens = tokens
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = []
    for (const batch of batchesOf(changes)) results.push(...(await this.#commit(batch)))
    return results
  }

  /** Changes in which no record comes twice. */
  async #commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const token = this.#tokens.next()
    const plans = changes.map((change) => this.#plan(change, token))
    // One for all calls: what it inserts is inserted before another process may think that this one is dead.
    const deadline = this.#connection.deadline()
    const outcome = await this.#connection.bulk(
      plans.map(({ operation }) => operation),
      deadline,
    )
    const applied = await this.#appliedOf(plans, outcome, token, deadline)
    const taken = await this.#inserter.insert(
      applied.flatMap(({ inserts }) => inserts),
      deadline,
    )
    this.#tidier.tidy({ token, changed: idsOf(applied), removed: gravesOf(applied) })
    const isApplied = new Set(applied)
    return plans.map((plan) => (isApplied.has(plan) ? resultOf(plan, taken) : REFUSED))
  }

  #plan(change: EncodedChange, token: string): Plan {
    const key = 'key' in change ? change.key : change.record
    const id = documentId(key)
    const inserts = change.inserts.map((record) => ({ ...documentOf(record, this.#nextSequence()), ...sealOf(token) }))
    const hasInserts = inserts.length > 0
    const entry = hasInserts ? entryOf(token, key, inserts) : undefined
    if (!('key' in change)) {
      const outbox = hasInserts ? { outbox: [entry], unfinished: token } : {}
      const document = { ...documentOf(change.record, this.#nextSequence()), commit: token, ...outbox }
      return { change, id, operation: { insertOne: { document } }, document, inserts, version: change.record.version }
    }
    const { expect, patch } = change
    const { $set, $unset } = updateOf(key.kind, expect, patch)
    const unfinished = hasInserts || patch === null ? { unfinished: token } : {}
    const update = {
      $set: { ...$set, commit: token, ...unfinished },
      ...(Object.keys($unset).length > 0 ? { $unset } : {}),
      ...(hasInserts ? { $push: { outbox: entry } } : {}),
    }
    const operation = { updateOne: { filter: { _id: id, version: expect }, update } }
    return { change, id, operation, document: undefined, inserts, version: $set['version'] }
  }

  #nextSequence(): number {
    // Later than all that this process added, and about in order with the others.
    this.#sequence = Math.max(this.#sequence + 1, systemClock.now() * 1_000)
    return this.#sequence
  }

  async #appliedOf(
    plans: readonly Plan[],
    { matched, duplicates }: BulkOutcome,
    token: string,
    deadline: Deadline,
  ): Promise<readonly Plan[]> {
    const updates = plans.filter(({ document }) => document === undefined)
    const changed = await this.#changed(updates, matched, token, deadline)
    const refused = plans.flatMap(({ document }, index) => (duplicates.has(index) && document ? [document] : []))
    const taken = await this.#inserter.takenOf(refused, deadline)
    return plans.filter((plan) => (plan.document === undefined ? changed.has(plan.id) : !taken.has(plan.id)))
  }

  /** Ids of the records that this commit changed. */
  async #changed(
    updates: readonly Plan[],
    matched: number,
    token: string,
    deadline: Deadline,
  ): Promise<ReadonlySet<string>> {
    const ids = updates.map(({ id }) => id)
    if (matched === 0) return new Set()
    if (matched === updates.length) return new Set(ids)
    const found = await this.#connection.find(
      { _id: { $in: ids } },
      { projection: { commit: 1, version: 1 } },
      deadline,
    )
    const now = new Map(found.map((document) => [property(document, '_id'), document]))
    const mine = ids.filter((id) => property(now.get(id), 'commit') === token)
    if (mine.length === matched) return new Set(mine)
    // Others changed some of them since.
    const later = updates.filter(({ id, change }) => {
      const document = now.get(id)
      return property(document, 'commit') !== token && property(document, 'version') !== change.expect
    })
    if (mine.length + later.length === matched) return new Set([...mine, ...later.map(({ id }) => id)])
    throw new Error('some records changed again before it was known which of them this process had changed')
  }
}

function isRemoval({ change }: Plan): boolean {
  return 'key' in change && change.patch === null
}

/** Ids of the records that stay, and have something in their outboxes. */
function idsOf(plans: readonly Plan[]): readonly string[] {
  return plans.filter((plan) => plan.inserts.length > 0 && !isRemoval(plan)).map(({ id }) => id)
}

/** Ids of the records that were removed, and their versions since. */
function gravesOf(plans: readonly Plan[]): ReadonlyMap<string, unknown> {
  return new Map(plans.filter(isRemoval).map(({ id, version }) => [id, version]))
}

function resultOf({ inserts, change }: Plan, taken: ReadonlySet<string>): ChangeResult {
  const existing = change.inserts.flatMap(({ id }, index) => (taken.has(inserts[index]?._id ?? '') ? [id] : []))
  return existing.length === 0 ? APPLIED : { applied: true, existing }
}
