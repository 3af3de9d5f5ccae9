/** What a user can do with runs: make them, look at them, end them, wait for them. */

import { ascendingIds, randomId } from '../../core/random-id.ts'
import { checkInstant, checkInteger, checkOneOf, checkOptions, checkText, readable } from '../../core/validate.ts'
import {
  ConflictingIdError,
  CronwrightError,
  InvalidArgumentError,
  MaxInstancesReachedError,
  RunLookupError,
} from '../../errors.ts'
import { resolveEnqueue } from '../../jobs/enqueue-options.ts'
import { checkId } from '../../jobs/options.ts'
import { admit, surplus } from '../../jobs/overlap.ts'
import type { RunRecord } from '../../jobs/record.ts'
import { revivedError } from '../../jobs/result.ts'
import { isFinal, RUN_STATES, type Run } from '../../jobs/run.ts'
import { lineView, type RunLogLine } from '../../jobs/run-log.ts'
import { NEW_STATUS, newRun } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import type { EagerStart } from '../loop/eager-start.ts'
import type { Loop } from '../loop/loop.ts'
import type { Replacing } from '../loop/replacing.ts'
import type { Settlement } from '../running/settlement.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { Cancelling } from './cancelling.ts'
import { EndNotice } from './end-notice.ts'
import { followRun } from './follow-run.ts'
import { type JobCommands, storeOf } from './job-commands.ts'
import { checkPersistable, resolvedFor } from './new-job.ts'
import type { Restarting } from './restarting.ts'
import { enqueueUnique } from './unique-keys.ts'
import { wrongState } from './wrong-state.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 10_000

/** A run, and the store it was found in. */
export interface FoundRun {
  readonly slot: StoreSlot
  readonly record: RunRecord
}

/** The steps of runs that several commands take. */
export interface RunSteps {
  readonly eager: EagerStart
  readonly cancelling: Cancelling
  readonly replacing: Replacing
  readonly restarting: Restarting
}

export class RunCommands {
  readonly #kernel: Kernel
  readonly #loop: Loop
  readonly #jobs: JobCommands
  readonly #settlement: Settlement
  readonly #steps: RunSteps

  constructor(kernel: Kernel, loop: Loop, jobs: JobCommands, settlement: Settlement, steps: RunSteps) {
    this.#kernel = kernel
    this.#loop = loop
    this.#jobs = jobs
    this.#settlement = settlement
    this.#steps = steps
  }

  /** Runs a job now, beside its schedule; where it has as many active runs as it may, as its `overlap` says. */
  async runJob(id: unknown, choice?: unknown): Promise<Run> {
    const jobId = checkId(id, 'id')
    for (;;) {
      const { slot, record: job } = await this.#jobs.find(jobId, storeOf(choice))
      const { policy } = job.spec
      const active = (await slot.store.countActive([jobId])).get(jobId) ?? 0
      const at = slot.now()
      const { refused } = admit(policy, active, [at])
      if (refused.length > 0) throw new MaxInstancesReachedError(jobId, policy.maxInstances)
      const run = newRun(job, { id: `${jobId}#${randomId()}`, origin: 'manual', at })
      // The job's version rises too: of two calls at once, the second counts the run of the first.
      const key = { kind: 'job', id: jobId } as const
      const [result] = await slot.store.commit([{ expect: job.version, key, patch: {}, inserts: [run] }])
      if (result?.applied !== true) continue
      const submitted = this.#submitted(slot, run)
      if (surplus(policy, active, 1) > 0) {
        // The run is there whatever becomes of this: it waits until another ends.
        await this.#steps.replacing
          .replace(slot, jobId, policy.maxInstances)
          .catch((error: unknown) => slot.failed(error))
      }
      return submitted
    }
  }

  async enqueue(fn: unknown, inputs: readonly unknown[], options: unknown): Promise<Run[]> {
    const registration = this.#kernel.functions.resolve(fn)
    const resolvedOn = resolvedFor(this.#kernel, registration, (base) => resolveEnqueue(options, base))
    const { slot } = resolvedOn
    const { id, due, unique, resolved } = resolvedOn.options
    if (inputs.length !== 1 && (id !== undefined || unique !== undefined)) {
      const field = id === undefined ? 'options.unique' : 'options.id'
      throw new InvalidArgumentError(field, id ?? unique?.key, 'must not be given for several inputs')
    }
    this.#kernel.executorSlot(resolved.executor)
    checkPersistable(registration, slot)
    const store = await slot.ready()
    await this.#steps.eager.prepare(slot)
    const now = slot.now()
    const dueAt = 'at' in due ? due.at : now + due.delayMs
    const ids = id === undefined ? ascendingIds(inputs.length) : [id]
    const runs = inputs.map(
      (input, index): RunRecord => ({
        kind: 'run',
        id: ids[index] ?? randomId(),
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
    const added = await this.#steps.eager.add(slot, runs, async (records) => {
      const [single] = records
      if (unique !== undefined && single !== undefined) return [await enqueueUnique(store, single, unique, now)]
      const results =
        records.length === 1 && single !== undefined
          ? [await slot.inserts.add(single)]
          : await store.commit(records.map((record) => ({ expect: 0, record }) as const))
      return records.map((record, index) => (results[index]?.applied === true ? record : undefined))
    })
    return runs.map(({ id: runId }, index) => {
      const run = added[index]
      if (run === undefined) throw new ConflictingIdError(runId, slot.alias)
      return slot.runView(run)
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
      const [cancelled] = await this.#steps.cancelling.cancel(slot, [record], 'cancelled')
      if (cancelled !== undefined) return slot.runView(cancelled)
    }
  }

  /** Starts a run that is over again, with its attempts counted anew. */
  async retry(id: unknown, choice?: unknown): Promise<Run> {
    const runId = checkText(id, 'id')
    const options = typeof choice === 'string' ? { store: choice } : choice
    const { store, ...given } = checkOptions(options, 'options', ['store', 'input'])
    for (;;) {
      const { slot, record } = await this.#found(runId, storeOf({ store }))
      if (!isFinal(record.state)) throw wrongState(record, 'be retried', 'over')
      const input = 'input' in given ? { value: slot.isolate(given['input'], '$.input') } : undefined
      const [waiting] = await this.#steps.restarting.restart(slot, [record], input)
      if (waiting !== undefined) return slot.runView(waiting)
    }
  }

  /** Resolves with the output of a run when it is completed; rejects with its error when it ends otherwise. */
  async wait(run: unknown, options: unknown): Promise<unknown> {
    const { runId, alias, signal } = waitOptions(run, options)
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

  /** Every change of a run's state and progress, the present ones first, until it is over. */
  follow(run: unknown, options: unknown): AsyncGenerator<Run, void, undefined> {
    const { runId, alias, signal } = waitOptions(run, options)
    const find = (): Promise<FoundRun | undefined> => this.#find(runId, alias)
    return followRun({ kernel: this.#kernel, settlement: this.#settlement, runId, signal, find })
  }

  /** What the handler of a run logged, oldest first. */
  async log(run: unknown, choice: unknown): Promise<RunLogLine[]> {
    const runId = checkText(idOf(run), 'id')
    const alias = storeOf(choice)
    for (const slot of this.#kernel.storeSlots(alias)) {
      const [note] = await (await slot.ready()).get([{ kind: 'log', id: runId }])
      if (note !== undefined) return note.spec.lines.map(lineView)
    }
    await this.#found(runId, alias)
    return []
  }

  #submitted(slot: StoreSlot, run: RunRecord): Run {
    this.#kernel.emitRun('run:submitted', run, slot)
    slot.holdBack(run.jobId)
    this.#loop.expect(slot, 'run', run.due)
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

/** What `wait` and `follow` are given, checked. @throws InvalidArgumentError */
function waitOptions(
  run: unknown,
  options: unknown,
): { readonly runId: string; readonly alias: string | undefined; readonly signal: AbortSignal | undefined } {
  const runId = checkText(idOf(run), 'id')
  const { store, signal } = checkOptions(options, 'options', ['store', 'signal'])
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError('options.signal', signal, 'must be an AbortSignal')
  }
  return { runId, alias: store === undefined ? undefined : checkText(store, 'options.store'), signal }
}

/** What a run that is over gave. @throws CronwrightError (`RUN_FAILED`, `RUN_CANCELLED`) */
function outputOf({ slot, record }: FoundRun): unknown {
  if (record.state === 'completed') return slot.isolate(record.status.output)
  throw revivedError(record.id, record.status.error, record.state)
}

function checkStates(value: unknown): readonly string[] {
  // Not map(), which leaves out holes.
  const states: unknown[] = Array.isArray(value) ? Array.from(value) : [value]
  return states.map((state) => checkOneOf(state, 'options.state', RUN_STATES))
}
