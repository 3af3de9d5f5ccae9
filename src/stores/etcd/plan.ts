/**
 * What a change is to the server: a guarded transaction of puts and deletes on the record and on the keys of its indexes,
 * with a guarded transaction inside for each insert. Inserts that do not fit in one request go ahead in requests of their
 * own, under the same guard; ids are deterministic, so it is safe when only those happen.
 */

import { PayloadTooLargeError } from '../../errors.ts'
import type { EncodedChange, EncodedRecord, TextLimit } from '../encoded-job-store.ts'
import { type Connection, MAX_OPERATIONS, type Operation } from './connection.ts'
import { recordKey } from './keys.ts'
import { type Move, movesBetween } from './moves.ts'
import { newStored, partitionsOf, patchedStored, type StoredRecord } from './stored-record.ts'

/** A server refuses requests over 1.5 MiB (`--max-request-bytes`). */
const LARGEST_REQUEST = 1.5 * 2 ** 20 - 4_096
export const TEXT_LIMIT: TextLimit = {
  bytes: LARGEST_REQUEST,
  because: 'an etcd server takes no more in one request',
}
/** Requests are filled up to this many bytes: smaller ones are answered sooner. */
const FULL_REQUEST = 512 * 1_024
/** What an operation takes beside its key and value. */
const OVERHEAD = 24

/** Part of a change that is sent in one request, alone or with those of others. */
export interface Step {
  readonly operation: Operation
  /** Operations on all levels below its own, at most. */
  readonly depth: number
  readonly bytes: number
  /** Ids of its inserts, in the order of their answers behind those of `own` operations. */
  readonly inserts: readonly StoredRecord[]
  /** Operations before those of the inserts. */
  readonly own: number
}

/** A change with everything that it writes. Steps are sent one after the other. */
export interface Plan {
  /** Index of the change in its batch. */
  readonly index: number
  readonly key: { readonly kind: EncodedRecord['kind']; readonly id: string }
  readonly steps: readonly Step[]
  /** The record afterwards; null when it is removed. */
  readonly after: StoredRecord | null
  readonly partitions: readonly string[]
  /** Ids of inserts that another part of the same change adds or keeps. */
  readonly repeated: readonly string[]
}

/** Fills requests with plans of one step; a plan of several is a request by itself. */
export function requestsOf(plans: readonly Plan[]): readonly (readonly Plan[])[] {
  const requests: (readonly Plan[])[] = []
  let request: Plan[] = []
  let partitions = new Set<string>()
  let deepest = 0
  let bytes = 0
  for (const plan of plans) {
    const [step, ...others] = plan.steps
    if (step === undefined) continue
    if (others.length > 0) {
      requests.push([plan])
      continue
    }
    const added = plan.partitions.reduce((sum, partition) => sum + (partitions.has(partition) ? 0 : 1), 0)
    // One operation is left for the news.
    const operations = request.length + 1 + partitions.size + added + 1 + Math.max(deepest, step.depth)
    if (request.length > 0 && (operations > MAX_OPERATIONS || bytes + step.bytes > FULL_REQUEST)) {
      requests.push(request)
      request = []
      partitions = new Set()
      deepest = 0
      bytes = 0
    }
    request.push(plan)
    for (const partition of plan.partitions) partitions.add(partition)
    deepest = Math.max(deepest, step.depth)
    bytes += step.bytes
  }
  if (request.length > 0) requests.push(request)
  return requests
}

export class Planner {
  readonly #connection: Connection
  #sequence = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * @param before - the record that a change is of, at the version expected
   * @throws PayloadTooLargeError when the record does not fit in a request
   */
  plan(index: number, change: EncodedChange, before: StoredRecord | undefined): Plan {
    const key = 'key' in change ? change.key : change.record
    const after = this.#after(change, before)
    const guard = this.#guard(key, before)
    const hasSpec = !('key' in change) || change.patch?.spec !== undefined
    const own = this.#operations(movesBetween(before, after, hasSpec))
    const { inserts, repeated } = this.#inserts(change.inserts, after)
    const written = after === null ? inserts : [after, ...inserts]
    const partitions = [...new Set(written.flatMap(partitionsOf))]
    const failure = before === undefined ? [] : [this.#connection.read(recordKey(key))]
    const steps = stepsOf(
      inserts.map((insert) => ({ insert, ...this.#insertion(insert) })),
      own,
      ({ parts, isLast }) => {
        const operations = [...(isLast ? own : []), ...parts.map(({ operation }) => operation)]
        return { request_txn: { compare: [guard], success: operations, failure } }
      },
    )
    for (const { bytes } of steps) {
      if (bytes > TEXT_LIMIT.bytes)
        throw new PayloadTooLargeError(key.kind, bytes, TEXT_LIMIT.bytes, TEXT_LIMIT.because)
    }
    return { index, key, steps, after, partitions, repeated }
  }

  #after(change: EncodedChange, before: StoredRecord | undefined): StoredRecord | null {
    if (!('key' in change)) return this.#added(change.record)
    return change.patch === null || before === undefined ? null : patchedStored(before, change.patch)
  }

  /**
   * A transaction takes each key once: an insert of a record that is there by then is told from the others. (For the same
   * reason the server refuses a change that removes a record and adds one with its id.)
   */
  #inserts(
    records: readonly EncodedRecord[],
    after: StoredRecord | null,
  ): { readonly inserts: readonly StoredRecord[]; readonly repeated: readonly string[] } {
    const keys = new Set(after === null ? [] : [recordKey(after.record)])
    const inserts: StoredRecord[] = []
    const repeated: string[] = []
    for (const record of records) {
      const key = recordKey(record)
      if (keys.has(key)) repeated.push(record.id)
      else inserts.push(this.#added(record))
      keys.add(key)
    }
    return { inserts, repeated }
  }

  #added(record: EncodedRecord): StoredRecord {
    // Later than everything that this process added, and than everything that it saw of the others.
    this.#sequence = Math.max(this.#sequence + 1, this.#connection.revision)
    return newStored(record, this.#sequence)
  }

  #guard(of: Plan['key'], before: StoredRecord | undefined): object {
    const key = recordKey(of)
    return before === undefined
      ? this.#connection.hasVersion(key, 0)
      : this.#connection.hasRevision(key, before.revision)
  }

  #operations(moves: readonly Move[]): readonly Operation[] {
    return moves.map(({ key, value }) =>
      value === null ? this.#connection.remove(key) : this.#connection.put(key, value),
    )
  }

  #insertion(insert: StoredRecord): { readonly operation: Operation; readonly depth: number } {
    const compare = [this.#connection.hasVersion(recordKey(insert.record), 0)]
    const success = this.#operations(movesBetween(undefined, insert, true))
    return { operation: { request_txn: { compare, success, failure: [] } }, depth: success.length }
  }
}

interface Insertion {
  readonly insert: StoredRecord
  readonly operation: Operation
  readonly depth: number
}

/** Cuts a change into steps that fit; the last one has the operations on the record itself. */
function stepsOf(
  insertions: readonly Insertion[],
  own: readonly Operation[],
  assemble: (part: { readonly parts: readonly Insertion[]; readonly isLast: boolean }) => Operation,
): Step[] {
  const ownBytes = own.reduce((sum, operation) => sum + bytesIn(operation), 0)
  const groups: Insertion[][] = [[]]
  let bytes = ownBytes
  for (const insertion of insertions) {
    const size = bytesIn(insertion.operation)
    const group = groups.at(-1) ?? []
    if (group.length > 0 && (own.length + group.length >= MAX_OPERATIONS / 2 || bytes + size > FULL_REQUEST)) {
      groups.push([insertion])
      bytes = ownBytes + size
    } else {
      group.push(insertion)
      bytes += size
    }
  }
  return groups.map((parts, index) => {
    const isLast = index === groups.length - 1
    const operation = assemble({ parts, isLast })
    const first = isLast ? own.length : 0
    const depth = first + parts.length + Math.max(0, ...parts.map((part) => part.depth))
    return { operation, depth, bytes: bytesIn(operation), inserts: parts.map(({ insert }) => insert), own: first }
  })
}

function bytesIn(operation: Operation): number {
  if ('request_put' in operation)
    return OVERHEAD + operation.request_put.key.length + operation.request_put.value.length
  if ('request_delete_range' in operation) return OVERHEAD + operation.request_delete_range.key.length
  if ('request_range' in operation) return OVERHEAD
  return operation.request_txn.success.reduce((sum, inner) => sum + bytesIn(inner), OVERHEAD * 4)
}
