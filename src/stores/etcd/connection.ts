/**
 * Transactions on one client, with a deadline for each: a call that is never answered is an error in time. Everything that
 * is read or written is an operation of a transaction, so there is one kind of request only.
 *
 * A request is never repeated here: whether one that failed was carried out is not known, and callers are built for that.
 */

import { systemClock } from '../../core/clock.ts'
import { CronwrightError } from '../../errors.ts'
import type { EtcdClient } from './driver.ts'
import { chunksOf, inFlight } from './in-flight.ts'
import { bytesOf } from './keys.ts'
import { type RangeReply, rangeReply, type TransactionReply, transactionReply } from './replies.ts'

/** What a server takes in one transaction unless it was told otherwise (`--max-txn-ops`), on all levels together. */
export const MAX_OPERATIONS = 128

/** One operation of a transaction. */
export type Operation =
  | { readonly request_put: { readonly key: Buffer; readonly value: Buffer } }
  | { readonly request_delete_range: { readonly key: Buffer } }
  | { readonly request_range: object }
  | { readonly request_txn: Transaction }

/** Guards, and what is done where they hold or else. */
export interface Transaction {
  readonly compare: readonly object[]
  readonly success: readonly Operation[]
  readonly failure: readonly Operation[]
}

/** Which keys of a range, from its beginning. */
export interface RangeOptions {
  readonly limit?: number
  readonly keysOnly?: boolean
  readonly countOnly?: boolean
  /** As it was at this revision; 0: as it is. */
  readonly revision?: number
}

/** Answers to ranges, and the revision that all are of. */
export interface Snapshot {
  readonly revision: number
  readonly found: readonly RangeReply[]
}

export class Connection {
  readonly #client: EtcdClient
  readonly #prefix: string
  readonly #timeoutMs: number
  #revision = 0

  constructor(client: EtcdClient, prefix: string, timeoutMs: number) {
    this.#client = client
    this.#prefix = bytesOf(prefix)
    this.#timeoutMs = timeoutMs
  }

  /** The latest revision of the server that was seen. */
  get revision(): number {
    return this.#revision
  }

  /** A key of the store as the server has it. */
  key(key: string): Buffer {
    return Buffer.from(this.#prefix + key, 'latin1')
  }

  put(key: string, value: string): Operation {
    return { request_put: { key: this.key(key), value: Buffer.from(value, 'utf8') } }
  }

  remove(key: string): Operation {
    return { request_delete_range: { key: this.key(key) } }
  }

  read(key: string, revision = 0): Operation {
    return { request_range: { key: this.key(key), revision } }
  }

  /** Reads the keys from `start` up to (not with) `end`, in their order. */
  range(start: string, end: string, options: RangeOptions = {}): Operation {
    const { limit = 0, keysOnly = false, countOnly = false, revision = 0 } = options
    const range = { key: this.key(start), range_end: this.key(end), limit, revision }
    return { request_range: { ...range, keys_only: keysOnly, count_only: countOnly } }
  }

  /** Holds while a key has this version; 0: while there is no such key. */
  hasVersion(key: string, version: number): object {
    return { target: 'Version', result: 'Equal', key: this.key(key), version }
  }

  /** Holds while a key was last written at this revision. */
  hasRevision(key: string, revision: number): object {
    return { target: 'Mod', result: 'Equal', key: this.key(key), mod_revision: revision }
  }

  async transact(success: readonly Operation[], guards?: Omit<Transaction, 'success'>): Promise<TransactionReply> {
    const request = { compare: guards?.compare ?? [], success, failure: guards?.failure ?? [] }
    const reply = transactionReply(await this.#within((options) => this.#client.kv.txn(request, options)))
    this.#revision = Math.max(this.#revision, reply.revision)
    return reply
  }

  /**
   * The answers to ranges, in as few requests as they fit in, all of one revision: that given, or else the first one's.
   *
   * @param asks - each gives the range as it was at a revision
   */
  async ranges(asks: readonly ((revision: number) => Operation)[], at = 0, atOnce = MAX_OPERATIONS): Promise<Snapshot> {
    const requests = chunksOf(asks, atOnce)
    const found: (readonly RangeReply[])[] = []
    let revision = at
    const send = async (request: (typeof requests)[number], index: number): Promise<void> => {
      const reply = await this.transact(request.map((ask) => ask(revision)))
      found[index] = reply.replies.map((each) => rangeReply(each, this.#prefix))
      if (revision === 0) revision = reply.revision
    }
    const [first, ...others] = requests
    if (first !== undefined) await send(first, 0)
    await inFlight(others, (request, index) => send(request, index + 1))
    return { revision, found: found.flat() }
  }

  rangeOf(reply: unknown): RangeReply {
    return rangeReply(reply, this.#prefix)
  }

  async compact(revision: number): Promise<void> {
    await this.#within((options) => this.#client.kv.compact({ revision }, options))
  }

  /** The driver's own deadline ends a call; the timer is for what the driver does before it. */
  async #within<T>(call: (options: object) => Promise<T>): Promise<T> {
    let give = (_error: Error): void => undefined
    const late = new Promise<never>((_resolve, reject) => {
      give = reject
    })
    const timer = systemClock.setTimer(
      () => give(new CronwrightError('STORE_ERROR', `no answer within ${this.#timeoutMs} ms`)),
      this.#timeoutMs,
    )
    try {
      return await Promise.race([call({ deadline: systemClock.now() + this.#timeoutMs }), late])
    } finally {
      timer.cancel()
    }
  }
}
