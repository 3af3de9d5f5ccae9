/**
 * Where everything is kept: the names of all keys. What sorts in a range is written with a fixed width.
 *
 * ```
 * record/<kind>/<id>                                              the record itself
 * spec/<kind>/<id>                                                its spec, where that is large
 * due/job/<due>/<sequence>/<kind>/<id>                            what is due, and when (also due/history/...)
 * due/run/<queue>/<priority>/<due>/<sequence>/<kind>/<id>
 * list/<kind>/<lane>/<state>/<queue>/<at><id>                     newest first
 * job/<jobId>/<standing>/<at><id>                                 the runs of one job, newest first
 * enqueued/<functionRef>/over/<at><id>                            the finished runs of one function without a job
 * partition/due/run/<queue>/<priority>/                           which parts of due/run and list there are
 * partition/list/<kind>/<lane>/<state>/<queue>/
 * ```
 *
 * A key is a text of one character for each byte, so that comparing two texts compares the bytes, as the server does.
 */

import type { RecordKey, RecordKind } from '../../jobs/record.ts'
import { isFinal } from '../../jobs/run.ts'
import type { EncodedRecord } from '../encoded-job-store.ts'

/** Sorts after everything that begins with a slash-terminated prefix, once it replaces the slash. */
const AFTER_SLASH = '0'
const LAST_BYTE = '\xff'
const TIME_DIGITS = 13
const LATEST = 10 ** TIME_DIGITS - 1
const SEQUENCE_DIGITS = 16
/** Above the highest priority that a job may have. */
const PRIORITY_BASE = 10_000_000
const PRIORITY_DIGITS = 8

/** The record that a key of an index leads to, and what the key says about it. */
export interface DueEntry {
  readonly due: number
  /** Sorts by due time, then first come first served. */
  readonly order: string
  readonly kind: RecordKind
  readonly id: string
  /** Of the store, at which key and record were written last. */
  readonly revision: number
}

/** Text that is its own bytes, and needs no escape as a part of a key. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/
const PLAIN = /^[\x20-\x24\x26-\x2e\x30-\x7e]*$/

/** A text as a key has it: its UTF-8 bytes. */
export function bytesOf(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

export function textOf(bytes: string): string {
  return ASCII.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
}

/** A text as a part of a key between two slashes. */
function part(text: string): string {
  return PLAIN.test(text) ? text : bytesOf(text.replaceAll('%', '%25').replaceAll('/', '%2F'))
}

function unpart(bytes: string): string {
  return textOf(bytes).replaceAll('%2F', '/').replaceAll('%25', '%')
}

/** The first key behind all that begin with a prefix, which ends with a slash. */
export function endOf(prefix: string): string {
  return prefix.slice(0, -1) + AFTER_SLASH
}

/** An instant; those before 1970 and after 2286 sort as these. */
export function ascending(time: number): string {
  return String(clamped(time)).padStart(TIME_DIGITS, '0')
}

/** An instant, so that the latest sorts first. */
function descending(time: number): string {
  return String(LATEST - clamped(time)).padStart(TIME_DIGITS, '0')
}

function clamped(time: number): number {
  return Math.min(LATEST, Math.max(0, Math.ceil(time)))
}

export const recordKey = ({ kind, id }: RecordKey): string => `record/${kind}/${bytesOf(id)}`
export const specKey = ({ kind, id }: RecordKey): string => `spec/${kind}/${bytesOf(id)}`

type DuePlace = Pick<EncodedRecord, 'lane' | 'queue' | 'priority'>

/** The part of the due index that a record waits in. */
export function duePartition({ lane, queue, priority }: DuePlace): string {
  return lane === 'run' ? levelOf(queue, priority) : `due/${lane}/`
}

/** Runs of one queue with one priority; the highest sorts first. */
function levelOf(queue: string, priority: number): string {
  return `due/run/${part(queue)}/${String(PRIORITY_BASE - priority).padStart(PRIORITY_DIGITS, '0')}/`
}

/** The queue of a level, and its rank among the levels of this queue: the highest priority has the lowest. */
export function levelFrom(partition: string): { readonly queue: string; readonly rank: number } {
  const [, , queue = '', rank = ''] = partition.split('/')
  return { queue: unpart(queue), rank: Number(rank) }
}

/** What a key of the due index has behind its partition. */
export function dueTail(due: number, sequence: number, { kind, id }: { kind: string; id: string }): string {
  return `${ascending(due)}/${String(sequence).padStart(SEQUENCE_DIGITS, '0')}/${kind}/${bytesOf(id)}`
}

const KINDS: Readonly<Record<string, RecordKind>> = {
  job: 'job',
  run: 'run',
  worker: 'worker',
  queue: 'queue',
  key: 'key',
  log: 'log',
} satisfies { readonly [K in RecordKind]: K }

/** Undefined for a kind of record that this release does not know. */
export function dueEntry(tail: string, revision: number): DueEntry | undefined {
  const order = tail.slice(0, TIME_DIGITS + 1 + SEQUENCE_DIGITS)
  const rest = tail.slice(order.length + 1)
  const slash = rest.indexOf('/')
  const kind = KINDS[rest.slice(0, slash)]
  if (kind === undefined) return undefined
  return { due: Number(tail.slice(0, TIME_DIGITS)), order, kind, id: textOf(rest.slice(slash + 1)), revision }
}

type ListPlace = Pick<EncodedRecord, 'kind' | 'lane' | 'state' | 'queue'>

/** The part of the list of a kind that a record is in. */
export function listPartition({ kind, lane, state, queue }: ListPlace): string {
  return `list/${kind}/${lane}/${part(state)}/${part(queue)}/`
}

/** What the name of a part of a list says. */
export function listPlace(partition: string): {
  readonly lane: string
  readonly state: string
  readonly queue: string
} {
  const [, , lane = '', state = '', queue = ''] = partition.split('/')
  return { lane, state: unpart(state), queue: unpart(queue) }
}

/** What a run is to its series: at work or waiting for it, over, or waiting for a person. */
export type Standing = 'active' | 'over' | 'waiting'

export const STANDINGS: readonly Standing[] = ['active', 'over', 'waiting']

type SeriesPlace = Pick<EncodedRecord, 'jobId' | 'functionRef'>

/** The runs of a series that have one standing: those of a job, or of a function where they have no job. */
export function seriesPartition({ jobId, functionRef }: SeriesPlace, standing: Standing): string {
  return jobId === null ? `enqueued/${part(functionRef)}/${standing}/` : `job/${part(jobId)}/${standing}/`
}

/** The key of a run in its series. Nobody asks for those without a job before they are over. */
export function seriesKey(run: EncodedRecord): string | undefined {
  const standing = standingOf(run)
  if (run.jobId === null && standing !== 'over') return undefined
  return seriesPartition(run, standing) + listTail(run.at, run.id)
}

function standingOf({ lane, state }: EncodedRecord): Standing {
  if (lane === 'history') return 'over'
  return isFinal(state) ? 'waiting' : 'active'
}

/** What a key of a list has behind its partition: newest first, then by id from the end. */
export function listTail(at: number, id: string): string {
  return `${descending(at)}${complement(bytesOf(id))}${LAST_BYTE}`
}

/** The first tail of what is older than an instant. */
export function olderThan(at: number): string {
  return at <= 0 ? LAST_BYTE : descending(Math.ceil(at) - 1)
}

export function idFromTail(tail: string): string {
  return textOf(complement(tail.slice(TIME_DIGITS, -1)))
}

/** Each byte turned around, so that what sorted first sorts last. */
function complement(bytes: string): string {
  const turned = Buffer.from(bytes, 'latin1')
  for (let index = 0; index < turned.length; index += 1) turned[index] = 0xff - (turned[index] ?? 0)
  return turned.toString('latin1')
}

/** The key that says that a partition exists. */
export const partitionKey = (partition: string): string => `partition/${partition}`
