/** What the server answers, checked where it is read: the driver gives integers of 64 bits as text. */

import { CronwrightError } from '../../errors.ts'
import { property } from '../driver-edge.ts'

/** One key with its value. */
export interface KeyValue {
  /** One character for each byte, without the prefix of the store. */
  readonly key: string
  readonly value: Buffer
  /** How often it was written since it was added. */
  readonly version: number
  /** Revision of the store at which it was last written. */
  readonly revision: number
}

/** What a range was answered with. */
export interface RangeReply {
  readonly entries: readonly KeyValue[]
  /** How many keys the range has, whatever its limit. */
  readonly count: number
}

/** What a transaction was answered with: whether its guards held, and an answer for each operation of that branch. */
export interface TransactionReply {
  readonly isApplied: boolean
  /** Revision of the store after it; 0 where it is part of another. */
  readonly revision: number
  readonly replies: readonly unknown[]
}

/** @throws CronwrightError (`STORE_ERROR`) */
export function transactionReply(reply: unknown): TransactionReply {
  const succeeded = property(reply, 'succeeded')
  const replies = property(reply, 'responses')
  if (typeof succeeded !== 'boolean' || !Array.isArray(replies)) throw malformed('transaction')
  return { isApplied: succeeded, revision: integer(property(property(reply, 'header'), 'revision')), replies }
}

/** The answer to a transaction within a transaction. */
export function innerReply(reply: unknown): TransactionReply {
  return transactionReply(property(reply, 'response_txn'))
}

/** @param prefix - of the store, in bytes; taken off the keys */
export function rangeReply(reply: unknown, prefix: string): RangeReply {
  const range = property(reply, 'response_range')
  const kvs = property(range, 'kvs')
  if (!Array.isArray(kvs)) throw malformed('range')
  return { entries: kvs.map((kv) => keyValue(kv, prefix)), count: integer(property(range, 'count')) }
}

function keyValue(kv: unknown, prefix: string): KeyValue {
  const [key, value] = [property(kv, 'key'), property(kv, 'value')]
  if (!Buffer.isBuffer(key) || !Buffer.isBuffer(value)) throw malformed('key')
  return {
    key: key.toString('latin1').slice(prefix.length),
    value,
    version: integer(property(kv, 'version')),
    revision: integer(property(kv, 'mod_revision')),
  }
}

function integer(value: unknown): number {
  const number = Number(value)
  if (value === null || !Number.isSafeInteger(number)) throw malformed('number')
  return number
}

function malformed(part: string): CronwrightError {
  return new CronwrightError('STORE_ERROR', `the driver etcd3 gave no usable ${part}`)
}
