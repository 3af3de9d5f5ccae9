/** An open store: its connection, its index, and the operations on them. */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import type { ChangeResult } from '../../jobs/record.ts'
import type { EncodedChange, EncodedRecord } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import type { RunSeries } from '../record-store.ts'
import type { ServerSession } from '../server-job-store.ts'
import { ChangeWriter } from './commit.ts'
import { Driver, type ZooKeeperClient } from './driver.ts'
import { Followers } from './followers.ts'
import { Journal } from './journal.ts'
import { LargeTexts, TEXT_LIMIT } from './large-texts.ts'
import { MultiWriter } from './multi-writer.ts'
import type { ClientConfig, ResolvedZooKeeperOptions } from './options.ts'
import { KINDS, Paths } from './paths.ts'
import { RecordIndex } from './record-index.ts'
import { Records } from './records.ts'
import { eachOf, Server } from './server.ts'
import type { StoredRecord } from './znode.ts'

/** How often a quiet process looks at the journal, without being asked and without a watch. */
const LOOK_MS = 10_000
/** A record may change before its contents are read: the index is asked again, but not for ever. */
const TRIES = 5

/** Records with their contents. */
interface Answer {
  readonly found: readonly EncodedRecord[]
  readonly unchanged: readonly EncodedRecord[]
}

export class Session implements ServerSession {
  readonly records: ServerSession['records'] = {
    read: (keys) => eachOf(keys, (key) => this.#records.encoded(key)),
    list: async (query) => (await this.#whole(() => this.#index.list(query))).found,
    count: (query) => this.#caughtUp(() => this.#index.count(query)),
  }
  readonly due: ServerSession['due'] = {
    due: async (query) => (await this.#whole(() => this.#index.due(query))).unchanged,
    nextDue: (queries) => this.#caughtUp(() => queries.map((query) => this.#index.nextDue(query))),
  }
  readonly series: ServerSession['series'] = {
    countActive: (jobIds) => this.#caughtUp(() => this.#countActive(jobIds)),
    trim: (series) => this.#trim(series),
  }

  readonly textLimit = TEXT_LIMIT

  readonly #server: Server
  readonly #paths: Paths
  readonly #index = new RecordIndex()
  readonly #records: Records
  readonly #texts: LargeTexts
  readonly #journal: Journal
  readonly #followers: Followers
  readonly #changes: ChangeWriter
  #timer: TimerHandle | undefined

  private constructor(
    driver: Driver,
    { source, access, basePath, timeoutMs }: ResolvedZooKeeperOptions,
    host: StoreHost,
  ) {
    const paths = new Paths(basePath)
    const client = 'client' in source ? source.client : (): ZooKeeperClient => newClient(driver, source.config)
    this.#server = new Server(client, driver.permissions(access), timeoutMs, {
      broken: () => undefined,
      restored: () => this.#followers.reconnected(),
    })
    this.#paths = paths
    this.#texts = new LargeTexts(this.#server, paths)
    this.#records = new Records(this.#server, paths, this.#index, this.#texts, host)
    this.#journal = new Journal(this.#server, paths)
    this.#followers = new Followers(this.#server, paths, this.#journal, this.#records, () => host.wakeup())
    const writer = new MultiWriter(this.#server, paths, this.#journal, this.#followers)
    this.#changes = new ChangeWriter(paths, this.#index, this.#records, this.#texts, writer)
  }

  static async open(options: ResolvedZooKeeperOptions, host: StoreHost): Promise<Session> {
    const session = new Session(await Driver.load(), options, host)
    try {
      await session.#prepare()
      return session
    } catch (error) {
      await session.close()
      throw error
    }
  }

  commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    return this.#changes.commit(changes)
  }

  async removeJobs(): Promise<number> {
    let removed = 0
    for (;;) {
      await this.#followers.catchUp()
      const jobs = this.#index.all('job')
      if (jobs.length === 0) return removed
      const results = await this.commit(jobs.map(removal))
      removed += results.filter(({ applied }) => applied).length
    }
  }

  async close(): Promise<void> {
    this.#timer?.cancel()
    this.#followers.stop()
    if (this.#server.isConnected) await this.#journal.close()
    await this.#server.close()
  }

  /** The ensemble has no clock that clients can read. */
  serverTime(): undefined {
    return undefined
  }

  async #caughtUp<T>(answer: () => T): Promise<T> {
    await this.#followers.catchUp()
    return answer()
  }

  #countActive(jobIds: readonly string[]): ReadonlyMap<string, number> {
    const counts = jobIds.map((jobId): [string, number] => [jobId, this.#index.active(jobId)])
    return new Map(counts.filter(([, active]) => active > 0))
  }

  async #trim(series: readonly RunSeries[]): Promise<void> {
    await this.#followers.catchUp()
    const removed: StoredRecord[] = []
    for (const run of series.flatMap((one) => this.#index.surplus(one))) {
      const log = this.#index.get({ kind: 'log', id: run.id })
      removed.push(run)
      if (log !== undefined) removed.push(log)
    }
    await this.commit(removed.map(removal))
  }

  async #prepare(): Promise<void> {
    const { base, journal, large } = this.#paths
    await this.#server.createAll(base)
    await eachOf([journal, large, ...KINDS.map((kind) => this.#paths.kind(kind))], (path) => this.#server.create(path))
    const texts = await this.#followers.reload()
    const now = await this.#journal.openedAt()
    void this.#texts.sweep(texts, now).catch(() => undefined)
    this.#look()
  }

  /** Looks at the journal now and then: a watch can be lost, and what is not read for long is read all over. */
  #look(): void {
    this.#timer = systemClock.setTimer(() => {
      this.#look()
      void this.#followers.lookAgain().catch(() => undefined)
    }, LOOK_MS)
  }

  /** What the index answers, with contents: those that are still as it said, and all that are there. */
  async #whole(ask: () => readonly StoredRecord[]): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      await this.#followers.catchUp()
      const records = ask()
      const read = await this.#records.encodedAll(records)
      const found = read.filter((record) => record !== undefined)
      const unchanged = read.flatMap((record, index) =>
        record?.version === records[index]?.version ? (record ?? []) : [],
      )
      if (unchanged.length === records.length || tries === TRIES) return { found, unchanged }
    }
  }
}

function removal({ kind, id, version }: StoredRecord): EncodedChange {
  return { expect: version, key: { kind, id }, patch: null, inserts: [] }
}

function newClient(driver: Driver, { hosts, settings, auth }: ClientConfig): ZooKeeperClient {
  const client = driver.newClient(hosts, settings)
  if (auth !== undefined) client.addAuthInfo('digest', Buffer.from(auth))
  return client
}
