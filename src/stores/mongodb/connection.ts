/** Calls on the collection, each with a deadline. A change in several calls has one deadline for all of them. */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import { CronwrightError } from '../../errors.ts'
import { property } from '../driver-edge.ts'
import {
  type ChangeStream,
  documentsOf,
  type MongoClient,
  type MongoCollection,
  type MongoDatabase,
  streamOf,
} from './driver.ts'

/** What became of a bulk of writes. */
export interface BulkOutcome {
  /** How many records the updates of the bulk found. */
  readonly matched: number
  /** How many records its deletions removed. */
  readonly deleted: number
  /** Indexes of the inserts that were refused because their id is taken. */
  readonly duplicates: ReadonlySet<number>
}

const DUPLICATE_KEY = 11_000

/** An instant until which something has to be done, by the monotonic clock. */
export class Deadline {
  readonly #until: number

  constructor(milliseconds: number) {
    this.#until = systemClock.monotonic() + milliseconds
  }

  get remaining(): number {
    return this.#until - systemClock.monotonic()
  }
}

export class Connection {
  readonly timeoutMs: number
  readonly #client: MongoClient
  readonly #isOwn: boolean
  readonly #database: MongoDatabase
  readonly #collection: MongoCollection

  constructor(
    client: MongoClient,
    isOwn: boolean,
    database: MongoDatabase,
    collection: MongoCollection,
    timeoutMs: number,
  ) {
    this.#client = client
    this.#isOwn = isOwn
    this.#database = database
    this.#collection = collection
    this.timeoutMs = timeoutMs
  }

  /** Connects its own client; the user's does when it is first used. */
  async open(): Promise<void> {
    if (this.#isOwn) await this.#within(this.deadline(), () => this.#client.connect())
  }

  deadline(): Deadline {
    return new Deadline(this.timeoutMs)
  }

  find(filter: object, options: object = {}, deadline = this.deadline()): Promise<readonly unknown[]> {
    return this.#within(deadline, () => documentsOf(this.#collection.find(filter, options)))
  }

  aggregate(pipeline: readonly object[]): Promise<readonly unknown[]> {
    return this.#within(this.deadline(), () => documentsOf(this.#collection.aggregate(pipeline)))
  }

  async count(filter: object): Promise<number> {
    return Number(await this.#within(this.deadline(), () => this.#collection.countDocuments(filter)))
  }

  async createIndexes(indexes: readonly object[]): Promise<void> {
    // Over records that are there already it takes as long as it takes; the server goes on when nobody waits.
    await this.#within(this.deadline(), () => this.#collection.createIndexes(indexes))
  }

  /** Many writes, independent of each other. Ids that are taken are no error. */
  async bulk(operations: readonly object[], deadline = this.deadline()): Promise<BulkOutcome> {
    if (operations.length === 0) return { matched: 0, deleted: 0, duplicates: new Set() }
    try {
      const result = await this.#raced(deadline, () => this.#collection.bulkWrite(operations, { ordered: false }))
      return { ...countsIn(result), duplicates: new Set() }
    } catch (error) {
      const duplicates = duplicatesIn(error)
      if (duplicates === undefined) throw bareError(error)
      return { ...countsIn(property(error, 'result')), duplicates }
    }
  }

  command(command: object): Promise<unknown> {
    return this.#within(this.deadline(), () => this.#database.command(command))
  }

  watch(pipeline: readonly object[]): ChangeStream {
    return streamOf(this.#collection, pipeline)
  }

  /** Ends its own client, in time. */
  async close(): Promise<void> {
    if (this.#isOwn) await this.#within(this.deadline(), () => this.#client.close())
  }

  async #within<T>(deadline: Deadline, call: () => Promise<T>): Promise<T> {
    try {
      return await this.#raced(deadline, call)
    } catch (error) {
      throw bareError(error)
    }
  }

  async #raced<T>(deadline: Deadline, call: () => Promise<T>): Promise<T> {
    const { remaining } = deadline
    const problem = new Error(`no answer within ${this.timeoutMs} ms`)
    if (remaining <= 0) throw problem
    let timer: TimerHandle | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = systemClock.setTimer(() => reject(problem), remaining)
    })
    try {
      return await Promise.race([call(), late])
    } finally {
      timer?.cancel()
    }
  }
}

function countsIn(result: unknown): Omit<BulkOutcome, 'duplicates'> {
  const countOf = (name: string): number => {
    const count = property(result, name)
    return typeof count === 'number' ? count : 0
  }
  return { matched: countOf('matchedCount'), deleted: countOf('deletedCount') }
}

/** The duplicates that an error tells of; undefined where it tells of anything else. */
function duplicatesIn(error: unknown): ReadonlySet<number> | undefined {
  const told = property(error, 'writeErrors')
  const errors: readonly unknown[] = Array.isArray(told) ? told : told === undefined ? [] : [told]
  const result = property(error, 'result')
  const concern = property(result, 'getWriteConcernError')
  const isUnsure = typeof concern === 'function' && Reflect.apply(concern, result, []) !== undefined
  if (errors.length === 0 || isUnsure) return undefined
  const duplicates = new Set<number>()
  for (const each of errors) {
    const index = property(each, 'index')
    if (property(each, 'code') !== DUPLICATE_KEY || typeof index !== 'number') return undefined
    duplicates.add(index)
  }
  return duplicates
}

/** An error without what the driver hangs on it: the records that were written, the settings of the client. */
function bareError(error: unknown): Error {
  if (error instanceof CronwrightError) return error
  const bare = new Error(error instanceof Error ? error.message : String(error))
  const code = property(error, 'code')
  return typeof code === 'number' || typeof code === 'string' ? Object.assign(bare, { code }) : bare
}
