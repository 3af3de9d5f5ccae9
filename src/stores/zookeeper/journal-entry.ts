/**
 * What an entry of the journal says of records, as the data of its znode: one JSON object.
 *
 *   records   [kind, id] of one that has to be read; with its order, of one that was removed; with its order, the version of
 *             its znode and the place of a patch, of one that was changed
 *   patches   what changes did to headers; the records of a batch share one. `body`: contents changed as well
 *   news      whether there may be something to do for others
 *   last      whether it is the last of its segment
 *
 * So that what each process claims and ends costs the others no reading. Whatever of it is not understood names no record,
 * or one to be read: what a record is by then is what counts.
 */

import { StoredFields } from '../../jobs/fields.ts'
import type { Lane, RecordKey, RecordKind } from '../../jobs/record.ts'
import { property } from '../driver-edge.ts'
import { KINDS } from './paths.ts'
import type { PreparedPatch } from './prepared-change.ts'
import { type HeaderPatch, LANES, type StoredRecord } from './znode.ts'

/** A record that an entry names, which has to be read where nothing else is said of it. */
export type Mention = RecordKey | Removal | HeaderChange

/** A record is gone: the one of that order, not what may have been added under its id since. */
export interface Removal extends RecordKey {
  readonly order: number
  readonly header: null
}

export interface HeaderChange extends RecordKey {
  readonly order: number
  /** Of its znode since. */
  readonly znodeVersion: number
  readonly header: HeaderPatch
  readonly isBodyKept: boolean
}

export interface JournalEntry {
  readonly mentions: readonly Mention[]
  readonly isNews: boolean
  readonly isLast: boolean
}

export function removalOf({ kind, id, order }: StoredRecord): Removal {
  return { kind, id, order, header: null }
}

/** What is said of a record that a patch was laid over; long texts have to be read. */
export function mentionOf(next: StoredRecord, { header, spec, status }: PreparedPatch): Mention {
  const { kind, id, order, znodeVersion, texts } = next
  if (texts.length > 0) return { kind, id }
  return { kind, id, order, znodeVersion, header, isBodyKept: spec === undefined && status === undefined }
}

export function entryData(mentions: readonly Mention[], isNews: boolean): Buffer {
  const patches: object[] = []
  const places = new Map<string, number>()
  const placeOf = ({ header, isBodyKept }: HeaderChange): number => {
    const patch = { ...header, ...(isBodyKept ? {} : { body: true }) }
    const text = JSON.stringify(patch)
    let place = places.get(text)
    if (place === undefined) {
      place = patches.push(patch) - 1
      places.set(text, place)
    }
    return place
  }
  const records = mentions.map((mention) => {
    const { kind, id } = mention
    if (!('header' in mention)) return [kind, id]
    if (mention.header === null) return [kind, id, mention.order]
    return [kind, id, mention.order, mention.znodeVersion, placeOf(mention)]
  })
  return Buffer.from(JSON.stringify({ records, ...(patches.length > 0 ? { patches } : {}), news: isNews }))
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
  const patches = listOf(property(entry, 'patches')).map(patchFrom)
  return {
    mentions: listOf(property(entry, 'records')).flatMap((record) => mentionFrom(record, patches)),
    isNews: property(entry, 'news') === true,
    isLast: property(entry, 'last') === true,
  }
}

type Patch = Pick<HeaderChange, 'header' | 'isBodyKept'>

function mentionFrom(value: unknown, patches: readonly (Patch | undefined)[]): readonly Mention[] {
  const parts = listOf(value)
  const [name, id, order, znodeVersion, place] = parts
  const kind: RecordKind | undefined = KINDS.find((known) => known === name)
  if (kind === undefined || typeof id !== 'string') return []
  if (typeof order !== 'number') return [{ kind, id }]
  if (parts.length === 3) return [{ kind, id, order, header: null }]
  const patch = typeof place === 'number' ? patches[place] : undefined
  if (typeof znodeVersion !== 'number' || patch === undefined) return [{ kind, id }]
  return [{ kind, id, order, znodeVersion, ...patch }]
}

function patchFrom(value: unknown): Patch | undefined {
  try {
    const fields = new StoredFields(value, 'patch')
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
  } catch {
    return undefined
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
