/** A client of the driver that dies, as its process would: at a call that was planned, and for good. */

import type { Collection, Document, MongoClient } from 'mongodb'
import type { MongoClient as ClientOfStore } from '../../../../src/mongodb.ts'

/** Whether the call at which it dies still reaches the server. */
export type Death = 'before' | 'after'

export class MortalClient implements ClientOfStore {
  readonly #client: MongoClient
  #callsLeft = Number.POSITIVE_INFINITY
  #death: Death = 'before'
  /** Calls since it was told when to die. */
  calls = 0
  /** What others do between two calls: made before each of them, with its number. */
  meanwhile: (call: number) => Promise<unknown> = async () => undefined

  constructor(client: MongoClient) {
    this.#client = client
  }

  /** @param call - number of the call, from 1, at which it dies */
  dieAt(call: number, death: Death): void {
    this.#callsLeft = call
    this.#death = death
    this.calls = 0
  }

  async connect(): Promise<void> {
    await this.#client.connect()
  }

  async close(): Promise<void> {}

  db(name?: string): object {
    const database = this.#client.db(name)
    return {
      command: (command: Document) => this.#call(() => database.command(command)),
      collection: (collection: string, options: object) => this.#mortal(database.collection(collection, options)),
    }
  }

  #mortal(collection: Collection): object {
    const cursor = (documents: () => Promise<unknown>): object => ({ toArray: () => this.#call(documents) })
    return {
      bulkWrite: (...values: Parameters<Collection['bulkWrite']>) => this.#call(() => collection.bulkWrite(...values)),
      createIndexes: (...values: Parameters<Collection['createIndexes']>) =>
        this.#call(() => collection.createIndexes(...values)),
      countDocuments: (filter: Document) => this.#call(() => collection.countDocuments(filter)),
      find: (filter: Document, options: object) => cursor(() => collection.find(filter, options).toArray()),
      aggregate: (pipeline: Document[]) => cursor(() => collection.aggregate(pipeline).toArray()),
      watch: (pipeline: Document[], options: object) => collection.watch(pipeline, options),
    }
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    this.calls += 1
    this.#callsLeft -= 1
    await this.meanwhile(this.calls)
    if (this.#callsLeft < 0 || (this.#callsLeft === 0 && this.#death === 'before'))
      throw new Error('the process is dead')
    const result = await call()
    if (this.#callsLeft <= 0) throw new Error('the process is dead')
    return result
  }
}
