/** What a user can do with jobs. Each command is one read and one guarded change, repeated when another came between. */

import { checkFields, checkOptions, checkText, renamed } from '../../core/validate.ts'
import { ConflictingIdError, InvalidArgumentError, JobLookupError } from '../../errors.ts'
import { type Job, type JobState, jobFromRecord } from '../../jobs/job.ts'
import type { PassedOver } from '../../jobs/misfire.ts'
import { checkId, type ResolvedOptions, resolveChanges } from '../../jobs/options.ts'
import { changesOf, checkOverrides, declaredBy, withSettings } from '../../jobs/override.ts'
import type { Change, JobRecord, RecordPatch, RunRecord } from '../../jobs/record.ts'
import { firstDue, isNever } from '../../jobs/schedule.ts'
import { byNextRunTime, type RecordJobStore } from '../../stores/record-job-store.ts'
import type { Kernel } from '../kernel.ts'
import type { Loop } from '../loop/loop.ts'
import type { Settlement } from '../running/settlement.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import {
  bindTrigger,
  checkIds,
  checkTrigger,
  cursor,
  inPlaceOf,
  type JobRequest,
  type NewJob,
  neverFires,
  prepareJob,
  retimed,
} from './new-job.ts'
import { passedOver } from './passed-over.ts'

export class JobCommands {
  readonly #kernel: Kernel
  readonly #loop: Loop
  readonly #settlement: Settlement

  constructor(kernel: Kernel, loop: Loop, settlement: Settlement) {
    this.#kernel = kernel
    this.#loop = loop
    this.#settlement = settlement
  }

  async add(request: JobRequest): Promise<Job> {
    const draft = prepareJob(this.#kernel, request)
    const store = await draft.slot.ready()
    const job = retimed(this.#kernel, draft)
    const { applied } = await job.slot.inserts.add(job.record)
    return applied ? this.#added(job.slot, job.record) : this.#replace(store, job)
  }

  /** Adds many with one write for each store. Every one is checked before the first is written. */
  async addMany(descriptions: unknown): Promise<Job[]> {
    if (!Array.isArray(descriptions)) throw new InvalidArgumentError('jobs', descriptions, 'must be a list')
    // Not map(), which leaves out holes.
    const drafts = Array.from(descriptions, (description: unknown, index) => {
      const { fn, trigger, options } = checkFields(description, `jobs[${index}]`, ['fn', 'trigger', 'options'])
      return renamed(
        (field) => `jobs[${index}].${field}`,
        () => prepareJob(this.#kernel, { fn, trigger, options }),
      )
    })
    const slots = new Set(drafts.map((job) => job.slot))
    for (const slot of slots) await slot.ready()
    const jobs = drafts.map((job) => retimed(this.#kernel, job))
    for (const slot of slots) {
      await checkIds(
        slot,
        jobs.filter((job) => job.slot === slot),
      )
    }
    if (slots.size > 1) for (const { slot, record } of jobs) slot.store.checkStorable(record)
    const added = new Set<NewJob>()
    for (const slot of slots) {
      const mine = jobs.filter((job) => job.slot === slot)
      const results = await slot.store.commit(mine.map(({ record }) => ({ expect: 0, record }) as const))
      for (const [index, job] of mine.entries()) if (results[index]?.applied === true) added.add(job)
    }
    // First those that were written: one whose id was taken in the meantime must not keep them from being told of.
    const views = jobs.map((job) => (added.has(job) ? this.#added(job.slot, job.record) : undefined))
    const all: Job[] = []
    for (const [index, job] of jobs.entries()) {
      all.push(views[index] ?? (await this.#replace(job.slot.store, job)))
    }
    return all
  }

  async get(id: unknown, choice?: unknown): Promise<Job | undefined> {
    const found = await this.#find(checkId(id, 'id'), storeOf(choice))
    return found === undefined ? undefined : this.#view(found.slot, found.record)
  }

  async list(options: unknown): Promise<Job[]> {
    const { store, tag } = checkOptions(options, 'options', ['store', 'tag'])
    const slots = this.#kernel.storeSlots(store === undefined ? undefined : checkText(store, 'options.store'))
    const wanted = tag === undefined ? undefined : checkText(tag, 'options.tag')
    const jobs: Job[] = []
    for (const slot of slots) {
      for (const job of await (await slot.ready()).getAllJobs()) {
        if (wanted === undefined || job.tags.includes(wanted)) jobs.push(isolated(slot.store, job))
      }
    }
    return slots.length > 1 ? jobs.sort(byNextRunTime) : jobs
  }

  async modify(id: unknown, changes: unknown, choice?: unknown): Promise<Job> {
    return this.#change(id, choice, (record, slot) => this.#modified(record, slot, changes))
  }

  /** Lays an operator's changes over what code declares, in the place of earlier ones; null takes them away. */
  async override(id: unknown, changes: unknown, choice?: unknown): Promise<Job> {
    const checked = changes === null ? null : checkOverrides(changes, 'changes')
    return this.#change(id, choice, (record) => withSettings(record, declaredBy(record), checked))
  }

  async reschedule(id: unknown, trigger: unknown, choice?: unknown): Promise<Job> {
    const given = checkTrigger(trigger)
    return this.#change(id, choice, (record, slot) => {
      const now = slot.now()
      const bound = bindTrigger(this.#kernel, given, now, record.id)
      if (firstDue(bound, now) === null && !isNever(bound)) throw neverFires(bound)
      return { spec: { ...record.spec, trigger: bound }, ...cursor(bound, now, record.state === 'paused') }
    })
  }

  async pause(id: unknown, choice?: unknown): Promise<Job> {
    return this.#change(id, choice, () => ({ due: null, state: 'paused' satisfies JobState }))
  }

  async resume(id: unknown, choice?: unknown): Promise<Job> {
    return this.#change(id, choice, (record, slot) =>
      record.state === 'paused' ? cursor(record.spec.trigger, slot.now(), false) : {},
    )
  }

  async remove(id: unknown, choice?: unknown): Promise<void> {
    const jobId = checkId(id, 'id')
    for (;;) {
      const { slot, record } = await this.find(jobId, storeOf(choice))
      const applied = await this.#commit(slot, record, null, 'removed')
      if (!applied) continue
      this.#kernel.events.emit('job:removed', { jobId, store: slot.alias })
      return
    }
  }

  async removeAll(choice?: unknown): Promise<void> {
    for (const slot of this.#kernel.storeSlots(storeOf(choice))) {
      await (await slot.ready()).removeAllJobs()
      this.#kernel.events.emit('job:all-removed', { store: slot.alias })
    }
  }

  /** The record of a job and where it is. @throws JobLookupError */
  async find(id: string, alias: string | undefined): Promise<{ slot: StoreSlot; record: JobRecord }> {
    const found = await this.#find(id, alias)
    if (found === undefined) throw new JobLookupError(id, alias)
    return found
  }

  async #find(id: string, alias: string | undefined): Promise<{ slot: StoreSlot; record: JobRecord } | undefined> {
    for (const slot of this.#kernel.storeSlots(alias)) {
      const [record] = await (await slot.ready()).get([{ kind: 'job', id }])
      if (record !== undefined) return { slot, record }
    }
    return undefined
  }

  /** The id is taken: replaces that job if the caller wants so, keeping its place in time if the trigger is the same. */
  async #replace(store: RecordJobStore, job: NewJob): Promise<Job> {
    const { slot, record, options } = job
    if (!options.replaceExisting) throw new ConflictingIdError(record.id, slot.alias)
    for (;;) {
      const [old] = await store.get([{ kind: 'job', id: record.id }])
      const replacement = old === undefined ? record : inPlaceOf(this.#kernel, old, job)
      const applied =
        old === undefined
          ? (await slot.inserts.add(record)).applied
          : await this.#commit(slot, old, replacement, reasonOf(replacement))
      if (applied) {
        return this.#changed(slot, { ...replacement, version: (old?.version ?? 0) + 1 }, 'job:modified')
      }
      if (old === undefined) await this.#checkReadable(store, slot, record.id)
    }
  }

  /** A record that is there but cannot be read is kept, so its id stays taken. */
  async #checkReadable(store: RecordJobStore, slot: StoreSlot, id: string): Promise<void> {
    const [again] = await store.get([{ kind: 'job', id }])
    if (again === undefined) throw new ConflictingIdError(id, slot.alias)
  }

  #modified(record: JobRecord, slot: StoreSlot, changes: unknown): RecordPatch<'job'> {
    const { spec } = record
    const options = resolveChanges(changes, { ...spec, store: slot.alias, ...declaredBy(record) })
    const { executor, tags, metadata } = options.resolved
    this.#kernel.executorSlot(executor)
    const settled = withSettings(record, options.resolved, changesOf(record))
    return {
      ...settled,
      spec: {
        ...settled.spec,
        name: options.name ?? spec.name,
        input: options.hasInput ? slot.isolate(options.input, '$.input') : spec.input,
        executor,
        tags,
        metadata: slot.isolate(metadata, '$.metadata'),
      },
      ...movedCursor(record, slot, options),
    }
  }

  async #change(
    id: unknown,
    choice: unknown,
    change: (record: JobRecord, slot: StoreSlot) => RecordPatch<'job'>,
  ): Promise<Job> {
    const jobId = checkId(id, 'id')
    const alias = storeOf(choice)
    for (;;) {
      const { slot, record } = await this.find(jobId, alias)
      const patch = change(record, slot)
      if (!(await this.#commit(slot, record, patch, reasonOf(patch)))) continue
      return this.#changed(slot, { ...record, ...patch, version: record.version + 1 }, 'job:modified')
    }
  }

  /** Makes a change of a job, and puts on record what it passes over. False where another came between. */
  async #commit(
    slot: StoreSlot,
    job: JobRecord,
    patch: RecordPatch<'job'> | null,
    reason: PassedOver,
  ): Promise<boolean> {
    const to = patch === null ? { due: null } : { due: job.due, ...patch }
    const inserts = await passedOver(this.#kernel, slot, job, to, reason)
    const change: Change = { expect: job.version, key: { kind: 'job', id: job.id }, patch, inserts }
    const [result] = await slot.store.commit([change])
    if (result?.applied !== true) return false
    const skipped = inserts.filter(({ id }) => !result.existing.includes(id))
    for (const run of skipped) this.#kernel.emitRun('run:skipped', run, slot)
    if (skipped.length > 0) await this.#trim(slot, skipped)
    return true
  }

  /** The change is made whatever becomes of this: what is too much goes with what is skipped or ends next. */
  async #trim(slot: StoreSlot, skipped: readonly RunRecord[]): Promise<void> {
    await this.#settlement.finished(slot, skipped).catch((error: unknown) => slot.failed(error))
  }

  #added(slot: StoreSlot, record: JobRecord): Job {
    return this.#changed(slot, record, 'job:added')
  }

  #changed(slot: StoreSlot, record: JobRecord, event: 'job:added' | 'job:modified'): Job {
    this.#loop.expect(slot, 'job', record.due)
    this.#kernel.events.emit(event, { jobId: record.id, store: slot.alias })
    return this.#view(slot, record)
  }

  #view(slot: StoreSlot, record: JobRecord): Job {
    return isolated(slot.store, jobFromRecord(record, slot.alias))
  }
}

/** A view that shares neither input nor metadata with the store. */
function isolated(store: RecordJobStore, job: Job): Job {
  const input = store.isolate(job.input)
  const metadata = store.isolate(job.metadata)
  return input === job.input && metadata === job.metadata ? job : { ...job, input, metadata }
}

function reasonOf({ state }: RecordPatch<'job'>): PassedOver {
  return state === 'paused' ? 'paused' : 'rescheduled'
}

/** The alias that `{ store }` names, or undefined. */
export function storeOf(choice: unknown): string | undefined {
  if (choice === undefined) return undefined
  if (typeof choice === 'string') return checkText(choice, 'store')
  const { store } = checkFields(choice, 'options', ['store'])
  return store === undefined ? undefined : checkText(store, 'options.store')
}

function movedCursor(record: JobRecord, slot: StoreSlot, { paused, nextRunTime }: ResolvedOptions): RecordPatch<'job'> {
  if (paused === true || nextRunTime === null) return { due: null, state: 'paused' }
  if (nextRunTime !== undefined) return { due: nextRunTime, state: 'waiting' }
  if (paused === false && record.state === 'paused') {
    return cursor(record.spec.trigger, slot.now(), false)
  }
  return {}
}
