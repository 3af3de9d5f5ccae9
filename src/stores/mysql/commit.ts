/**
 * Guarded changes: a batch is one transaction of a few statements, each for all changes at once. The batch travels as one
 * JSON text that the server reads as a table.
 *
 * First the records whose version fits are locked; what is locked is changed, and what belongs to it is inserted. Records
 * are locked in the order of their keys, so that two batches rarely wait for each other; the server breaks it when they do.
 */

import { APPLIED, type ChangeResult, REFUSED } from '../../jobs/record.ts'
import { batchesOf } from '../batches.ts'
import type { EncodedChange, EncodedRecord } from '../encoded-job-store.ts'
import { COLUMNS, number, text, valuesOf } from '../sql/rows.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database, Transaction } from './database.ts'

type Patch = Extract<EncodedChange, { readonly key: unknown }>

const KEY = 'COLLATE utf8mb4_bin'

export class ChangeWriter {
  readonly #database: Database
  readonly #mostText: number
  readonly #lock: string
  readonly #patch: string
  readonly #remove: string
  readonly #find: string
  readonly #insert: string

  /** @param mostText - characters of one statement's JSON, about */
  constructor(database: Database, { records }: Tables, mostText: number) {
    const keys = table(['n INT', 'kind VARCHAR(8)', 'id VARCHAR(255)', 'version INT'])
    const patches = table([
      'kind VARCHAR(8)',
      'id VARCHAR(255)',
      'lane VARCHAR(8)',
      'sets_due INT',
      'due BIGINT',
      'state VARCHAR(16)',
      'at BIGINT',
      'function_ref VARCHAR(255)',
      'queue VARCHAR(191)',
      'priority INT',
      'sets_status INT',
      'status LONGTEXT',
      'spec LONGTEXT',
    ])
    const whole = table([
      'kind VARCHAR(8)',
      'id VARCHAR(255)',
      'version INT',
      'lane VARCHAR(8)',
      'due BIGINT',
      'state VARCHAR(16)',
      'at BIGINT',
      'job_id VARCHAR(255)',
      'function_ref VARCHAR(255)',
      'queue VARCHAR(191)',
      'priority INT',
      'status LONGTEXT',
      'spec LONGTEXT',
    ])
    const same = `r.kind = c.kind ${KEY} AND r.id = c.id ${KEY}`
    const kept = (column: string): string => `r.${column} = coalesce(c.${column}, r.${column})`
    this.#database = database
    this.#mostText = mostText
    this.#lock =
      `SELECT c.n FROM ${keys} STRAIGHT_JOIN ${records} r ON ${same} WHERE r.version = c.version ` +
      'ORDER BY c.n FOR UPDATE'
    this.#patch =
      `UPDATE ${patches} STRAIGHT_JOIN ${records} r ON ${same} SET r.version = r.version + 1, ` +
      'r.due = IF(c.sets_due = 1, c.due, r.due), r.status = IF(c.sets_status = 1, c.status, r.status), ' +
      ['lane', 'state', 'at', 'function_ref', 'queue', 'priority', 'spec'].map(kept).join(', ')
    this.#remove = `DELETE r FROM ${keys} STRAIGHT_JOIN ${records} r ON ${same}`
    this.#find = `SELECT r.kind, r.id FROM ${keys} STRAIGHT_JOIN ${records} r ON ${same}`
    this.#insert = `INSERT INTO ${records} (${COLUMNS}) SELECT ${COLUMNS} FROM ${whole}`
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = []
    for (const batch of batchesOf(changes)) {
      results.push(...(await this.#database.transaction((transaction) => this.#apply(transaction, batch))))
    }
    return results
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
    const guarded: { readonly n: number; readonly change: Patch }[] = []
    for (const [n, change] of changes.entries()) if ('key' in change) guarded.push({ n, change })
    if (guarded.length === 0) return new Set()
    guarded.sort((a, b) => (keyOf(a.change.key) < keyOf(b.change.key) ? -1 : 1))
    const rows = await transaction.rows(this.#lock, [
      JSON.stringify(guarded.map(({ n, change: { key, expect } }) => [n, key.kind, key.id, expect])),
    ])
    const locked = new Set(rows.map((row) => number(row, 'n')))
    const held = guarded.filter(({ n }) => locked.has(n)).map(({ change }) => change)
    const removals = held.filter(({ patch }) => patch === null)
    const patches = held.filter(({ patch }) => patch !== null)
    if (removals.length > 0)
      await transaction.write(this.#remove, [JSON.stringify(removals.map(({ key }) => keyRow(key)))])
    await this.#write(transaction, this.#patch, patches.map(patchRow))
    return locked
  }

  /** Adds records; gives the keys of those that were there already. */
  async #inserted(transaction: Transaction, records: readonly EncodedRecord[]): Promise<ReadonlySet<string>> {
    if (records.length === 0) return new Set()
    const keys = JSON.stringify(records.map(keyRow))
    const before = new Set(
      (await transaction.rows(this.#find, [keys])).map((row) => `${text(row, 'kind')}/${text(row, 'id')}`),
    )
    const missing = records.filter((record) => !before.has(keyOf(record)))
    if (missing.length === 0) return before
    // One that another process adds in between is an error (duplicate key), after which all is tried again.
    await this.#write(transaction, this.#insert, missing.map(valuesOf))
    return before
  }

  /** Runs a statement for these rows, several times where they are more text than the server takes at once. */
  async #write(transaction: Transaction, sql: string, rows: readonly (readonly unknown[])[]): Promise<void> {
    let part: string[] = []
    let length = 0
    for (const row of rows) {
      const text = JSON.stringify(row)
      if (part.length > 0 && length + text.length > this.#mostText) {
        await transaction.write(sql, [`[${part.join(',')}]`])
        part = []
        length = 0
      }
      part.push(text)
      length += text.length + 1
    }
    if (part.length > 0) await transaction.write(sql, [`[${part.join(',')}]`])
  }
}

/** A table made of the rows of a JSON text: `[[...], ...]`, with the columns in their order. */
function table(columns: readonly string[]): string {
  const paths = columns.map((column, index) => `${column} PATH '$[${index}]'`)
  return `JSON_TABLE(?, '$[*]' COLUMNS (${paths.join(', ')})) c`
}

function keyOf({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind}/${id}`
}

function keyRow({ kind, id }: { readonly kind: string; readonly id: string }): unknown[] {
  return [0, kind, id, 0]
}

function patchRow({ key, patch }: Patch): unknown[] {
  const { lane, due, state, at, functionRef, queue, priority, status, spec } = patch ?? {}
  const sets = (value: unknown): number => (value === undefined ? 0 : 1)
  const values = [lane, sets(due), due, state, at, functionRef, queue, priority, sets(status), status, spec]
  return [key.kind, key.id, ...values.map((value) => value ?? null)]
}
