/**
 * The edge to the driver `mongodb`: what the store uses of a client, and how its own is made. Nothing of what the driver
 * gives is believed unchecked.
 */

import { CronwrightError } from '../../errors.ts'
import { hasMethods, property } from '../driver-edge.ts'
import { importPeer } from '../import-peer.ts'

/** What a store needs of a client: a `MongoClient` of `mongodb` fits. */
export interface MongoClient {
  connect(): Promise<unknown>
  db(name?: string): unknown
  close(): Promise<unknown>
}

/** What a store needs of a collection. */
export interface MongoCollection {
  bulkWrite(operations: readonly object[], options: object): Promise<unknown>
  find(filter: object, options: object): unknown
  aggregate(pipeline: readonly object[]): unknown
  countDocuments(filter: object): Promise<unknown>
  createIndexes(indexes: readonly object[]): Promise<unknown>
  watch(pipeline: readonly object[], options: object): unknown
}

export interface MongoDatabase {
  collection(name: string, options: object): unknown
  command(command: object): Promise<unknown>
}

/** What tells of changes as they happen. */
export interface ChangeStream {
  on(event: string, listener: (value: unknown) => void): unknown
  close(): Promise<unknown>
}

/** Where the store connects to with a client of its own. */
export interface ConnectionSettings {
  readonly url: string
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * How the store's collection is used, whatever the client is set to: a write is answered when a majority has it on disk,
 * and the primary is read, so that a change that won is never undone and a claimer sees the newest. Numbers come as numbers.
 */
const COLLECTION_SETTINGS = {
  readPreference: 'primary',
  readConcern: { level: 'local' },
  promoteValues: true,
  promoteLongs: true,
  useBigInt64: false,
  ignoreUndefined: false,
  raw: false,
}

export function isMongoClient(value: unknown): value is MongoClient {
  return hasMethods<MongoClient>(value, ['connect', 'db', 'close'])
}

/** How the store's own client behaves where the user does not say otherwise. */
function defaultSettings(timeoutMs: number): Readonly<Record<string, unknown>> {
  return {
    appName: 'cronwright',
    maxPoolSize: 10,
    // Sooner than the deadline of the store, so that it is the driver who says what is wrong.
    serverSelectionTimeoutMS: Math.ceil(timeoutMs * 0.8),
    connectTimeoutMS: timeoutMs,
    // A connection that hangs is closed, and what was sent on it given up.
    socketTimeoutMS: timeoutMs,
  }
}

/**
 * A client that does not connect yet.
 *
 * @throws MissingDependencyError where `mongodb` is not installed
 * @throws CronwrightError (`STORE_ERROR`) where the driver refuses the settings
 */
export async function newClient({ url, settings }: ConnectionSettings, timeoutMs: number): Promise<MongoClient> {
  const module = await importPeer('mongodb', 'MongoJobStore')
  const Client = property(module, 'MongoClient') ?? property(property(module, 'default'), 'MongoClient')
  if (typeof Client !== 'function') throw new CronwrightError('STORE_ERROR', 'the driver mongodb has no MongoClient')
  const inUrl = new Set([...new URLSearchParams(url.split('?')[1])].map(([name]) => name.toLowerCase()))
  const defaults = Object.entries(defaultSettings(timeoutMs)).filter(([name]) => !inUrl.has(name.toLowerCase()))
  try {
    const client: unknown = Reflect.construct(Client, [url, { ...Object.fromEntries(defaults), ...settings }])
    if (isMongoClient(client)) return client
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    // The driver quotes the URL, with the password in it.
    const shown = /:\/\/|"/.test(reason) ? 'the URL or a parameter of it is wrong' : reason
    throw new CronwrightError('STORE_ERROR', `the driver mongodb refused its settings: ${shown}`)
  }
  throw new CronwrightError('STORE_ERROR', 'the driver mongodb has no MongoClient that works')
}

export function databaseOf(client: MongoClient, name: string | undefined): MongoDatabase {
  const database = name === undefined ? client.db() : client.db(name)
  if (hasMethods<MongoDatabase>(database, ['collection', 'command'])) return database
  throw new CronwrightError('STORE_ERROR', 'the client gave a database without the methods collection and command')
}

/** @param timeoutMs - after which the server gives up waiting for its majority */
export function collectionOf(database: MongoDatabase, name: string, timeoutMs: number): MongoCollection {
  const writeConcern = { w: 'majority', journal: true, wtimeoutMS: timeoutMs }
  const collection = database.collection(name, { ...COLLECTION_SETTINGS, writeConcern })
  const methods = ['bulkWrite', 'find', 'aggregate', 'countDocuments', 'createIndexes', 'watch'] as const
  if (hasMethods<MongoCollection>(collection, methods)) return collection
  throw new CronwrightError('STORE_ERROR', 'the database gave a collection that is none')
}

/** The documents of a cursor. */
export async function documentsOf(cursor: unknown): Promise<readonly unknown[]> {
  if (!hasMethods<{ toArray(): Promise<unknown> }>(cursor, ['toArray'])) {
    throw new CronwrightError('STORE_ERROR', 'the collection gave a cursor without the method toArray')
  }
  const documents = await cursor.toArray()
  return Array.isArray(documents) ? documents : []
}

/** The change stream of a collection. */
export function streamOf(collection: MongoCollection, pipeline: readonly object[]): ChangeStream {
  // Servers have no other change streams: what a majority does not have yet may be undone.
  const stream = collection.watch(pipeline, { readConcern: { level: 'majority' } })
  if (hasMethods<ChangeStream>(stream, ['on', 'close'])) return stream
  throw new CronwrightError('STORE_ERROR', 'the collection gave a change stream without the methods on and close')
}
