/**
 * Specs and statuses of records as text, with a version in front: `v1` text is read by every later release.
 *
 * What comes back from a store is not trusted: each field is checked, and a record that does not fit is refused with
 * a `DESERIALIZATION` error, which makes the store set it aside.
 */

import { triggerFromJSON } from '../triggers/index.ts'
import { StoredFields, storedObject } from './fields.ts'
import type { JobSpec, JobStatus } from './job.ts'
import type { StoredSettings } from './job-settings.ts'
import { NOTE_READERS } from './notes.ts'
import type { JobOverrides, StoredOverride } from './override.ts'
import type { RecordContents, RecordKind } from './record.ts'
import {
  FRESH_STATUS,
  RESUME_REASONS,
  type ResumeReason,
  type RunOrigin,
  type RunProgress,
  type RunSpec,
  type RunStatus,
  type StoredError,
} from './run.ts'
import type { Serializer } from './serializer.ts'
import { storedPolicy, writtenPolicy } from './stored-policy.ts'

/** Version of the layout that this release writes. */
export const ENCODING_VERSION = 1

/** Text of a spec. */
export function encodeSpec(kind: RecordKind, spec: RecordContents[RecordKind]['spec'], serializer: Serializer): string {
  if (!('policy' in spec)) return serializer.encode({ v: ENCODING_VERSION, ...spec })
  const { policy, input, executor } = spec
  const fields: Record<string, unknown> = { v: ENCODING_VERSION, executor }
  if (kind === 'job' && 'trigger' in spec) {
    const { name, trigger, tags, metadata, override } = spec
    Object.assign(fields, { name, trigger: trigger.toJSON(), tags, metadata })
    if (override !== null) fields['override'] = { changes: override.changes, declared: written(override.declared) }
  }
  if (input !== undefined) fields['input'] = input
  const unusual = writtenPolicy(policy)
  if (unusual !== undefined) fields['policy'] = unusual
  return serializer.encode(fields)
}

/** Settings without the policy that is left out. */
function written({ queue, priority, policy }: StoredSettings): object {
  const unusual = writtenPolicy(policy)
  return unusual === undefined ? { queue, priority } : { queue, priority, policy: unusual }
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
export function decodeSpec(kind: RecordKind, text: string, serializer: Serializer): RecordContents[RecordKind]['spec'] {
  const fields = new StoredFields(serializer.decode(text), `${kind}.spec`)
  if (fields.number('v') > ENCODING_VERSION) throw fields.error('v', `must be at most ${ENCODING_VERSION}`)
  if (kind === 'job') return jobSpec(fields)
  return kind === 'run' ? runSpec(fields) : NOTE_READERS[kind](fields)
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
  if (text === null || (kind !== 'job' && kind !== 'run')) return null
  if (kind === 'job') return { fires: new StoredFields(serializer.decode(text), 'job.status').number('fires') }
  const fields = new StoredFields(
    { ...FRESH_STATUS, ...storedObject(serializer.decode(text), 'run.status') },
    'run.status',
  )
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
    checkpoint: fields.value('checkpoint'),
    counters: fields.value('counters') === null ? null : fields.numbers('counters'),
    resume: fields.oneOf<ResumeReason>('resume', RESUME_REASONS),
    count: fields.number('count'),
  }
}

function jobSpec(fields: StoredFields): JobSpec {
  return {
    name: fields.text('name'),
    trigger: triggerFromJSON(fields.value('trigger')),
    input: fields.value('input'),
    executor: fields.text('executor'),
    policy: storedPolicy(fields),
    tags: fields.texts('tags'),
    metadata: storedObject(fields.value('metadata'), 'job.spec.metadata'),
    override: fields.value('override') === undefined ? null : storedOverride(fields.nested('override')),
  }
}

function storedOverride(fields: StoredFields): StoredOverride {
  const declared = fields.nested('declared')
  return {
    // Checked by the rules of today's options whenever it is laid over something.
    changes: storedObject(fields.value('changes'), 'job.spec.override.changes') as JobOverrides,
    declared: {
      queue: declared.text('queue'),
      priority: declared.number('priority'),
      policy: storedPolicy(declared),
    },
  }
}

function runSpec(fields: StoredFields): RunSpec {
  return {
    input: fields.value('input'),
    executor: fields.text('executor'),
    policy: storedPolicy(fields),
  }
}

function storedError(fields: StoredFields): StoredError | null {
  if (fields.value('error') === null) return null
  const error = fields.nested('error')
  return {
    name: error.text('name'),
    message: error.text('message'),
    code: error.textIfAny('code'),
    stack: error.textIfAny('stack'),
  }
}

function progress(fields: StoredFields): RunProgress | null {
  if (fields.value('progress') === null) return null
  const said = fields.nested('progress')
  return { done: said.number('done'), total: said.numberOrNull('total'), message: said.textOrNull('message') }
}
