/** An open store: its connections, and the operations on them. */

import type { ChangeResult } from '../../jobs/record.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import type { ServerSession } from '../server-job-store.ts'
import { ChangeWriter } from './changes.ts'
import { Connection } from './connection.ts'
import { duplicateOf, newClient } from './driver.ts'
import { DueReader } from './due.ts'
import { Notifications } from './notifications.ts'
import type { ResolvedRedisOptions } from './options.ts'
import { RecordTexts } from './record-text.ts'
import { RecordReader } from './records.ts'
import { listOf, numberOf } from './replies.ts'
import { REMOVE_JOBS } from './scripts/remove-jobs.ts'
import { SeriesKeeper } from './series.ts'
import { checkLayout, reportEviction } from './server-check.ts'

export class Session implements ServerSession {
  readonly due: DueReader
  readonly records: RecordReader
  readonly series: SeriesKeeper

  readonly #connection: Connection
  readonly #changes: ChangeWriter
  readonly #notifications: Notifications | undefined

  private constructor(connection: Connection, changes: ChangeWriter, notifications: Notifications | undefined) {
    const texts = new RecordTexts()
    this.due = new DueReader(connection, texts)
    this.records = new RecordReader(connection, texts)
    this.series = new SeriesKeeper(connection)
    this.#connection = connection
    this.#changes = changes
    this.#notifications = notifications
  }

  static async open(options: ResolvedRedisOptions, host: StoreHost, store: string): Promise<Session> {
    const { source, timeoutMs, notify, prefix } = options
    const isOwn = !('client' in source)
    const client = isOwn ? await newClient(source, timeoutMs) : source.client
    // In braces, so that all keys of the store are in one slot of a cluster: its scripts touch several.
    const root = `{${prefix}}:`
    const channel = `${root}wakeup`
    const connection = new Connection(client, isOwn, timeoutMs, root)
    try {
      await connection.open()
      await checkLayout(connection, prefix)
      await reportEviction(connection, host, store)
      const notifications = notify ? new Notifications(duplicateOf(client, timeoutMs), channel, host) : undefined
      notifications?.start()
      return new Session(connection, new ChangeWriter(connection, channel, notify ? host : undefined), notifications)
    } catch (error) {
      connection.close()
      throw error
    }
  }

  commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    return this.#changes.commit(changes)
  }

  async removeJobs(): Promise<number> {
    let removed = 0
    for (;;) {
      const count = numberOf(await this.#connection.run(REMOVE_JOBS, []))
      if (count === 0) return removed
      removed += count
    }
  }

  async serverTime(): Promise<number> {
    const [seconds, microseconds] = listOf(await this.#connection.onServer('time'))
    return numberOf(seconds) * 1_000 + numberOf(microseconds) / 1_000
  }

  close(): void {
    this.#notifications?.stop()
    this.#connection.close()
  }
}
