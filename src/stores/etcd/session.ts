/** An open store: its client, and the operations on it. */

import { CronwrightError } from '../../errors.ts'
import type { ChangeResult, RecordKey } from '../../jobs/record.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import type { ServerSession } from '../server-job-store.ts'
import { ChangeWriter } from './commit.ts'
import { Compaction } from './compaction.ts'
import { Connection } from './connection.ts'
import { type EtcdClient, newClient } from './driver.ts'
import { DueReader } from './due.ts'
import { News } from './news.ts'
import type { ResolvedEtcdOptions } from './options.ts'
import { Partitions } from './partitions.ts'
import { TEXT_LIMIT } from './plan.ts'
import { RecordCache } from './record-cache.ts'
import { RecordReader } from './records.ts'
import { SeriesKeeper } from './series.ts'

/** The layout of the keys that this release writes, kept in the key `format`. */
const FORMAT = 1
const FORMAT_KEY = 'format'
/** Records removed at a time. */
const SLICE = 1_000

export class Session implements ServerSession {
  readonly due: DueReader
  readonly records: RecordReader
  readonly series: SeriesKeeper
  readonly textLimit = TEXT_LIMIT

  readonly #client: EtcdClient
  readonly #isOwn: boolean
  readonly #changes: ChangeWriter
  readonly #news: News
  readonly #compaction: Compaction | undefined

  private constructor(
    client: EtcdClient,
    connection: Connection,
    host: StoreHost,
    { source, compactionMs }: ResolvedEtcdOptions,
  ) {
    const cache = new RecordCache()
    const partitions = new Partitions(connection)
    this.#client = client
    this.#isOwn = 'config' in source
    this.#news = new News(client, connection, host)
    this.#compaction = compactionMs === null ? undefined : new Compaction(connection, host, compactionMs)
    this.records = new RecordReader(connection, partitions, cache)
    this.due = new DueReader(connection, partitions, this.records, () => host.now())
    this.series = new SeriesKeeper(connection, (keys) => this.#remove(keys))
    this.#changes = new ChangeWriter(connection, this.records, cache, () => this.#news.tell())
  }

  static async open(options: ResolvedEtcdOptions, host: StoreHost): Promise<Session> {
    const { source, prefix, timeoutMs } = options
    const client = 'config' in source ? await newClient(source.config) : source.client
    const connection = new Connection(client, prefix, timeoutMs)
    try {
      await checkFormat(connection)
      const session = new Session(client, connection, host, options)
      session.#news.watch()
      session.#compaction?.start()
      return session
    } catch (error) {
      if ('config' in source) client.close()
      throw error
    }
  }

  commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    return this.#changes.commit(changes)
  }

  async removeJobs(): Promise<number> {
    let removed = 0
    for (;;) {
      const jobs = await this.records.list({ kind: 'job', limit: SLICE })
      if (jobs.length === 0) return removed
      removed += await this.#remove(jobs)
    }
  }

  /** The server has no clock that a client could ask. */
  async serverTime(): Promise<number | undefined> {
    return undefined
  }

  async close(): Promise<void> {
    this.#compaction?.stop()
    await this.#news.stop()
    if (this.#isOwn) this.#client.close()
  }

  /** Removes records as they are now, unless another process changes them at the same time. */
  async #remove(keys: readonly RecordKey[]): Promise<number> {
    const records = await this.records.refresh(keys)
    const results = await this.#changes.commit(
      records.map(({ record: { kind, id, version } }) => ({
        expect: version,
        key: { kind, id },
        patch: null,
        inserts: [],
      })),
    )
    return results.filter(({ applied }) => applied).length
  }
}

/** @throws CronwrightError (`STORE_ERROR`) when a later release wrote the keys */
async function checkFormat(connection: Connection): Promise<void> {
  const { isApplied, replies } = await connection.transact([connection.put(FORMAT_KEY, String(FORMAT))], {
    compare: [connection.hasVersion(FORMAT_KEY, 0)],
    failure: [connection.read(FORMAT_KEY)],
  })
  if (isApplied) return
  const format = Number(connection.rangeOf(replies[0]).entries[0]?.value.toString('utf8'))
  if (format <= FORMAT) return
  const problem = `the keys are of format ${format}, newer than this release of cronwright knows (${FORMAT})`
  throw new CronwrightError('STORE_ERROR', `${problem}; update cronwright`, { details: { format, supported: FORMAT } })
}
