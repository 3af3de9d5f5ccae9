/**
 * Base class of the stores that keep text: writes a record's `spec` and `status` with the serializer and reads them
 * back. A subclass moves {@link EncodedRecord}s and knows nothing of jobs.
 *
 * A record that cannot be read is set aside (its due time is cleared, its state becomes `undecodable`), reported once
 * as `store:error`, and kept as it is: a newer version, or a person, may still understand it.
 */

import { CronwrightError, InvalidArgumentError } from '../errors.ts'
import { decodeSpec, decodeStatus, encodeSpec, encodeStatus } from '../jobs/encoding.ts'
import type {
  Change,
  ChangeResult,
  Lane,
  RecordHeader,
  RecordKey,
  RecordKind,
  RecordPatch,
  StoreRecord,
} from '../jobs/record.ts'
import { jsonSerializer, type Serializer } from '../jobs/serializer.ts'
import { RecordJobStore } from './record-job-store.ts'
import type { DueQuery, KindInLane, ListQuery } from './record-store.ts'
import { SpecCache } from './spec-cache.ts'

/** A record with its contents as text. */
export interface EncodedRecord extends RecordHeader {
  readonly spec: string
  readonly status: string | null
}

/** A patch with contents as text; absent fields stay. */
export type EncodedPatch = Partial<Omit<EncodedRecord, 'kind' | 'id' | 'version'>>

/** A {@link Change} as drivers see it. */
export type EncodedChange =
  | { readonly expect: 0; readonly record: EncodedRecord }
  | {
      readonly expect: number
      readonly key: RecordKey
      readonly patch: EncodedPatch | null
      readonly inserts: readonly EncodedRecord[]
    }

/** State of a record that could not be read. */
export const UNDECODABLE = 'undecodable'

export abstract class EncodedJobStore extends RecordJobStore {
  readonly #serializer: Serializer
  readonly #reported = new Set<string>()
  readonly #specs = new SpecCache()

  constructor(serializer: Serializer = jsonSerializer) {
    super()
    if (typeof serializer?.encode !== 'function' || typeof serializer.decode !== 'function') {
      throw new InvalidArgumentError('options.serializer', serializer, 'must have the methods encode and decode')
    }
    this.#serializer = serializer
  }

  protected abstract readEncoded(keys: readonly RecordKey[]): Promise<readonly (EncodedRecord | undefined)[]>
  protected abstract listEncoded(query: ListQuery): Promise<readonly EncodedRecord[]>
  protected abstract dueEncoded(query: DueQuery): Promise<readonly EncodedRecord[]>
  protected abstract commitEncoded(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]>

  async get<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<readonly (StoreRecord<K> | undefined)[]> {
    const records = await this.readEncoded(keys)
    const decoded: (StoreRecord<K> | undefined)[] = []
    for (const [index, record] of records.entries()) {
      const kind = keys[index]?.kind
      decoded.push(record === undefined || kind === undefined ? undefined : this.#decode(record, kind))
    }
    return decoded
  }

  async list<K extends RecordKind>(query: ListQuery<K>): Promise<readonly StoreRecord<K>[]> {
    const found: StoreRecord<K>[] = []
    let { before } = query
    // What cannot be read takes no place of the page: a short page means that there is no more.
    for (;;) {
      const limit = query.limit - found.length
      const page = await this.listEncoded({ ...query, before, limit })
      found.push(...this.#decodeAll(page, query.kind))
      const last = page.at(-1)
      if (last === undefined || page.length < limit || found.length >= query.limit) return found
      before = { at: last.at, id: last.id }
    }
  }

  async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    const records = await this.dueEncoded(query)
    const kind = (query.lane === 'job' ? 'job' : 'run') as KindInLane<L>
    const decoded = this.#decodeAll(records, kind, this.#specs)
    if (decoded.length < records.length) await this.#setAside(records, new Set(decoded.map((record) => record.id)))
    return decoded
  }

  async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    return this.commitEncoded(changes.map((change) => this.#encodeChange(change)))
  }

  override checkStorable(record: StoreRecord): void {
    this.#encode(record)
  }

  #encodeChange(change: Change): EncodedChange {
    if (!('key' in change)) return { expect: 0, record: this.#encode(change.record) }
    const { expect, key, patch, inserts = [] } = change
    return {
      expect,
      key,
      patch: patch === null ? null : this.#encodePatch(patch),
      inserts: inserts.map((record) => this.#encode(record)),
    }
  }

  #encode(record: StoreRecord): EncodedRecord {
    const { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority } = record
    const spec = this.#encodeSpec(kind, record.spec)
    const status = encodeStatus(record.status, this.#serializer)
    return { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority, spec, status }
  }

  #encodeSpec(kind: RecordKind, spec: StoreRecord['spec']): string {
    return this.#specs.text(kind, spec, () => encodeSpec(kind, spec, this.#serializer))
  }

  #encodePatch(patch: RecordPatch): EncodedPatch {
    const { spec, status, ...header } = patch
    const encoded: { -readonly [F in keyof EncodedPatch]: EncodedPatch[F] } = header
    if (spec !== undefined) encoded.spec = this.#encodeSpec('trigger' in spec ? 'job' : 'run', spec)
    if (status !== undefined) encoded.status = encodeStatus(status, this.#serializer)
    return encoded
  }

  #decodeAll<K extends RecordKind>(records: readonly EncodedRecord[], kind: K, specs?: SpecCache): StoreRecord<K>[] {
    const decoded: StoreRecord<K>[] = []
    for (const encoded of records) {
      const record = this.#decode(encoded, kind, specs)
      if (record !== undefined) decoded.push(record)
    }
    return decoded
  }

  #decode<K extends RecordKind>(encoded: EncodedRecord, kind: K, specs?: SpecCache): StoreRecord<K> | undefined {
    try {
      const known = kind === 'job' ? specs?.spec(encoded.id, encoded.spec) : undefined
      const spec = known ?? decodeSpec(kind, encoded.spec, this.#serializer)
      if (known === undefined && 'trigger' in spec) specs?.remember(encoded.id, encoded.spec, spec)
      const status = decodeStatus(kind, encoded.status, this.#serializer)
      return { ...encoded, kind, spec, status } as StoreRecord<K>
    } catch (error) {
      this.#report(encoded, error)
      return undefined
    }
  }

  #report(record: EncodedRecord, cause: unknown): void {
    const name = `${record.kind}/${record.id}`
    if (this.#reported.has(name)) return
    this.#reported.add(name)
    this.host.reportError(
      new CronwrightError('DESERIALIZATION', `the ${record.kind} ${JSON.stringify(record.id)} cannot be read; kept`, {
        details: { kind: record.kind, id: record.id, store: this.alias },
        cause,
      }),
    )
  }

  /** Clears the due time of records that cannot be read, so that they do not come up again and again. */
  async #setAside(records: readonly EncodedRecord[], readable: ReadonlySet<string>): Promise<void> {
    const changes: EncodedChange[] = []
    for (const { kind, id, version } of records) {
      if (readable.has(id)) continue
      changes.push({ expect: version, key: { kind, id }, patch: { due: null, state: UNDECODABLE }, inserts: [] })
    }
    await this.commitEncoded(changes)
  }
}
