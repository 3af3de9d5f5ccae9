/**
 * A batch of changes as the arrays that are bound to one statement. Changes of a batch are mostly alike (so many claims,
 * so many ends), and so are the records it adds: what they have in common is bound once, as a *template*, and each of them
 * names its template and brings what is its own.
 */

import type { RecordKind } from '../../jobs/record.ts'
import type { EncodedChange, EncodedPatch, EncodedRecord } from '../encoded-job-store.ts'

/** The values of a column. */
type Column = (string | number | boolean | null)[]

/** Names and types of the columns, in the order of their arrays. */
export interface ArrayColumns {
  readonly template: readonly (readonly [name: string, type: string])[]
  readonly row: readonly (readonly [name: string, type: string])[]
  /** The text that a row brings itself. Where templates have it too, null means theirs. */
  readonly text: string
}

/** What is bound for one kind of row. */
export interface Arrays {
  readonly templates: readonly Column[]
  readonly rows: readonly Column[]
  /** JSON: cheaper than an array for both sides. */
  readonly texts: string
}

export const PATCH_ARRAYS: ArrayColumns = {
  template: columns(
    'kind text, is_removal bool, lane text, sets_due bool, state text, at int8, function_ref text, queue text, ' +
      'priority int, sets_status bool, status text, spec text',
  ),
  row: columns('n int, id text, version int, template int, due int8'),
  text: 'status',
}

export const ADD_ARRAYS: ArrayColumns = {
  template: columns('kind text, version int, lane text, state text, queue text, priority int, status text'),
  row: columns('n int, is_own bool, template int, id text, due int8, at int8, job_id text, function_ref text'),
  text: 'spec',
}

/** The changes of records that are there. */
export function patchArrays(changes: readonly EncodedChange[]): Arrays {
  const templates = PATCH_ARRAYS.template.map((): Column => [])
  const rows = PATCH_ARRAYS.row.map((): Column => [])
  const statuses: (string | null)[] = []
  let last: { readonly kind: RecordKind; readonly patch: EncodedPatch | null } | undefined
  for (const [n, change] of changes.entries()) {
    if (!('key' in change)) continue
    const { key, expect, patch } = change
    const { kind } = key
    if (last === undefined || last.kind !== kind || !isAlike(last.patch, patch)) {
      last = { kind, patch }
      push(templates, [kind, ...templateOf(patch)])
    }
    const status = patch?.status ?? null
    statuses.push(status === (last.patch?.status ?? null) ? null : status)
    push(rows, [n, key.id, expect, templates[0]?.length ?? 0, patch?.due ?? null])
  }
  return { templates, rows, texts: JSON.stringify(statuses) }
}

/** The records that are added, by themselves (`is_own`) or with a change. */
export function addArrays(changes: readonly EncodedChange[]): Arrays {
  const templates = ADD_ARRAYS.template.map((): Column => [])
  const rows = ADD_ARRAYS.row.map((): Column => [])
  const specs: string[] = []
  let last: EncodedRecord | undefined
  const add = (n: number, isOwn: boolean, record: EncodedRecord): void => {
    const { kind, id, version, lane, due, state, at, jobId, functionRef, queue, priority, status } = record
    if (last === undefined || !isSameTemplate(last, record)) {
      last = record
      push(templates, [kind, version, lane, state, queue, priority, status])
    }
    push(rows, [n, isOwn, templates[0]?.length ?? 0, id, due, at, jobId, functionRef])
    specs.push(record.spec)
  }
  for (const [n, change] of changes.entries()) {
    if (!('key' in change)) add(n, true, change.record)
    for (const record of change.inserts) add(n, false, record)
  }
  return { templates, rows, texts: JSON.stringify(specs) }
}

function templateOf(patch: EncodedPatch | null): Column {
  const { lane, due, state, at, functionRef, queue, priority, status, spec } = patch ?? {}
  return [
    patch === null,
    lane ?? null,
    due !== undefined,
    state ?? null,
    at ?? null,
    functionRef ?? null,
    queue ?? null,
    priority ?? null,
    status !== undefined,
    status ?? null,
    spec ?? null,
  ]
}

/** Whether two patches differ in nothing but what a row brings itself: the due time, and the text of a status. */
function isAlike(a: EncodedPatch | null, b: EncodedPatch | null): boolean {
  if (a === null || b === null) return a === b
  return (
    a.lane === b.lane &&
    (a.due === undefined) === (b.due === undefined) &&
    a.state === b.state &&
    a.at === b.at &&
    a.functionRef === b.functionRef &&
    a.queue === b.queue &&
    a.priority === b.priority &&
    typeof a.status === typeof b.status &&
    a.spec === b.spec
  )
}

function isSameTemplate(a: EncodedRecord, b: EncodedRecord): boolean {
  return (
    a.kind === b.kind &&
    a.version === b.version &&
    a.lane === b.lane &&
    a.state === b.state &&
    a.queue === b.queue &&
    a.priority === b.priority &&
    a.status === b.status
  )
}

function columns(definition: string): readonly (readonly [string, string])[] {
  return definition.split(', ').map((column) => {
    const [name = '', type = ''] = column.split(' ')
    return [name, type] as const
  })
}

function push(columns: readonly Column[], values: Column): void {
  for (const [index, value] of values.entries()) columns[index]?.push(value)
}
