/** What a user can do with runs: make them, look at them, end them, wait for them. */

import { randomId } from '../core/random-id.ts'
import { checkInstant, checkInteger, checkOneOf, checkOptions, checkText, readable } from '../core/validate.ts'
import {
  ConflictingIdError,
  CronwrightError,
  InvalidArgumentError,
  MaxInstancesReachedError,
  RunLookupError,
} from '../errors.ts'
import { resolveEnqueue } from '../jobs/enqueue-options.ts'
import { checkId, resolveDefaults } from '../jobs/options.ts'
import { patchedRecord, type RunRecord } from '../jobs/record.ts'
import { revivedError } from '../jobs/result.ts'
import { isFinal, RUN_STATES, type Run } from '../jobs/run.ts'
import { cancel, NEW_STATUS, newRun, retryFinished, runChange } from '../jobs/transitions.ts'
import { EndNotice } from './end-notice.ts'
import { type JobCommands, storeOf } from './job-commands.ts'
import type { Kernel } from './kernel.ts'
import type { Loop } from './loop.ts'
import { checkPersistable } from './new-job.ts'
import type { Runner } from './runner.ts'
import type { Settlement } from './settlement.ts'
import type { StoreSlot } from './store-slot.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 10_000

interface FoundRun {
  readonly slot: StoreSlot
  readonly record: RunRecord
}

export class RunCommands {
  readonly #kernel: Kernel
  readonly #loop: Loop
  readonly #jobs: JobCommands
  readonly #runner: Runner
  readonly #settlement: Settlement

  constructor(kernel: Kernel, loop: Loop, jobs: JobCommands, runner: Runner, settlement: Settlement) {
    this.#kernel = kernel
    this.#loop = loop
    this.#jobs = jobs
    this.#runner = runner
    this.#settlement = settlement
  }

  /** Runs a job now, beside its schedule, within its `maxInstances`. */
  async runJob(id: unknown, choice?: unknown): Promise<Run> {
    const jobId = checkId(id, 'id')
    for (;;) {
      const { slot, record: job } = await this.#jobs.find(jobId, storeOf(choice))
      const { maxInstances } = job.spec.policy
      const active = (await slot.store.countActive([jobId])).get(jobId) ?? 0
      if (active >= maxInstances) throw new MaxInstancesReachedError(jobId, maxInstances)
      const at = this.#kernel.clock.now()
      const run = newRun(job, { id: `${jobId}#${randomId()}`, origin: 'manual', at })
      // The job's version rises too: of two calls at once, the second counts the run of the first.
      const key = { kind: 'job', id: jobId } as const
      const [result] = await slot.store.commit([{ expect: job.version, key, patch: {}, inserts: [run] }])
      if (result?.applied === true) return this.#submitted(slot, run)
    }
  }

  async enqueue(fn: unknown, inputs: readonly unknown[], options: unknown): Promise<Run[]> {
    const registration = this.#kernel.functions.resolve(fn)
    const base = resolveDefaults(registration.defaults, this.#kernel.settings.jobDefaults, 'defaults')
    const { id, dueAt, resolved } = resolveEnqueue(options, base, this.#kernel.clock.now())
    if (id !== undefined && inputs.length !== 1) {
      throw new InvalidArgumentError('options.id', id, 'must not be given for several inputs')
    }
    const slot = this.#kernel.storeSlot(resolved.store)
    this.#kernel.executorSlot(resolved.executor)
    checkPersistable(registration, slot)
    const store = await slot.ready()
    const runs = inputs.map(
      (input): RunRecord => ({
        kind: 'run',
        id: id ?? randomId(),
        version: 1,
        lane: 'run',
        due: dueAt,
        state: 'pending',
        at: dueAt,
        jobId: null,
        functionRef: registration.name,
        queue: resolved.queue,
        priority: resolved.priority,
        spec: {
          input: store.isolate(input, '$.input'),
          executor: resolved.executor,
          policy: resolved.policy,
        },
        status: NEW_STATUS.enqueue,
      }),
    )
    const results = await store.commit(runs.map((record) => ({ expect: 0, record }) as const))
    return runs.map((run, index) => {
      if (results[index]?.applied !== true) throw new ConflictingIdError(run.id, slot.alias)
      return this.#submitted(slot, run)
    })
  }

  async get(id: unknown, choice?: unknown): Promise<Run | undefined> {
    const found = await this.#find(checkText(id, 'id'), storeOf(choice))
    return found === undefined ? undefined : found.slot.runView(found.record)
  }

  async list(options: unknown): Promise<Run[]> {
    const fields = checkOptions(options, 'options', ['store', 'jobId', 'state', 'queue', 'limit', 'before'])
    const { store, jobId, state, queue, limit = DEFAULT_LIMIT, before } = fields
    const slots = this.#kernel.storeSlots(store === undefined ? undefined : checkText(store, 'options.store'))
    const query = {
      kind: 'run',
      jobId: jobId === undefined ? undefined : checkText(jobId, 'options.jobId'),
      states: state === undefined ? undefined : checkStates(state),
      queue: queue === undefined ? undefined : checkText(queue, 'options.queue'),
      limit: checkInteger(limit, 'options.limit', 1, MAX_LIMIT),
      before: before === undefined ? undefined : { at: checkInstant(before, 'options.before') },
    } as const
    const found: FoundRun[] = []
    for (const slot of slots) {
      for (const record of await (await slot.ready()).list(query)) found.push({ slot, record })
    }
    if (slots.length > 1) found.sort((a, b) => b.record.at - a.record.at)
    return found.slice(0, query.limit).map(({ slot, record }) => slot.runView(record))
  }

  /** Ends a run that is not over. A handler at work in this process is told to stop. */
  async cancel(id: unknown, choice?: unknown): Promise<Run> {
    const runId = checkText(id, 'id')
    for (;;) {
      const { slot, record } = await this.#found(runId, storeOf(choice))
      if (isFinal(record.state)) throw wrongState(record, 'be cancelled', 'pending or running')
      const patch = cancel(record, 'cancelled', this.#kernel.clock.now())
      const [result] = await slot.store.commit([runChange(record, patch)])
      if (result?.applied !== true) continue
      const after = patchedRecord<'run'>(record, patch)
      const work = slot.atWork.get(runId)
      if (work !== undefined) {
        const reason = new CronwrightError('RUN_CANCELLED', `the run ${runId} was cancelled`, { details: { runId } })
        this.#runner.abandon(work, 'cancelled', reason)
      }
      this.#kernel.emitRun('run:cancelled', after, slot)
      this.#settlement.announceEnd(runId, { slot, record: after })
      await this.#settlement.finished(slot, [after]).catch((error: unknown) => slot.failed(error))
      return slot.runView(after)
    }
  }

  /** Starts a run that is over again, from the beginning. */
  async retry(id: unknown, choice?: unknown): Promise<Run> {
    const runId = checkText(id, 'id')
    for (;;) {
      const { slot, record } = await this.#found(runId, storeOf(choice))
      if (!isFinal(record.state)) throw wrongState(record, 'be retried', 'over')
      const now = this.#kernel.clock.now()
      const patch = retryFinished(record, now)
      const [result] = await slot.store.commit([runChange(record, patch)])
      if (result?.applied === true) return this.#submitted(slot, patchedRecord<'run'>(record, patch))
    }
  }

  /** Resolves with the output of a run when it is completed; rejects with its error when it ends otherwise. */
  async wait(run: unknown, options: unknown): Promise<unknown> {
    const runId = checkText(idOf(run), 'id')
    const { store, signal } = checkOptions(options, 'options', ['store', 'signal'])
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new InvalidArgumentError('options.signal', signal, 'must be an AbortSignal')
    }
    const alias = store === undefined ? undefined : checkText(store, 'options.store')
    for (;;) {
      signal?.throwIfAborted()
      const notice = new EndNotice(this.#kernel, this.#settlement, runId, signal)
      try {
        const found = await this.#find(runId, alias)
        if (found !== undefined && isFinal(found.record.state)) return outputOf(found)
        if (found === undefined && notice.ended === undefined) throw new RunLookupError(runId, alias)
        if (!this.#settlement.isGivingUp) await notice.over
        // Of a run without history nothing is stored once it is over: what was told about its end has to do.
        if (notice.ended !== undefined) return outputOf(notice.ended)
        if (this.#settlement.isGivingUp) {
          throw new CronwrightError('SHUTDOWN', `the scheduler was shut down before the run ${runId} was over`)
        }
      } finally {
        notice.forget()
      }
    }
  }

  #submitted(slot: StoreSlot, run: RunRecord): Run {
    this.#kernel.emitRun('run:submitted', run, slot)
    this.#loop.expect(slot, run.due)
    return slot.runView(run)
  }

  async #found(id: string, alias: string | undefined): Promise<FoundRun> {
    const found = await this.#find(id, alias)
    if (found === undefined) throw new RunLookupError(id, alias)
    return found
  }

  async #find(id: string, alias: string | undefined): Promise<FoundRun | undefined> {
    for (const slot of this.#kernel.storeSlots(alias)) {
      const [record] = await (await slot.ready()).get([{ kind: 'run', id }])
      if (record !== undefined) return { slot, record }
    }
    return undefined
  }
}

/** The id of a run that is given as itself. */
function idOf(run: unknown): unknown {
  return typeof run === 'object' && run !== null ? readable('id', run, () => Reflect.get(run, 'id')) : run
}

/** What a run that is over gave. @throws CronwrightError (`RUN_FAILED`, `RUN_CANCELLED`) */
function outputOf({ slot, record }: FoundRun): unknown {
  if (record.state === 'completed') return slot.store.isolate(record.status.output)
  throw revivedError(record.id, record.status.error, record.state)
}

function checkStates(value: unknown): readonly string[] {
  // Not map(), which leaves out holes.
  const states: unknown[] = Array.isArray(value) ? Array.from(value) : [value]
  return states.map((state) => checkOneOf(state, 'options.state', RUN_STATES))
}

function wrongState(record: RunRecord, verb: string, needed: string): CronwrightError {
  return new CronwrightError(
    'RUN_STATE',
    `the run ${record.id} is ${record.state} and cannot ${verb}: it must be ${needed}`,
    {
      details: { field: 'state', value: record.state, rule: `must be ${needed}`, runId: record.id },
    },
  )
}
