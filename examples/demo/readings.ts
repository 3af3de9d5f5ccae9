/** What the demo reads from the service, checked: lines of its output, jobs and runs. */

import { type Trigger, triggerFromJSON } from 'cronwright'

/** How a run ended, as the service printed it. */
export interface RunLine {
  readonly job: string
  /** Epoch ms. */
  readonly dueAt: number
  readonly latenessMs: number | null
  readonly outcome: string
  readonly reason: string | null
}

/** A job from `/jobs`; instants are epoch ms. */
export interface JobReading {
  readonly id: string
  readonly functionRef: string
  readonly trigger: Trigger
  readonly createdAt: number
  readonly nextRunTime: number
}

/** A run from `/runs`; instants are epoch ms. */
export interface RunReading {
  readonly dueAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly state: string
  readonly reason: string | null
}

type Fields = Readonly<Record<string, unknown>>

export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${JSON.stringify(value)}`)
  return value as Fields
}

export function listOf<T>(value: unknown, read: (item: Fields) => T): T[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`)
  return value.map((item: unknown) => read(fieldsOf(item)))
}

export function readRunLine(fields: Fields): RunLine {
  const { latenessMs } = fields
  return {
    job: text(fields, 'job'),
    dueAt: instant(fields, 'dueAt'),
    latenessMs: typeof latenessMs === 'number' ? latenessMs : null,
    outcome: text(fields, 'outcome'),
    reason: textOrNull(fields, 'reason'),
  }
}

export function readJob(fields: Fields): JobReading {
  return {
    id: text(fields, 'id'),
    functionRef: text(fields, 'functionRef'),
    trigger: triggerFromJSON(fields['trigger']),
    createdAt: instant(fields, 'createdAt'),
    nextRunTime: instant(fields, 'nextRunTime'),
  }
}

export function readRun(fields: Fields): RunReading {
  return {
    dueAt: instant(fields, 'dueAt'),
    startedAt: instantOrNull(fields, 'startedAt'),
    finishedAt: instantOrNull(fields, 'finishedAt'),
    state: text(fields, 'state'),
    reason: textOrNull(fields, 'reason'),
  }
}

export function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Error(`${name} is no text: ${JSON.stringify(fields)}`)
  return value
}

export function instant(fields: Fields, name: string): number {
  const at = Date.parse(text(fields, name))
  if (Number.isNaN(at)) throw new Error(`${name} is no instant: ${JSON.stringify(fields)}`)
  return at
}

function textOrNull(fields: Fields, name: string): string | null {
  return fields[name] === null ? null : text(fields, name)
}

function instantOrNull(fields: Fields, name: string): number | null {
  return fields[name] === null ? null : instant(fields, name)
}
