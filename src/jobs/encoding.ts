/**
 * Specs and statuses of records as text, with a version in front: `v1` text is read by every later release.
 *
 * What comes back from a store is not trusted: each field is checked, and a record that does not fit is refused with
 * a `DESERIALIZATION` error, which makes the store set it aside.
 */

import { CronwrightError } from '../errors.ts'
import { triggerFromJSON } from '../triggers/index.ts'
import type { JobSpec, JobStatus } from './job.ts'
import { DEFAULT_POLICY, type HistoryPolicy, type JobPolicy, type OnCrash, type RetryPolicy } from './policy.ts'
import type { RecordContents, RecordKind } from './record.ts'
import {
  FRESH_STATUS,
  type RunOrigin,
  type RunProgress,
  type RunSpec,
  type RunStatus,
  type StoredError,
} from './run.ts'
import type { Serializer } from './serializer.ts'

/** Version of the layout that this release writes. */
export const ENCODING_VERSION = 1

/**
 * The policy that layout 1 leaves out: what nearly all jobs have. A test pins its values, because records that were
 * written without a policy mean these; other defaults need a layout 2.
 */
export const UNWRITTEN_POLICY: JobPolicy = DEFAULT_POLICY

/** Text of a spec. */
export function encodeSpec(kind: RecordKind, spec: JobSpec | RunSpec, serializer: Serializer): string {
  const { policy, input, executor } = spec
  const fields: Record<string, unknown> = { v: ENCODING_VERSION, executor }
  if (kind === 'job' && 'trigger' in spec) {
    const { name, trigger, tags, metadata } = spec
    Object.assign(fields, { name, trigger: trigger.toJSON(), tags, metadata })
  }
  if (input !== undefined) fields['input'] = input
  if (policy !== UNWRITTEN_POLICY) fields['policy'] = policy
  return serializer.encode(fields)
}

const STATUS_FIELDS = Object.keys(FRESH_STATUS) as (keyof RunStatus)[]

/** Text of a status; null for the kinds without one. Fields that still have their first value are left out. */
export function encodeStatus(status: RunStatus | JobStatus | null, serializer: Serializer): string | null {
  if (status === null) return null
  if ('fires' in status) return serializer.encode(status)
  const changed: Record<string, unknown> = {}
  for (const field of STATUS_FIELDS) {
    const value = status[field]
    if (value !== FRESH_STATUS[field]) changed[field] = value
  }
  return serializer.encode(changed)
}

/** @throws CronwrightError (`DESERIALIZATION`) or whatever the serializer throws */
export function decodeSpec<K extends RecordKind>(
  kind: K,
  text: string,
  serializer: Serializer,
): RecordContents[K]['spec']
export function decodeSpec(kind: RecordKind, text: string, serializer: Serializer): JobSpec | RunSpec {
  const fields = new Fields(serializer.decode(text), `${kind}.spec`)
  if (fields.number('v') > ENCODING_VERSION) throw fields.error('v', `must be at most ${ENCODING_VERSION}`)
  return kind === 'job' ? jobSpec(fields) : runSpec(fields)
}

/** @throws CronwrightError (`DESERIALIZATION`) or whatever the serializer throws */
export function decodeStatus<K extends RecordKind>(
  kind: K,
  text: string | null,
  serializer: Serializer,
): RecordContents[K]['status']
export function decodeStatus(
  kind: RecordKind,
  text: string | null,
  serializer: Serializer,
): RunStatus | JobStatus | null {
  if (text === null) return null
  if (kind === 'job') return { fires: new Fields(serializer.decode(text), 'job.status').number('fires') }
  const fields = new Fields({ ...FRESH_STATUS, ...object(serializer.decode(text), 'run.status') }, 'run.status')
  return {
    origin: fields.oneOf<RunOrigin>('origin', ['schedule', 'manual', 'enqueue']),
    attempt: fields.number('attempt'),
    crashes: fields.number('crashes'),
    fence: fields.number('fence'),
    worker: fields.textOrNull('worker'),
    startedAt: fields.numberOrNull('startedAt'),
    finishedAt: fields.numberOrNull('finishedAt'),
    reason: fields.textOrNull('reason'),
    output: fields.value('output'),
    error: storedError(fields),
    progress: progress(fields),
    count: fields.number('count'),
  }
}

function jobSpec(fields: Fields): JobSpec {
  return {
    name: fields.text('name'),
    trigger: triggerFromJSON(fields.value('trigger')),
    input: fields.value('input'),
    executor: fields.text('executor'),
    policy: policy(fields),
    tags: fields.texts('tags'),
    metadata: object(fields.value('metadata'), 'job.spec.metadata'),
  }
}

function runSpec(fields: Fields): RunSpec {
  return {
    input: fields.value('input'),
    executor: fields.text('executor'),
    policy: policy(fields),
  }
}

function policy(spec: Fields): JobPolicy {
  if (spec.value('policy') === undefined) return UNWRITTEN_POLICY
  const fields = spec.nested('policy')
  const retry = fields.nested('retry')
  const history = fields.nested('history')
  return {
    coalesce: fields.boolean('coalesce'),
    maxInstances: fields.number('maxInstances'),
    maxRuns: fields.numberOrNull('maxRuns'),
    misfireGraceMs: fields.numberOrNull('misfireGraceMs'),
    timeoutMs: fields.numberOrNull('timeoutMs'),
    retry: {
      attempts: retry.number('attempts'),
      baseMs: retry.number('baseMs'),
      factor: retry.number('factor'),
      capMs: retry.number('capMs'),
      jitter: retry.number('jitter'),
    } satisfies RetryPolicy,
    onCrash: fields.oneOf<OnCrash>('onCrash', ['retry', 'abandon', 'unknown']),
    history: { keep: history.number('keep'), maxAgeMs: history.number('maxAgeMs') } satisfies HistoryPolicy,
  }
}

function storedError(fields: Fields): StoredError | null {
  if (fields.value('error') === null) return null
  const error = fields.nested('error')
  return {
    name: error.text('name'),
    message: error.text('message'),
    code: error.textIfAny('code'),
    stack: error.textIfAny('stack'),
  }
}

function progress(fields: Fields): RunProgress | null {
  if (fields.value('progress') === null) return null
  const said = fields.nested('progress')
  return { done: said.number('done'), total: said.numberOrNull('total'), message: said.textOrNull('message') }
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(path, value, 'must be an object')
  return value as Record<string, unknown>
}

function malformed(field: string, value: unknown, rule: string): CronwrightError {
  return new CronwrightError('DESERIALIZATION', `${field} ${rule}`, { details: { field, value: typeof value, rule } })
}

/** Checked access to the fields of a decoded object. */
class Fields {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #path: string

  constructor(value: unknown, path: string) {
    this.#fields = object(value, path)
    this.#path = path
  }

  error(field: string, rule: string): CronwrightError {
    return malformed(`${this.#path}.${field}`, this.#fields[field], rule)
  }

  value(field: string): unknown {
    return this.#fields[field]
  }

  nested(field: string): Fields {
    return new Fields(this.#fields[field], `${this.#path}.${field}`)
  }

  number(field: string): number {
    const value = this.#fields[field]
    if (typeof value !== 'number' || Number.isNaN(value)) throw this.error(field, 'must be a number')
    return value
  }

  boolean(field: string): boolean {
    const value = this.#fields[field]
    if (typeof value !== 'boolean') throw this.error(field, 'must be true or false')
    return value
  }

  numberOrNull(field: string): number | null {
    return this.#fields[field] === null ? null : this.number(field)
  }

  text(field: string): string {
    const value = this.#fields[field]
    if (typeof value !== 'string') throw this.error(field, 'must be text')
    return value
  }

  textOrNull(field: string): string | null {
    return this.#fields[field] === null ? null : this.text(field)
  }

  textIfAny(field: string): string | undefined {
    return this.#fields[field] === undefined ? undefined : this.text(field)
  }

  texts(field: string): readonly string[] {
    const value = this.#fields[field]
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
      throw this.error(field, 'must be a list of texts')
    }
    return value
  }

  oneOf<T extends string>(field: string, allowed: readonly T[]): T {
    const value = allowed.find((item) => item === this.#fields[field])
    if (value === undefined) throw this.error(field, `must be one of ${allowed.join(', ')}`)
    return value
  }
}
