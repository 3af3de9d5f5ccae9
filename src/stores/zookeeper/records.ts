/** Records between the server and the index: read one by one, or all of them. */

import { CronwrightError } from '../../errors.ts'
import type { RecordKey, RecordKind } from '../../jobs/record.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'
import type { StoreHost } from '../job-store.ts'
import { isTold, type Mention } from './journal-entry.ts'
import type { LargeTexts } from './large-texts.ts'
import { idOf, KINDS, keyText, type Paths } from './paths.ts'
import type { RecordIndex } from './record-index.ts'
import { eachOf, type Server } from './server.ts'
import { type RecordBody, recordFromZnode, type StoredRecord } from './znode.ts'

/** A text that is gone means that its record has changed: read again, but not for ever. */
const TRIES = 5

export class Records {
  readonly #server: Server
  readonly #paths: Paths
  readonly #index: RecordIndex
  readonly #texts: LargeTexts
  readonly #host: StoreHost
  readonly #reported = new Set<string>()

  constructor(server: Server, paths: Paths, index: RecordIndex, texts: LargeTexts, host: StoreHost) {
    this.#server = server
    this.#paths = paths
    this.#index = index
    this.#texts = texts
    this.#host = host
  }

  /** Reads a record from the server, which is then in the index as well (or no more). With its contents. */
  read(key: RecordKey): Promise<StoredRecord | undefined> {
    return this.#server.read(this.#paths.record(key), (znode) => {
      if (znode === undefined) {
        this.#index.remove(key)
        return undefined
      }
      try {
        const record = recordFromZnode(key, znode.data, znode.version)
        this.#index.put(record)
        return record
      } catch (error) {
        this.#report(key, error)
        this.#index.remove(key)
        return undefined
      }
    })
  }

  /** Takes in what another process did. False where the record has to be read for that. */
  takeIn(mention: Mention): boolean {
    return isTold(mention) && this.#index.takeIn(mention)
  }

  /** Everything was read that others had written when this reading began. */
  caughtUp(): void {
    this.#index.caughtUp()
  }

  readAll(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    return eachOf(keys, (key) => this.read(key))
  }

  /** A record with its long texts, as it is now. */
  async encoded(key: RecordKey): Promise<EncodedRecord | undefined> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const record = await this.read(key)
      if (record?.body === undefined) return undefined
      const encoded = await this.#withTexts(record, record.body)
      if (encoded !== undefined) return encoded
    }
    throw new CronwrightError('STORE_ERROR', `a long text of the ${key.kind} ${JSON.stringify(key.id)} is missing`)
  }

  /** Records that the index gave: those kept with short contents as they are, the others from the server, as they are now. */
  async encodedAll(records: readonly StoredRecord[]): Promise<readonly (EncodedRecord | undefined)[]> {
    const known = records.map(encodedOf)
    const others = records.filter((_, index) => known[index] === undefined)
    if (others.length === 0) return known
    const read = (await eachOf(others, (record) => this.encoded(record))).values()
    return known.map((record) => record ?? read.next().value)
  }

  /** Reads everything. @returns the names of all long texts that records refer to */
  async load(): Promise<ReadonlySet<string>> {
    const referred = new Set<string>()
    this.#index.beginReload()
    for (const kind of KINDS) {
      const buckets = (await this.#server.children(this.#paths.kind(kind))) ?? []
      await eachOf(buckets, (bucket) => this.#loadBucket(kind, bucket, referred))
    }
    const missed = this.#index.endReload()
    await this.readAll(missed)
    return referred
  }

  async #loadBucket(kind: RecordKind, bucket: string, referred: Set<string>): Promise<void> {
    const names = (await this.#server.children(`${this.#paths.kind(kind)}/${bucket}`)) ?? []
    for (const name of names) {
      const id = idOf(name)
      if (id === undefined) continue
      const record = await this.read({ kind, id })
      for (const reference of record?.texts ?? []) referred.add(reference.name)
    }
  }

  async #withTexts(record: StoredRecord, body: RecordBody): Promise<EncodedRecord | undefined> {
    const { spec: storedSpec, status: storedStatus } = body
    const spec = await this.#texts.read(storedSpec)
    const status = storedStatus === null ? null : await this.#texts.read(storedStatus)
    return spec === undefined || status === undefined ? undefined : withContents(record, spec, status)
  }

  #report(key: RecordKey, cause: unknown): void {
    const name = keyText(key)
    if (this.#reported.has(name)) return
    this.#reported.add(name)
    const message = `the znode of the ${key.kind} ${JSON.stringify(key.id)} cannot be read; kept`
    this.#host.reportError(new CronwrightError('DESERIALIZATION', message, { details: { ...key }, cause }))
  }
}

/** A record as it is known here; undefined where some of its contents are not. */
function encodedOf(record: StoredRecord): EncodedRecord | undefined {
  const { body } = record
  if (body === undefined) return undefined
  const { spec, status } = body
  if (typeof spec !== 'string' || (status !== null && typeof status !== 'string')) return undefined
  return withContents(record, spec, status)
}

function withContents(record: StoredRecord, spec: string, status: string | null): EncodedRecord {
  const { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority } = record
  return { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority, spec, status }
}
