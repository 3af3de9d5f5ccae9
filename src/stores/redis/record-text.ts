/**
 * Records as the texts that the server keeps; see `scripts/records-library.ts`. What comes back is checked.
 *
 * The fields that records of a batch have in common are worked out once for each combination of them.
 */

import { CronwrightError } from '../../errors.ts'
import type { Lane, RecordKey, RecordKind } from '../../jobs/record.ts'
import type { EncodedPatch, EncodedRecord } from '../encoded-job-store.ts'

const KINDS = ['job', 'run', 'worker', 'queue', 'key', 'log'] as const satisfies readonly RecordKind[]
const LANES = ['job', 'run', 'history'] as const satisfies readonly Lane[]

/** Sequence, version, at, due, bytes of the status and of the spec, place; what follows are their texts. */
const HEAD = /^\d+ (\d+) (-?\d+) (-?\d*) (\d*) \d+ ([^\n]*)\n/

/** Combinations remembered; all are forgotten when there are more. */
const REMEMBERED = 1_000

/** The fields of a record that decide in which indexes it is. */
interface Place {
  readonly kind: RecordKind
  readonly lane: Lane
  readonly state: string
  readonly jobId: string | null
  readonly functionRef: string
  readonly queue: string
  readonly priority: number
}

/** What a record is called in keys. */
export function nameOf({ kind, id }: RecordKey): string {
  return `${kind}:${id}`
}

export function idOf(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** Text in a line whose fields are parted by spaces; also as a part of keys. */
export function escaped(text: string): string {
  return /[\s%]/.test(text) ? text.replace(/[\s%]/g, encodeURIComponent) : text
}

/** The place of a record as text. */
export function placeText({ kind, lane, state, jobId, functionRef, queue, priority }: EncodedRecord): string {
  const job = jobId === null ? '' : escaped(jobId)
  return `${kind} ${lane} ${escaped(state)} ${job} ${escaped(functionRef)} ${escaped(queue)} ${priority}`
}

/** A patch as text, without the texts of status and spec: it only says whether they follow. */
export function patchText({ lane, due, state, at, functionRef, queue, priority, status, spec }: EncodedPatch): string {
  let text = 'patch'
  if (lane !== undefined) text += ` lane=${lane}`
  if (due !== undefined) text += ` due=${due ?? ''}`
  if (state !== undefined) text += ` state=${escaped(state)}`
  if (at !== undefined) text += ` at=${at}`
  if (functionRef !== undefined) text += ` functionRef=${escaped(functionRef)}`
  if (queue !== undefined) text += ` queue=${escaped(queue)}`
  if (priority !== undefined) text += ` priority=${priority}`
  if (status !== undefined) text += ' status'
  if (spec !== undefined) text += ' spec'
  return text
}

/** Number of a record in the order in which records came. */
export function sequenceOf(text: string): string {
  return text.slice(0, text.indexOf(' '))
}

/** Reads records, and remembers the places that they have in common. */
export class RecordTexts {
  readonly #places = new Map<string, Place>()

  /** @throws CronwrightError (`STORE_ERROR`) for a record that this release could not have written */
  record(name: string, text: string): EncodedRecord {
    const match = HEAD.exec(text)
    if (match === null) throw malformed('text', name, 'as this release writes it')
    const [head, version, at, due, statusSize, place = ''] = match
    const { kind, lane, state, jobId, functionRef, queue, priority } = this.#place(place)
    const body = text.slice(head.length)
    const status = statusSize === '' ? null : firstBytes(body, Number(statusSize))
    return {
      kind,
      id: name.slice(kind.length + 1),
      version: Number(version),
      lane,
      due: due === '' ? null : Number(due),
      state,
      at: Number(at),
      jobId,
      functionRef,
      queue,
      priority,
      spec: status === null ? body : body.slice(status.length),
      status,
    }
  }

  #place(text: string): Place {
    let place = this.#places.get(text)
    if (place === undefined) {
      // A copy: a part of a text keeps all of it in memory.
      const own = Buffer.from(text).toString()
      place = placeOf(own)
      if (this.#places.size === REMEMBERED) this.#places.clear()
      this.#places.set(own, place)
    }
    return place
  }
}

function placeOf(text: string): Place {
  const [kind = '', lane = '', state = '', jobId = '', functionRef = '', queue = '', priority = ''] = text.split(' ')
  return {
    kind: oneOf('kind', kind, KINDS),
    lane: oneOf('lane', lane, LANES),
    state: unescaped(state),
    jobId: jobId === '' ? null : unescaped(jobId),
    functionRef: unescaped(functionRef),
    queue: unescaped(queue),
    priority: wholeNumber('priority', priority),
  }
}

function unescaped(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}

/** The beginning of a text that has so many bytes in UTF-8. */
function firstBytes(text: string, bytes: number): string {
  const start = text.slice(0, bytes)
  // As many bytes as characters: plain ASCII, as nearly always.
  return Buffer.byteLength(start) === bytes ? start : Buffer.from(text).toString('utf8', 0, bytes)
}

function wholeNumber(field: string, text: string): number {
  if (!/^-?\d+$/.test(text)) throw malformed(field, text, 'a whole number')
  return Number(text)
}

function oneOf<T extends string>(field: string, text: string, known: readonly T[]): T {
  const value = known.find((each) => each === text)
  if (value === undefined) throw malformed(field, text, `one of ${known.join(', ')}`)
  return value
}

function malformed(field: string, value: string, expected: string): CronwrightError {
  return new CronwrightError('STORE_ERROR', `a record has no usable ${field}: it must be ${expected}`, {
    details: { field, value, rule: `must be ${expected}` },
  })
}
