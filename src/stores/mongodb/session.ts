/** An open store: its connection, and the operations on it. */

import { CronwrightError } from '../../errors.ts'
import type { ChangeResult } from '../../jobs/record.ts'
import { property } from '../driver-edge.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import type { ServerSession } from '../server-job-store.ts'
import { ChangeWriter } from './commit.ts'
import { Connection } from './connection.ts'
import { collectionOf, databaseOf, newClient } from './driver.ts'
import { DueReader } from './due.ts'
import { prepareCollection } from './indexes.ts'
import { Inserter } from './inserter.ts'
import { Notifications } from './notifications.ts'
import type { ResolvedMongoOptions } from './options.ts'
import { TEXT_LIMIT } from './outbox.ts'
import { RecordReader } from './records.ts'
import { Repair } from './repair.ts'
import { SeriesKeeper } from './series.ts'
import { Tidier } from './tidier.ts'
import { Tokens } from './tokens.ts'

/** Jobs removed at once. */
const PAGE = 1_000

export class Session implements ServerSession {
  readonly due: DueReader
  readonly records: RecordReader
  readonly series: SeriesKeeper
  readonly textLimit = TEXT_LIMIT

  readonly #connection: Connection
  readonly #changes: ChangeWriter
  readonly #tidier: Tidier
  readonly #notifications: Notifications | undefined

  private constructor(connection: Connection, tokens: Tokens, notifications: Notifications | undefined) {
    const inserter = new Inserter(connection)
    const tidier = new Tidier(connection)
    this.#tidier = tidier
    this.due = new DueReader(connection, new Repair(connection, inserter, tidier, tokens))
    this.records = new RecordReader(connection)
    this.series = new SeriesKeeper(connection, tidier)
    this.#connection = connection
    this.#changes = new ChangeWriter(connection, inserter, tidier, tokens)
    this.#notifications = notifications
  }

  static async open(options: ResolvedMongoOptions, host: StoreHost): Promise<Session> {
    const { source, timeoutMs } = options
    const isOwn = !('client' in source)
    const client = isOwn ? await newClient(source, timeoutMs) : source.client
    const database = databaseOf(client, options.database)
    const collection = collectionOf(database, options.collection, timeoutMs)
    const connection = new Connection(client, isOwn, database, collection, timeoutMs)
    const tokens = new Tokens(timeoutMs)
    try {
      await connection.open()
      await prepareCollection(connection, options.collection, options.autoMigrate)
      const isWatching = options.notify && hasChangeStreams(await connection.command({ hello: 1 }))
      const notifications = isWatching ? new Notifications(connection, tokens, host) : undefined
      notifications?.start()
      return new Session(connection, tokens, notifications)
    } catch (error) {
      await connection.close().catch(() => undefined)
      throw error
    }
  }

  commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    return this.#changes.commit(changes)
  }

  /** Those that no outbox has to do with go at once. */
  async removeJobs(): Promise<number> {
    await this.#tidier.settled()
    const mentioned = await this.#tidier.mentioned()
    const filter = { kind: 'job', unfinished: { $exists: false }, _id: { $nin: [...mentioned] } }
    let removed = (await this.#connection.bulk([{ deleteMany: { filter } }])).deleted
    for (;;) {
      const found = await this.#connection.find({ kind: 'job' }, { projection: { version: 1 }, limit: PAGE })
      if (found.length === 0) return removed
      const results = await this.#changes.commit(found.map(removalOf))
      removed += results.filter(({ applied }) => applied).length
    }
  }

  async serverTime(): Promise<number> {
    const time = property(await this.#connection.command({ hello: 1 }), 'localTime')
    if (time instanceof Date) return time.getTime()
    throw new CronwrightError('STORE_ERROR', 'the server did not tell its time')
  }

  async close(): Promise<void> {
    this.#notifications?.stop()
    await this.#tidier.settled()
    await this.#connection.close()
  }
}

function hasChangeStreams(hello: unknown): boolean {
  return property(hello, 'setName') !== undefined || property(hello, 'msg') === 'isdbgrid'
}

function removalOf(document: unknown): EncodedChange {
  const id = String(property(document, '_id')).slice('job:'.length)
  return { expect: Number(property(document, 'version')), key: { kind: 'job', id }, patch: null, inserts: [] }
}
