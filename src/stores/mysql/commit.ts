/**
 * Guarded changes: a batch is one statement for what it changes, one for what it removes and one for what it adds, in one
 * transaction where it takes several. Records are changed in the order of their keys, so that two batches rarely wait for
 * each other; the server breaks it when they do.
 *
 * Mostly all changes of a batch are applied, and the number of rows written says so. Where it is less, it does not say
 * which: all is undone, and tried again in more steps. First the records whose version fits are locked; what is locked is
 * changed, and what belongs to it and is not there yet is added.
 */

import { APPLIED, type ChangeResult, REFUSED } from '../../jobs/record.ts'
import { batchesOf } from '../batches.ts'
import type { EncodedChange, EncodedRecord } from '../encoded-job-store.ts'
import { areAlike, type PatchChange } from '../sql/alike.ts'
import { number, text } from '../sql/rows.ts'
import type { Tables } from '../sql/tables.ts'
import { type BoundStatement, insertStatement, patchStatement, removeStatement } from './change-statements.ts'
import type { Database, Transaction } from './database.ts'
import { isDuplicateKey } from './driver.ts'

/** Characters of a row beside its texts. */
const ROW_OVERHEAD = 1_000

/** Changes that are worth a statement, and its round trip, of their own. */
const LARGE_GROUP = 20

/** A statement, and how many rows it writes when everything fits. */
interface Step extends BoundStatement {
  readonly rows: number
  /** Whether it writes nothing where it does not write all of them. */
  readonly isAtomic: boolean
}

export class ChangeWriter {
  readonly #database: Database
  readonly #records: string
  readonly #mostText: number
  readonly #lock: string
  readonly #find: string

  /** @param mostText - characters of one statement's JSON, about */
  constructor(database: Database, { records }: Tables, mostText: number) {
    const keys =
      "JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]', kind VARCHAR(8) PATH '$[1]', id VARCHAR(255) PATH '$[2]', " +
      "version INT PATH '$[3]')) c"
    const same = 'r.kind = c.kind COLLATE utf8mb4_bin AND r.id = c.id COLLATE utf8mb4_bin'
    this.#database = database
    this.#records = records
    this.#mostText = mostText
    this.#lock =
      `SELECT c.n FROM ${keys} STRAIGHT_JOIN ${records} r ON ${same} WHERE r.version = c.version ` +
      'ORDER BY c.n FOR UPDATE'
    this.#find = `SELECT r.kind, r.id FROM ${keys} STRAIGHT_JOIN ${records} r ON ${same}`
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = []
    for (const batch of batchesOf(changes)) results.push(...(await this.#commit(batch)))
    return results
  }

  async #commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const steps = this.#stepsOf(changes.filter(isPatch), changes.flatMap(addedBy))
    if (await this.#areDone(steps)) return changes.map(() => APPLIED)
    // Where one record was all there was to change, that says everything.
    if (changes.length === 1 && changes[0]?.inserts.length === 0) return [REFUSED]
    return this.#database.transaction((transaction) => this.#apply(transaction, changes))
  }

  /** Whether every step wrote all of its rows; else nothing is written. */
  async #areDone(steps: readonly Step[]): Promise<boolean> {
    const [first] = steps
    try {
      if (first?.isAtomic === true && steps.length === 1) {
        return (await this.#database.write(first.sql, first.values)) === first.rows
      }
      return await this.#database.attempt(async ({ write }) => {
        for (const { sql, values, rows } of steps) if ((await write(sql, values)) < rows) return false
        return true
      })
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  #stepsOf(guarded: readonly PatchChange[], added: readonly EncodedRecord[]): readonly Step[] {
    const removals = sortedByKey(guarded.filter(({ patch }) => patch === null))
    const patches = guarded.filter(({ patch }) => patch !== null)
    return [
      ...this.#parts(removals, () => 0, removeStatement),
      ...groupsOf(patches).flatMap((group) =>
        this.#parts(sortedByKey(group), ({ patch }) => lengthOf(patch), patchStatement),
      ),
      ...this.#parts(added, lengthOf, insertStatement).map((step) => ({ ...step, isAtomic: true })),
    ]
  }

  #parts<T>(
    rows: readonly T[],
    sizeOf: (row: T) => number,
    statementOf: (table: string, rows: readonly T[]) => BoundStatement,
  ): readonly Step[] {
    return partsOf(rows, sizeOf, this.#mostText).map((part) => ({
      ...statementOf(this.#records, part),
      rows: part.length,
      isAtomic: part.length === 1,
    }))
  }

  async #apply(transaction: Transaction, changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const applied = await this.#changed(transaction, changes)
    const own = changes.flatMap((change) => ('key' in change ? [] : [change.record]))
    const ownTaken = await this.#inserted(transaction, own)
    for (const [index, change] of changes.entries()) {
      if (!('key' in change) && !ownTaken.has(keyOf(change.record))) applied.add(index)
    }
    const inserts = changes.flatMap((change, index) => (applied.has(index) ? change.inserts : []))
    const taken = await this.#inserted(transaction, inserts)
    return changes.map((change, index) => {
      if (!applied.has(index)) return REFUSED
      const existing = change.inserts.filter((record) => taken.has(keyOf(record))).map(({ id }) => id)
      return existing.length === 0 ? APPLIED : { applied: true, existing }
    })
  }

  /** Changes the records that still have the version expected; gives the places of these changes. */
  async #changed(transaction: Transaction, changes: readonly EncodedChange[]): Promise<Set<number>> {
    const guarded: { readonly n: number; readonly change: PatchChange }[] = []
    for (const [n, change] of changes.entries()) if (isPatch(change)) guarded.push({ n, change })
    if (guarded.length === 0) return new Set()
    guarded.sort((a, b) => (keyOf(a.change.key) < keyOf(b.change.key) ? -1 : 1))
    const rows = await transaction.rows(this.#lock, [
      JSON.stringify(guarded.map(({ n, change: { key, expect } }) => [n, key.kind, key.id, expect])),
    ])
    const locked = new Set(rows.map((row) => number(row, 'n')))
    const held = guarded.filter(({ n }) => locked.has(n)).map(({ change }) => change)
    for (const { sql, values } of this.#stepsOf(held, [])) await transaction.write(sql, values)
    return locked
  }

  /** Adds records; gives the keys of those that were there already. */
  async #inserted(transaction: Transaction, records: readonly EncodedRecord[]): Promise<ReadonlySet<string>> {
    if (records.length === 0) return new Set()
    const keys = JSON.stringify(records.map(({ kind, id }) => [0, kind, id, 0]))
    const before = new Set(
      (await transaction.rows(this.#find, [keys])).map((row) => `${text(row, 'kind')}/${text(row, 'id')}`),
    )
    const missing = records.filter((record) => !before.has(keyOf(record)))
    // One that another process adds in between is an error (duplicate key), after which all is tried again.
    for (const { sql, values } of this.#stepsOf([], missing)) await transaction.write(sql, values)
    return before
  }
}

/**
 * Changes in groups of those that are alike, where these are large: their statement needs the ids only, and takes four fifths
 * of the time. Else all of them together.
 */
function groupsOf(changes: readonly PatchChange[]): readonly (readonly PatchChange[])[] {
  const groups: PatchChange[][] = []
  let last: PatchChange | undefined
  for (const change of changes) {
    if (last !== undefined && areAlike(last, change)) groups.at(-1)?.push(change)
    else groups.push([change])
    last = change
  }
  return groups.length * LARGE_GROUP <= changes.length ? groups : [changes]
}

function sortedByKey(changes: readonly PatchChange[]): readonly PatchChange[] {
  return changes.toSorted((a, b) => (keyOf(a.key) < keyOf(b.key) ? -1 : 1))
}

/** Rows in parts of about so much text. */
function partsOf<T>(rows: readonly T[], sizeOf: (row: T) => number, most: number): readonly (readonly T[])[] {
  const parts: T[][] = []
  let part: T[] = []
  let length = 0
  for (const row of rows) {
    const size = sizeOf(row) + ROW_OVERHEAD
    if (part.length > 0 && length + size > most) {
      parts.push(part)
      part = []
      length = 0
    }
    part.push(row)
    length += size
  }
  if (part.length > 0) parts.push(part)
  return parts
}

function lengthOf(part: { readonly spec?: string; readonly status?: string | null } | null): number {
  return (part?.spec?.length ?? 0) + (part?.status?.length ?? 0)
}

function isPatch(change: EncodedChange): change is PatchChange {
  return 'key' in change
}

function addedBy(change: EncodedChange): readonly EncodedRecord[] {
  return isPatch(change) ? change.inserts : [change.record, ...change.inserts]
}

function keyOf({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind}/${id}`
}
