/**
 * An entry of the journal as the data of its znode: one JSON object.
 *
 *   records   [kind, id] of one that has to be read; with its order, of one that was removed; with the version of its znode
 *             and the place of a patch as well, of one that was changed; with 0, the place of a header, its job and its spec,
 *             of one that was added (no spec: its contents have to be read)
 *   patches   what changes did to headers; the records of a batch share one. `body`: contents changed as well
 *   headers   what records were added with, and their status; the records of a batch share one
 *   news      whether there may be something to do for others
 *   last      whether it is the last of its segment
 *
 * Whatever of it is not understood names no record, or one to be read.
 */

import { StoredFields } from '../../jobs/fields.ts'
import type { Lane, RecordKind } from '../../jobs/record.ts'
import { listIn, property } from '../driver-edge.ts'
import { type CommonHeader, type HeaderChange, isTold, type JournalEntry, type Mention } from './journal-entry.ts'
import { KINDS } from './paths.ts'
import { LANES } from './znode.ts'

export function entryData(mentions: readonly Mention[], isNews: boolean): Buffer {
  const [patches, headers] = [new SharedHeaders('body'), new SharedHeaders('status')]
  const records = mentions.map((mention) => {
    const { kind, id } = mention
    if (!isTold(mention)) return [kind, id]
    const { type, order } = mention
    if (type === 'removed') return [kind, id, order]
    if (type === 'added') {
      const { header, jobId, body } = mention
      const parts = [kind, id, order, 0, headers.placeOf(header, body?.status), jobId]
      return body === undefined ? parts : [...parts, body.spec]
    }
    const { header, isBodyKept, znodeVersion } = mention
    return [kind, id, order, znodeVersion, patches.placeOf(header, isBodyKept ? undefined : true)]
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
  const patches = listIn(entry, 'patches').map(understood(patchFrom))
  const headers = listIn(entry, 'headers').map(understood(addedFrom))
  return {
    mentions: listIn(entry, 'records').flatMap((record) => mentionFrom(record, patches, headers)),
    isNews: property(entry, 'news') === true,
    isLast: property(entry, 'last') === true,
  }
}

/** What is told of headers. */
const FIELDS = ['version', 'lane', 'due', 'state', 'at', 'functionRef', 'queue', 'priority'] as const

type Header = Readonly<Partial<Record<(typeof FIELDS)[number], unknown>>>

/** Headers, those that are the same one after the other once, with one more thing that is said with them; found by place. */
class SharedHeaders {
  readonly items: object[] = []
  readonly #name: string
  #last: Header | undefined
  #lastMore: unknown

  constructor(name: string) {
    this.#name = name
  }

  /** @param more - said under the name; undefined: not said */
  placeOf(header: Header, more: unknown): number {
    if (this.#last === undefined || more !== this.#lastMore || !haveSameFields(header, this.#last)) {
      this.items.push({ ...Object.fromEntries(FIELDS.map((field) => [field, header[field]])), [this.#name]: more })
      this.#last = header
      this.#lastMore = more
    }
    return this.items.length - 1
  }
}

function haveSameFields(a: Header, b: Header): boolean {
  for (const field of FIELDS) if (a[field] !== b[field]) return false
  return true
}

type Patch = Pick<HeaderChange, 'header' | 'isBodyKept'>

interface Added {
  readonly header: CommonHeader
  /** Undefined where contents are not told. */
  readonly status: string | null | undefined
}

function mentionFrom(
  value: unknown,
  patches: readonly (Patch | undefined)[],
  headers: readonly (Added | undefined)[],
): readonly Mention[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : []
  const [name, id, order, znodeVersion, place, jobId, spec] = parts
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
  const added = headers[place]
  if (added === undefined || (jobId !== null && typeof jobId !== 'string')) return unknown
  const { header, status } = added
  const body = typeof spec === 'string' && status !== undefined ? { spec, status } : undefined
  return [{ type: 'added', kind, id, order, header, jobId, body }]
}

function addedFrom(fields: StoredFields): Added {
  const header: CommonHeader = {
    version: fields.number('version'),
    lane: fields.oneOf<Lane>('lane', LANES),
    due: fields.numberOrNull('due'),
    state: fields.text('state'),
    at: fields.number('at'),
    functionRef: fields.text('functionRef'),
    queue: fields.text('queue'),
    priority: fields.number('priority'),
  }
  return { header, status: fields.value('status') === undefined ? undefined : fields.textOrNull('status') }
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
