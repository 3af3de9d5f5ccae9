/**
 * Base class of the stores that keep text: writes a record's `spec` and `status` with the serializer and reads them
 * back. A subclass moves {@link EncodedRecord}s and knows nothing of jobs.
 *
 * A record that cannot be read is set aside (its due time is cleared, its state becomes `undecodable`), reported once
 * as `store:error`, and kept as it is: a newer version, or a person, may still understand it.
 */

import { CronwrightError, InvalidArgumentError, PayloadTooLargeError } from '../errors.ts'
import { decodeSpec, encodeSpec } from '../jobs/encoding.ts'
import type { JobSpec } from '../jobs/job.ts'
import type {
  Change,
  ChangeResult,
  Lane,
  RecordKey,
  RecordKind,
  RecordPatch,
  StoreRecord,
  TextRecord,
} from '../jobs/record.ts'
import { jsonSerializer, type Serializer } from '../jobs/serializer.ts'
import { RecordJobStore } from './record-job-store.ts'
import type { DueQuery, KindInLane, ListQuery } from './record-store.ts'
import { SpecCache } from './spec-cache.ts'
import { StatusCache } from './status-cache.ts'

export type EncodedRecord = TextRecord

/** A patch with contents as text; absent fields stay. */
export type EncodedPatch = Partial<Omit<EncodedRecord, 'kind' | 'id' | 'version'>>

/** The fields that a patch may set, in the order in which stores write them. */
export const PATCHABLE = [
  'lane',
  'due',
  'state',
  'at',
  'functionRef',
  'queue',
  'priority',
  'status',
  'spec',
] as const satisfies readonly (keyof EncodedPatch)[]

/** Whether two patches set the same fields to the same values. */
export function arePatchesEqual(a: EncodedPatch | null, b: EncodedPatch | null): boolean {
  if (a === null || b === null) return a === b
  for (const field of PATCHABLE) if (a[field] !== b[field]) return false
  return true
}

/** A {@link Change} as drivers see it. */
export type EncodedChange =
  | { readonly expect: 0; readonly record: EncodedRecord; readonly inserts: readonly EncodedRecord[] }
  | {
      readonly expect: number
      readonly key: RecordKey
      readonly patch: EncodedPatch | null
      readonly inserts: readonly EncodedRecord[]
    }

/** The most that a store takes of one text of a record: its `spec` (input and settings), or its `status` (output, checkpoint). */
export interface TextLimit {
  readonly bytes: number
  /** Whose limit it is, for errors. */
  readonly because: string
}

/** State of a record that could not be read. */
export const UNDECODABLE = 'undecodable'

export abstract class EncodedJobStore extends RecordJobStore {
  readonly #serializer: Serializer
  readonly #reported = new Set<string>()
  readonly #specs = new SpecCache()
  readonly #statuses: StatusCache

  constructor(serializer: Serializer = jsonSerializer) {
    super()
    if (typeof serializer?.encode !== 'function' || typeof serializer.decode !== 'function') {
      throw new InvalidArgumentError('options.serializer', serializer, 'must have the methods encode and decode')
    }
    this.#serializer = serializer
    this.#statuses = new StatusCache(serializer)
  }

  protected get textLimit(): TextLimit | undefined {
    return undefined
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
      decoded.push(record === undefined || kind === undefined ? undefined : this.#decode<K>(record))
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
      found.push(...this.#decodeAll<K>(page))
      const last = page.at(-1)
      if (last === undefined || page.length < limit || found.length >= query.limit) return found
      before = { at: last.at, id: last.id }
    }
  }

  async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    const records = await this.dueEncoded(query)
    const decoded = this.#decodeAll<KindInLane<L>>(records, this.#specs)
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
    const inserts = (change.inserts ?? []).map((record) => this.#encode(record))
    if (!('key' in change)) return { expect: 0, record: this.#encode(change.record), inserts }
    const { expect, key, patch } = change
    return { expect, key, patch: patch === null ? null : this.#encodePatch(key.kind, patch), inserts }
  }

  #encode(record: StoreRecord): EncodedRecord {
    const { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority } = record
    const spec = this.#encodeSpec(kind, record.spec)
    const status = this.#statuses.text(record.status)
    this.#checkSize(kind, 'spec', spec)
    this.#checkSize(kind, 'status', status)
    return { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority, spec, status }
  }

  #encodeSpec(kind: RecordKind, spec: StoreRecord['spec']): string {
    return this.#specs.text(kind, spec, () => encodeSpec(kind, spec, this.#serializer))
  }

  #encodePatch(kind: RecordKind, patch: RecordPatch): EncodedPatch {
    const { spec, status, ...header } = patch
    const encoded: { -readonly [F in keyof EncodedPatch]: EncodedPatch[F] } = header
    if (spec !== undefined) encoded.spec = this.#encodeSpec(kind, spec)
    if (status !== undefined) encoded.status = this.#statuses.text(status)
    this.#checkSize(kind, 'spec', encoded.spec)
    this.#checkSize(kind, 'status', encoded.status)
    return encoded
  }

  #checkSize(kind: RecordKind, part: 'spec' | 'status', text: string | null | undefined): void {
    const limit = this.textLimit
    // No character takes more than three bytes for each of its units.
    if (limit === undefined || typeof text !== 'string' || text.length * 3 <= limit.bytes) return
    const bytes = Buffer.byteLength(text)
    if (bytes > limit.bytes) throw new PayloadTooLargeError(`${kind}.${part}`, bytes, limit.bytes, limit.because)
  }

  #decodeAll<K extends RecordKind>(records: readonly EncodedRecord[], specs?: SpecCache): StoreRecord<K>[] {
    const decoded: StoreRecord<K>[] = []
    for (const encoded of records) {
      const record = this.#decode<K>(encoded, specs)
      if (record !== undefined) decoded.push(record)
    }
    return decoded
  }

  /** The kind asked for is that of the rows: what a store gives for a kind has that kind. */
  #decode<K extends RecordKind>(encoded: EncodedRecord, specs?: SpecCache): StoreRecord<K> | undefined {
    const { kind } = encoded
    try {
      const spec = kind === 'job' ? this.#jobSpec(encoded, specs) : decodeSpec(kind, encoded.spec, this.#serializer)
      const status = this.#statuses.status(kind, encoded.status)
      return { ...encoded, spec, status } as StoreRecord as StoreRecord<K>
    } catch (error) {
      this.#report(encoded, error)
      return undefined
    }
  }

  #jobSpec({ id, spec: text }: EncodedRecord, specs: SpecCache | undefined): JobSpec {
    const known = specs?.spec(id, text)
    if (known !== undefined) return known
    const spec = decodeSpec('job', text, this.#serializer)
    specs?.remember(id, text, spec)
    return spec
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
