/**
 * What an entry of the journal says of records, as the data of its znode: one JSON object.
 *
 *   records   [kind, id] of one that has to be read; with its order, of one that was removed; with the version of its znode
 *             and the place of a patch as well, of one that was changed; with 0, the place of a header and its job, of one
 *             that was added
 *   patches   what changes did to headers; the records of a batch share one. `body`: contents changed as well
 *   headers   what records were added with; the records of a batch share one
 *   news      whether there may be something to do for others
 *   last      whether it is the last of its segment
 *
 * So that what one process adds, claims and ends costs the others no reading, but of what they claim. Whatever of it is
 * not understood names no record, or one to be read: what a record is by then is what counts.
 */

import { StoredFields } from '../../jobs/fields.ts'
import type { Lane, RecordHeader, RecordKey, RecordKind } from '../../jobs/record.ts'
import { property } from '../driver-edge.ts'
import { KINDS } from './paths.ts'
import type { PreparedPatch } from './prepared-change.ts'
import { type HeaderPatch, LANES, type StoredRecord } from './znode.ts'

/** A record that an entry names, which has to be read where nothing else is said of it. */
export type Mention = RecordKey | ToldMention
export type ToldMention = Creation | HeaderChange | Removal

export interface Creation extends RecordKey {
  readonly type: 'added'
  readonly order: number
  readonly header: CommonHeader
  readonly jobId: string | null
}

export interface HeaderChange extends RecordKey {
  readonly type: 'changed'
  readonly order: number
  /** Of its znode since. */
  readonly znodeVersion: number
  readonly header: HeaderPatch
  readonly isBodyKept: boolean
}

/** A record is gone: the one of that order, not what may have been added under its id since. */
export interface Removal extends RecordKey {
  readonly type: 'removed'
  readonly order: number
}

/** What records that are added together have in common, as a rule. */
type CommonHeader = Omit<RecordHeader, 'kind' | 'id' | 'jobId'>

export interface JournalEntry {
  readonly mentions: readonly Mention[]
  readonly isNews: boolean
  readonly isLast: boolean
}

export function isTold(mention: Mention): mention is ToldMention {
  return 'type' in mention
}

/** What is said of a record that was added; long texts have to be read. */
export function creationOf({ kind, id, order, jobId, texts, ...record }: StoredRecord): Mention {
  if (texts.length > 0) return { kind, id }
  const { version, lane, due, state, at, functionRef, queue, priority } = record
  return {
    type: 'added',
    kind,
    id,
    order,
    header: { version, lane, due, state, at, functionRef, queue, priority },
    jobId,
  }
}

/** What is said of a record that a patch was laid over; long texts have to be read. */
export function changeOf(next: StoredRecord, { header, spec, status }: PreparedPatch): Mention {
  const { kind, id, order, znodeVersion, texts } = next
  if (texts.length > 0) return { kind, id }
  const isBodyKept = spec === undefined && status === undefined
  return { type: 'changed', kind, id, order, znodeVersion, header, isBodyKept }
}

export function removalOf({ kind, id, order }: StoredRecord): Removal {
  return { type: 'removed', kind, id, order }
}

export function entryData(mentions: readonly Mention[], isNews: boolean): Buffer {
  const [patches, headers] = [new SharedList(), new SharedList()]
  const records = mentions.map((mention) => {
    const { kind, id } = mention
    if (!isTold(mention)) return [kind, id]
    const { type, order } = mention
    if (type === 'removed') return [kind, id, order]
    if (type === 'added') return [kind, id, order, 0, headers.placeOf(mention.header), mention.jobId]
    const patch = mention.isBodyKept ? mention.header : { ...mention.header, body: true }
    return [kind, id, order, mention.znodeVersion, patches.placeOf(patch)]
  })
  return Buffer.from(JSON.stringify({ records, patches: patches.items, headers: headers.items, news: isNews }))
}

/** The data of the last entry of a segment. */
export function lastEntryData(): Buffer {
  return Buffer.from(JSON.stringify({ records: [], last: true }))
}

export function entryFrom(data: Buffer): JournalEntry {
  let entry: unknown
  try {
    entry = JSON.parse(data.toString('utf8'))
  } catch {
    return { mentions: [], isNews: false, isLast: false }
  }
  const patches = listOf(property(entry, 'patches')).map(understood(patchFrom))
  const headers = listOf(property(entry, 'headers')).map(understood(headerFrom))
  return {
    mentions: listOf(property(entry, 'records')).flatMap((record) => mentionFrom(record, patches, headers)),
    isNews: property(entry, 'news') === true,
    isLast: property(entry, 'last') === true,
  }
}

/** Objects, each once, found by its place. */
class SharedList {
  readonly items: object[] = []
  readonly #places = new Map<string, number>()

  placeOf(item: object): number {
    const text = JSON.stringify(item)
    const known = this.#places.get(text)
    if (known !== undefined) return known
    const place = this.items.push(item) - 1
    this.#places.set(text, place)
    return place
  }
}

type Patch = Pick<HeaderChange, 'header' | 'isBodyKept'>

function mentionFrom(
  value: unknown,
  patches: readonly (Patch | undefined)[],
  headers: readonly (CommonHeader | undefined)[],
): readonly Mention[] {
  const parts = listOf(value)
  const [name, id, order, znodeVersion, place, jobId] = parts
  const kind: RecordKind | undefined = KINDS.find((known) => known === name)
  if (kind === undefined || typeof id !== 'string') return []
  const unknown = [{ kind, id }]
  if (typeof order !== 'number') return unknown
  if (parts.length === 3) return [{ type: 'removed', kind, id, order }]
  if (typeof znodeVersion !== 'number' || typeof place !== 'number') return unknown
  if (znodeVersion > 0) {
    const patch = patches[place]
    return patch === undefined ? unknown : [{ type: 'changed', kind, id, order, znodeVersion, ...patch }]
  }
  const header = headers[place]
  if (header === undefined || (jobId !== null && typeof jobId !== 'string')) return unknown
  return [{ type: 'added', kind, id, order, header, jobId }]
}

function headerFrom(fields: StoredFields): CommonHeader {
  return {
    version: fields.number('version'),
    lane: fields.oneOf<Lane>('lane', LANES),
    due: fields.numberOrNull('due'),
    state: fields.text('state'),
    at: fields.number('at'),
    functionRef: fields.text('functionRef'),
    queue: fields.text('queue'),
    priority: fields.number('priority'),
  }
}

function patchFrom(fields: StoredFields): Patch {
  const has = (field: string): boolean => fields.value(field) !== undefined
  return {
    header: {
      ...(has('lane') ? { lane: fields.oneOf<Lane>('lane', LANES) } : {}),
      ...(has('due') ? { due: fields.numberOrNull('due') } : {}),
      ...(has('state') ? { state: fields.text('state') } : {}),
      ...(has('at') ? { at: fields.number('at') } : {}),
      ...(has('functionRef') ? { functionRef: fields.text('functionRef') } : {}),
      ...(has('queue') ? { queue: fields.text('queue') } : {}),
      ...(has('priority') ? { priority: fields.number('priority') } : {}),
    },
    isBodyKept: fields.value('body') !== true,
  }
}

/** Reads an object; undefined where it makes no sense. */
function understood<T>(read: (fields: StoredFields) => T): (value: unknown) => T | undefined {
  return (value) => {
    try {
      return read(new StoredFields(value, 'entry'))
    } catch {
      return undefined
    }
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
