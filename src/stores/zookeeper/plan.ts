/** What a change comes to on the server, as far as this process knows the records: its operations, or a refusal. */

import { systemClock } from '../../core/clock.ts'
import type { RecordHeader, RecordKey } from '../../jobs/record.ts'
import type { Operation } from './driver.ts'
import { changeOf, creationOf, type Mention, removalOf, toldBytes } from './journal-entry.ts'
import { keyText, type Paths } from './paths.ts'
import type { NewRecord, PreparedChange, PreparedPatch } from './prepared-change.ts'
import type { RecordIndex } from './record-index.ts'
import {
  type RecordBody,
  recordAfter,
  referencesOf,
  type StoredRecord,
  type TextReference,
  znodeData,
} from './znode.ts'

/** A change that can be sent. */
export interface Plan {
  readonly guard: Operation
  readonly inserts: readonly Operation[]
  readonly bytes: number
  /** What others are told of it, that of the guard first. */
  readonly mentions: readonly Mention[]
  /** Inserts that exist already. */
  readonly existing: readonly string[]
  /** How the index is to be changed when the server has done it. */
  readonly puts: readonly StoredRecord[]
  readonly removes: readonly RecordKey[]
  /** Long texts that nobody refers to afterwards. */
  readonly unused: readonly TextReference[]
}

/** Bytes of a request for an operation beyond its path and its data. */
const OVERHEAD = 80

export class Planner {
  readonly #paths: Paths
  readonly #index: RecordIndex
  #order = 0

  constructor(paths: Paths, index: RecordIndex) {
    this.#paths = paths
    this.#index = index
  }

  /** Keys of records that have to be read before this change can be planned, or refused. */
  doubts(change: PreparedChange): readonly RecordKey[] {
    const doubts = change.inserts.map(({ header }) => header).filter((key) => this.#index.get(key) !== undefined)
    const known = this.#index.get(change.key)
    if (change.record !== undefined) return known === undefined ? doubts : [change.key, ...doubts]
    const isEnough = known?.version === change.expect && (change.patch === null || known.body !== undefined)
    return isEnough ? doubts : [change.key, ...doubts]
  }

  /**
   * The plan; undefined when the change is refused.
   *
   * @param read - records that were read just now, by key: the index does not keep the contents of all
   */
  plan(change: PreparedChange, read: ReadonlyMap<string, StoredRecord>): Plan | undefined {
    const puts: StoredRecord[] = []
    const mentions: Mention[] = []
    const removes: RecordKey[] = []
    const unused: TextReference[] = []
    const current = this.#index.get(change.key)
    let guard: Operation
    if (change.record !== undefined) {
      if (current !== undefined) return undefined
      guard = this.#create(change.record, puts, mentions)
    } else {
      if (current?.version !== change.expect) return undefined
      const path = this.#paths.record(change.key)
      if (change.patch === null) {
        guard = { type: 'remove', path, version: current.znodeVersion }
        mentions.push(removalOf(current))
        removes.push(change.key)
        unused.push(...current.texts)
      } else {
        const body = current.body ?? read.get(keyText(change.key))?.body
        if (body === undefined) return undefined
        const bodyAfterwards = bodyAfter(body, change.patch)
        const next = recordAfter(current, change.patch.header, bodyAfterwards)
        const data = znodeData(next, next.order, bodyAfterwards)
        guard = { type: 'set', path, data, version: current.znodeVersion }
        mentions.push(changeOf(next, change.patch))
        puts.push(next)
        unused.push(...current.texts.filter(({ name }) => !next.texts.some((kept) => kept.name === name)))
      }
    }
    const { inserts, existing } = this.#inserts(change, { puts, mentions, unused })
    const bytes = sum([guard, ...inserts].map(sizeOf)) + sum(mentions.map(toldBytes))
    return { guard, inserts, bytes, mentions, existing, puts, removes, unused }
  }

  #inserts(
    change: PreparedChange,
    { puts, mentions, unused }: { puts: StoredRecord[]; mentions: Mention[]; unused: TextReference[] },
  ): { inserts: readonly Operation[]; existing: readonly string[] } {
    const added = new Set(change.record === undefined ? [] : [keyText(change.key)])
    const existing: string[] = []
    const inserts: Operation[] = []
    for (const record of change.inserts) {
      const name = keyText(record.header)
      const isReplaced = change.patch === null && name === keyText(change.key)
      if (added.has(name) || (!isReplaced && this.#index.get(record.header) !== undefined)) {
        existing.push(record.header.id)
        unused.push(...referencesOf(record.body))
        continue
      }
      added.add(name)
      inserts.push(this.#create(record, puts, mentions))
    }
    return { inserts, existing }
  }

  #create({ header, body }: NewRecord, puts: StoredRecord[], mentions: Mention[]): Operation {
    const order = this.#nextOrder()
    const { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority } = header
    const fields: RecordHeader = { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority }
    const created = { ...fields, order, znodeVersion: 0, body, texts: referencesOf(body) }
    puts.push(created)
    mentions.push(creationOf(created))
    return { type: 'create', path: this.#paths.record(header), data: znodeData(header, order, body) }
  }

  /** Microseconds since the epoch, and higher than any that was seen: first come, first served, among processes too. */
  #nextOrder(): number {
    const now = Math.floor(systemClock.now() * 1_000)
    this.#order = Math.max(now, this.#order + 1, this.#index.latestOrder + 1)
    return this.#order
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

export function sizeOf(operation: Operation): number {
  return OVERHEAD + operation.path.length + ('data' in operation ? operation.data.length : 0)
}

function bodyAfter(body: RecordBody, { spec = body.spec, status = body.status }: PreparedPatch): RecordBody {
  return { spec, status }
}
