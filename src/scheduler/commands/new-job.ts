/** A job on its way into a store: its arguments checked, its record made, its place in time found. */

import { firstVersion, randomId } from '../../core/random-id.ts'
import { ConflictingIdError, InvalidArgumentError, TransientJobError, TriggerError } from '../../errors.ts'
import type { JobSpec, JobState } from '../../jobs/job.ts'
import { type ResolvedDefaults, type ResolvedOptions, resolveDefaults, resolveOptions } from '../../jobs/options.ts'
import { changesOf, declaredBy, withSettings } from '../../jobs/override.ts'
import type { JobRecord } from '../../jobs/record.ts'
import type { Registration } from '../../jobs/registry.ts'
import { firstDue, isNever, isSameTrigger } from '../../jobs/schedule.ts'
import { date, Trigger } from '../../triggers/index.ts'
import type { Kernel } from '../kernel.ts'
import type { StoreSlot } from '../slots/store-slot.ts'

/** Arguments of one `addJob`. */
export interface JobRequest {
  readonly fn: unknown
  readonly trigger: unknown
  readonly options: unknown
}

/** A job ready to be written. */
export interface NewJob {
  readonly slot: StoreSlot
  readonly record: JobRecord
  readonly options: ResolvedOptions
  /** The trigger as the user gave it, before time zone and anchor were filled in. Undefined: once, now. */
  readonly given: Trigger | undefined
}

/** Checks the arguments of an `addJob` and makes a record of them. Writes nothing. */
export function prepareJob(kernel: Kernel, { fn, trigger, options: given }: JobRequest): NewJob {
  const registration = kernel.functions.resolve(fn)
  const { slot, options } = resolvedFor(kernel, registration, (base) => resolveOptions(given, base))
  kernel.executorSlot(options.resolved.executor)
  checkPersistable(registration, slot)
  const chosen = trigger === undefined || trigger === null ? undefined : checkTrigger(trigger)
  const record = recordOf(kernel, registration, chosen, options, slot)
  return { slot, record, options, given: chosen }
}

/** The same by what the store's clock shows now: it may not have been known when the job was prepared. */
export function retimed(kernel: Kernel, job: NewJob): NewJob {
  const { slot, record, options, given } = job
  const now = slot.now()
  if (now === record.at) return job
  const { trigger, ...time } = placeInTime(kernel, given, options, record.id, now)
  return { ...job, record: { ...record, ...time, spec: { ...record.spec, trigger } } }
}

/** Options over the defaults that hold on the store they lead to: one may have a usual history of its own. */
export function resolvedFor<O extends { readonly resolved: ResolvedDefaults }>(
  kernel: Kernel,
  registration: Registration<unknown>,
  resolve: (base: ResolvedDefaults) => O,
): { readonly slot: StoreSlot; readonly options: O } {
  const { jobDefaults, jobDefaultsOn } = kernel.settings
  const over = (base: ResolvedDefaults): O => resolve(resolveDefaults(registration.defaults, base, 'defaults'))
  const options = over(jobDefaults)
  const slot = kernel.storeSlot(options.resolved.store)
  const { history } = slot.store.capabilities
  return { slot, options: history === undefined ? options : over(jobDefaultsOn(history)) }
}

function recordOf(
  kernel: Kernel,
  registration: Registration<unknown>,
  given: Trigger | undefined,
  options: ResolvedOptions,
  { store, clock }: StoreSlot,
): JobRecord {
  const { resolved } = options
  const id = options.id ?? randomId()
  const { trigger, ...time } = placeInTime(kernel, given, options, id, clock.now())
  return {
    kind: 'job',
    id,
    version: firstVersion(),
    lane: 'job',
    ...time,
    jobId: null,
    functionRef: registration.name,
    queue: resolved.queue,
    priority: resolved.priority,
    spec: {
      name: options.name ?? registration.name,
      trigger,
      input: store.isolate(options.input, '$.input'),
      executor: resolved.executor,
      policy: resolved.policy,
      tags: resolved.tags,
      metadata: store.isolate(resolved.metadata, '$.metadata'),
      override: null,
    },
    status: resolved.policy.maxRuns === null ? null : { fires: 0 },
  }
}

/** All of a new job that depends on when it is added. @throws TriggerError when it would never fire */
function placeInTime(
  kernel: Kernel,
  given: Trigger | undefined,
  { paused, nextRunTime }: ResolvedOptions,
  id: string,
  now: number,
): Pick<JobRecord, 'due' | 'state' | 'at'> & { readonly trigger: Trigger } {
  const trigger = bindTrigger(kernel, given ?? date(now), now, id)
  const first = firstDue(trigger, now)
  if (first === null && !isNever(trigger) && nextRunTime === undefined) throw neverFires(trigger)
  const due = paused === true ? null : (nextRunTime ?? first)
  return { due, state: paused === true ? 'paused' : due === null ? 'idle' : 'waiting', at: now, trigger }
}

/**
 * The record that replaces an old one: it keeps its place in time if the trigger is the same, and what an operator laid
 * over the settings.
 */
export function inPlaceOf(
  kernel: Kernel,
  old: JobRecord,
  { slot, record: declared, options, given }: NewJob,
): JobRecord {
  const changes = changesOf(old)
  const record = changes === null ? declared : { ...declared, ...withSettings(declared, declaredBy(declared), changes) }
  const trigger = given ?? declared.spec.trigger
  const isSame = isSameTrigger(bindTrigger(kernel, trigger, old.at, record.id), old.spec.trigger)
  // A changed trigger counts from now on, and `at` is what it counts from when it is compared the next time.
  const placed = isSame ? inGridOf(old, record) : record
  const isPaused = options.paused ?? old.state === 'paused'
  if (isPaused) return { ...placed, due: null, state: 'paused' }
  if (!isSame || options.nextRunTime !== undefined) return placed
  if (old.state !== 'paused') return { ...placed, due: old.due, state: old.state }
  return { ...placed, ...cursor(old.spec.trigger, slot.now(), false) }
}

/** A trigger with what its user left out: the scheduler's time zone, where it counts from, and what its jitter depends on. */
export function bindTrigger(kernel: Kernel, trigger: Trigger, anchorMs: number, seed: string): Trigger {
  return trigger.bind({ timezone: kernel.settings.timezone, anchorMs, seed })
}
/** Where a job stands in time. */
export function cursor(trigger: Trigger, now: number, paused: boolean): { due: number | null; state: JobState } {
  if (paused) return { due: null, state: 'paused' }
  const due = firstDue(trigger, now)
  return { due, state: due === null ? 'idle' : 'waiting' }
}

/** A new record that goes on with the trigger and the count of an old one. */
function inGridOf(old: JobRecord, record: JobRecord): JobRecord {
  const spec: JobSpec = { ...record.spec, trigger: old.spec.trigger }
  const status = record.status === null ? null : (old.status ?? record.status)
  return { ...record, at: old.at, spec, status }
}

/** Refuses ids that are taken, by a stored job or an earlier one of the list, before any of the jobs is written. */
export async function checkIds(slot: StoreSlot, jobs: readonly NewJob[]): Promise<void> {
  const ids = new Set<string>()
  const mustBeFree: string[] = []
  for (const { record, options } of jobs) {
    if (ids.has(record.id) && !options.replaceExisting) throw new ConflictingIdError(record.id, slot.alias)
    ids.add(record.id)
    if (options.id !== undefined && !options.replaceExisting) mustBeFree.push(record.id)
  }
  if (mustBeFree.length === 0) return
  const store = await slot.ready()
  const stored = await store.get(mustBeFree.map((id) => ({ kind: 'job', id }) as const))
  const taken = stored.find((record) => record !== undefined)
  if (taken !== undefined) throw new ConflictingIdError(taken.id, slot.alias)
}

export function neverFires(trigger: Trigger): TriggerError {
  return new TriggerError('trigger', String(trigger), 'must have a fire time after now', 'TRIGGER_NEVER_FIRES')
}

export function checkTrigger(value: unknown): Trigger {
  if (value instanceof Trigger) return value
  throw new InvalidArgumentError(
    'trigger',
    value,
    'must be made by cron(), interval(), calendarInterval(), date(), and() or or()',
  )
}

export function checkPersistable(registration: Registration<unknown>, slot: StoreSlot): void {
  if (registration.named || !slot.store.capabilities.persistent) return
  throw new TransientJobError(registration.name.replace(/#\d+$/, ''), slot.alias)
}
