/**
 * Overrides: settings of a job that an operator changed, laid over what code declares. Code may declare anew - a
 * redeploy with `replaceExisting`, `modifyJob` - and the override stays on top until it is taken away, when what code
 * declared last holds again. Pure.
 *
 * A record has the outcome in its `policy`, `queue` and `priority`, so that nothing that fires or runs jobs knows of
 * overrides; what was declared is kept beside it only where there is an override.
 */

import { checkFields, readable } from '../core/validate.ts'
import type { StoredSettings } from './job-settings.ts'
import { BASE_DEFAULTS, type JobDefaults, POLICY_KEYS, resolveDefaults } from './options.ts'
import type { JobRecord } from './record.ts'

/** What `overrideJob` may change: the policies, the queue and the priority. */
export type JobOverrides = Pick<JobDefaults, (typeof OVERRIDE_KEYS)[number]>

/** An override as a job's spec keeps it. */
export interface StoredOverride {
  /** As the operator gave them. */
  readonly changes: JobOverrides
  /** What code says. */
  readonly declared: StoredSettings
}

const OVERRIDE_KEYS = [...POLICY_KEYS, 'queue', 'priority'] as const

/**
 * The changes, checked, as a copy of their own; null where they change nothing.
 *
 * @throws InvalidArgumentError
 */
export function checkOverrides(value: unknown, field: string): JobOverrides | null {
  const fields = checkFields(value, field, OVERRIDE_KEYS)
  resolveDefaults(fields, BASE_DEFAULTS, field)
  // All of it is numbers, texts, null, and lists and objects of them.
  const copy = readable(field, value, () => JSON.parse(JSON.stringify(fields)) as JobOverrides)
  return Object.keys(copy).length === 0 ? null : copy
}

/** The settings that hold, with what the record has to remember for the override; `changes` of null: none. */
export function overridden(
  declared: StoredSettings,
  changes: JobOverrides | null,
): { readonly settings: StoredSettings; readonly override: StoredOverride | null } {
  if (changes === null) return { settings: declared, override: null }
  const settings = resolveDefaults(changes, { ...BASE_DEFAULTS, ...declared }, 'overrides')
  const { queue, priority, policy } = declared
  return { settings, override: { changes, declared: { queue, priority, policy } } }
}

/** The settings that a job's code declares. */
export function declaredBy({ queue, priority, spec }: JobRecord): StoredSettings {
  return spec.override?.declared ?? { queue, priority, policy: spec.policy }
}

/** What an operator laid over them; null: nothing. */
export function changesOf({ spec }: JobRecord): JobOverrides | null {
  return spec.override?.changes ?? null
}

/** What a record gets whose code declares these settings, with an operator's changes laid over them. */
export function withSettings(
  record: JobRecord,
  declared: StoredSettings,
  changes: JobOverrides | null,
): Pick<JobRecord, 'queue' | 'priority' | 'spec' | 'status'> {
  const { settings, override } = overridden(declared, changes)
  const { queue, priority, policy } = settings
  const status = policy.maxRuns === null ? null : (record.status ?? { fires: 0 })
  return { queue, priority, spec: { ...record.spec, policy, override }, status }
}
