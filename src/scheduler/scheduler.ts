/**
 * The scheduler: what a service embeds. It holds the parts together - stores, executors, the loop - and gives them one
 * face; what each method does is in the part that it names. It is over 400 lines, because it is the whole public face in
 * one place, and every method says what it means and throws.
 */

import type { Listener } from '../core/emitter.ts'
import { checkBoolean, checkFields, checkText } from '../core/validate.ts'
import {
  ConflictingIdError,
  InvalidArgumentError,
  SchedulerAlreadyRunningError,
  SchedulerNotRunningError,
} from '../errors.ts'
import { executorFrom } from '../executors/factory.ts'
import type { EnqueueOptions } from '../jobs/enqueue-options.ts'
import type { Job } from '../jobs/job.ts'
import { checkId, type JobChanges, type JobDefaults, type JobOptions, resolveDefaults } from '../jobs/options.ts'
import type { JobOverrides } from '../jobs/override.ts'
import { type Code, type FunctionLike, FunctionRegistry, type RegisteredFunction } from '../jobs/registry.ts'
import type { Run } from '../jobs/run.ts'
import type { RunLogLine } from '../jobs/run-log.ts'
import type { Worker } from '../jobs/worker.ts'
import { type JobStoreSource, storeFrom } from '../stores/factory.ts'
import type { Trigger } from '../triggers/index.ts'
import { Cancelling } from './commands/cancelling.ts'
import { DeadLetters } from './commands/dead-letters.ts'
import { JobCommands, storeOf } from './commands/job-commands.ts'
import { Restarting } from './commands/restarting.ts'
import { RunCommands } from './commands/run-commands.ts'
import { exportJobs, importJobs } from './commands/transfer.ts'
import { readConfiguration } from './configuration/configuration.ts'
import { type SchedulerEvents, schedulerEmitter } from './events.ts'
import { Kernel } from './kernel.ts'
import { LifeCycle, waitOf } from './life-cycle.ts'
import { Claiming } from './loop/claiming.ts'
import { EagerStart } from './loop/eager-start.ts'
import { Firing } from './loop/firing.ts'
import { Loop } from './loop/loop.ts'
import { Purge } from './loop/purge.ts'
import { Replacing } from './loop/replacing.ts'
import { UncertainClaims } from './loop/uncertain-claims.ts'
import { Queue } from './queues/queue-handle.ts'
import type { JobDescription, JobFilter, RunFilter, ShutdownOptions, StoreChoice } from './requests.ts'
import { LeaseKeeper } from './running/lease-keeper.ts'
import { Runner } from './running/runner.ts'
import { Settlement } from './running/settlement.ts'
import { type ExecutorSource, resolveSettings, type SchedulerOptions } from './settings.ts'
import { ExecutorSlot } from './slots/executor-slot.ts'
import { StoreSlot } from './slots/store-slot.ts'
import { type SchedulerStats, schedulerStats } from './workers/statistics.ts'
import { Workers } from './workers/workers.ts'

/** `stopped`: nothing fires; `running`; `paused`: started, but nothing fires and no run starts. */
export type SchedulerState = 'stopped' | 'running' | 'paused'

export class Scheduler {
  readonly #kernel: Kernel
  readonly #settlement: Settlement
  readonly #leases: LeaseKeeper
  readonly #runner: Runner
  readonly #loop: Loop
  readonly #lifeCycle: LifeCycle
  readonly #workers: Workers
  readonly #jobs: JobCommands
  readonly #runs: RunCommands
  /** Runs that wait for a person: attempts used up, or a process that died. */
  readonly deadLetters: DeadLetters
  #state: SchedulerState = 'stopped'
  #stopping: Promise<void> | undefined

  /**
   * Makes a scheduler; nothing is opened or started yet. Jobs may be added at once: stores open on first use.
   *
   * @throws InvalidArgumentError for an unknown option or a wrong value
   */
  constructor(options: SchedulerOptions = {}) {
    const settings = resolveSettings(options)
    const events = schedulerEmitter((error, event) => settings.logger.error({ error, event }, 'a listener threw'))
    this.#kernel = new Kernel(settings, events, new FunctionRegistry())
    this.#settlement = new Settlement(this.#kernel, (slot, lane, due) => this.#loop.expect(slot, lane, due))
    this.#leases = new LeaseKeeper(this.#kernel, () => this.#runner)
    this.#runner = new Runner(this.#kernel, this.#settlement, this.#leases, (ended) => {
      this.#loop.roomAppeared(ended)
      replacing.letGo(ended)
    })
    const uncertain = new UncertainClaims(this.#kernel, this.#settlement)
    const cancelling = new Cancelling(this.#kernel, this.#runner, this.#settlement)
    const replacing = new Replacing(cancelling, (slot, due) => this.#loop.expect(slot, 'run', due))
    const firing = new Firing(this.#kernel, this.#runner, this.#settlement, uncertain, replacing)
    const claiming = new Claiming(this.#kernel, this.#runner, this.#settlement, this.#leases, uncertain)
    this.#workers = new Workers(this.#kernel)
    this.#loop = new Loop(this.#kernel, firing, claiming, new Purge(this.#workers))
    this.#lifeCycle = new LifeCycle(
      this.#kernel,
      this.#loop,
      this.#runner,
      this.#settlement,
      this.#leases,
      this.#workers,
    )
    this.#jobs = new JobCommands(this.#kernel, this.#loop, this.#settlement)
    const restarting = new Restarting(this.#kernel, this.#loop)
    this.#runs = new RunCommands(this.#kernel, this.#loop, this.#jobs, this.#settlement, {
      eager: new EagerStart(this.#kernel, this.#loop, this.#runner, uncertain),
      cancelling,
      replacing,
      restarting,
    })
    this.deadLetters = new DeadLetters(this.#kernel, restarting, cancelling)
    const { jobStores, executors } = settings
    for (const [alias, source] of Object.entries(jobStores)) this.#keepStore(alias, source, 'options.jobStores')
    for (const [alias, source] of Object.entries(executors)) this.#keepExecutor(alias, source, 'options.executors')
  }

  /**
   * Makes a scheduler from configuration: an object, JSON text, or the path (or file URL) of a JSON file. `${NAME}` and
   * `${NAME:-default}` in texts are replaced from the environment.
   *
   * @throws ConfigurationError that lists every problem
   */
  static fromConfig(source: unknown): Scheduler {
    return readConfiguration(source, (options) => new Scheduler(options as SchedulerOptions))
  }

  get state(): SchedulerState {
    return this.#state
  }

  /** Name of this scheduler among those on its stores. */
  get workerId(): string {
    return this.#kernel.workerId
  }

  /**
   * Registers code under a name, so that jobs in a persistent store find it again after a restart.
   *
   * @param defaults - options of every job made from it; those given to `addJob` go first
   * @throws InvalidArgumentError when the name is malformed or another function has it
   */
  register<Input, Output>(
    name: string,
    code: Code<Input, Output>,
    defaults?: JobDefaults,
  ): RegisteredFunction<Input, Awaited<Output>> {
    resolveDefaults(defaults, this.#kernel.settings.jobDefaults, 'defaults')
    this.#kernel.functions.register(name, code, defaults)
    for (const slot of this.#kernel.stores.values()) {
      if (slot.unserved.functions.delete(name)) this.#loop.look(slot)
    }
    return { functionRef: name }
  }

  /**
   * Adds a job. Without a trigger it runs once, now.
   *
   * @throws ConflictingIdError when the id is taken and `replaceExisting` is not given
   * @throws TransientJobError when a persistent store should keep a job of a function without a registered name
   */
  addJob<Input>(fn: FunctionLike<Input>, trigger?: Trigger | null, options?: JobOptions<Input>): Promise<Job> {
    return this.#jobs.add({ fn, trigger, options })
  }

  /** Adds many jobs with one write for each store; each is checked before the first is written. */
  addJobs<Input>(jobs: readonly JobDescription<Input>[]): Promise<Job[]> {
    return this.#jobs.addMany(jobs)
  }

  /** The job with this id, or undefined. */
  getJob(id: string, choice?: StoreChoice | string): Promise<Job | undefined> {
    return this.#jobs.get(id, choice)
  }

  /** All jobs, earliest next run time first. */
  getJobs(filter?: JobFilter): Promise<Job[]> {
    return this.#jobs.list(filter)
  }

  /** Changes a job's options; what is not given stays. @throws JobLookupError */
  modifyJob(id: string, changes: JobChanges, choice?: StoreChoice | string): Promise<Job> {
    return this.#jobs.modify(id, changes, choice)
  }

  /**
   * Lays an operator's changes of policies, queue or priority over what code declares, in the place of earlier ones. They
   * hold through `replaceExisting` and `modifyJob`, which change what lies beneath, until null takes them away.
   *
   * @throws JobLookupError
   */
  overrideJob(id: string, changes: JobOverrides | null, choice?: StoreChoice | string): Promise<Job> {
    return this.#jobs.override(id, changes, choice)
  }

  /** Gives a job another trigger; its next run time is computed anew. @throws JobLookupError */
  rescheduleJob(id: string, trigger: Trigger, choice?: StoreChoice | string): Promise<Job> {
    return this.#jobs.reschedule(id, trigger, choice)
  }

  /** Keeps a job from firing until it is resumed. @throws JobLookupError */
  pauseJob(id: string, choice?: StoreChoice | string): Promise<Job> {
    return this.#jobs.pause(id, choice)
  }

  /** Lets a paused job fire again, from its next fire time after now. @throws JobLookupError */
  resumeJob(id: string, choice?: StoreChoice | string): Promise<Job> {
    return this.#jobs.resume(id, choice)
  }

  /** Removes a job; its runs stay. @throws JobLookupError */
  removeJob(id: string, choice?: StoreChoice | string): Promise<void> {
    return this.#jobs.remove(id, choice)
  }

  /** Removes every job of a store, or of all. */
  removeAllJobs(choice?: StoreChoice | string): Promise<void> {
    return this.#jobs.removeAll(choice)
  }

  /** Jobs as JSON text, for `importJobs` of this or another scheduler. */
  exportJobs(filter?: JobFilter): Promise<string> {
    return exportJobs(this.#jobs, filter)
  }

  /**
   * Adds exported jobs, with their next run times.
   *
   * @throws ConflictingIdError when an id is taken, unless `replaceExisting`
   */
  importJobs(text: string, options?: StoreChoice & { readonly replaceExisting?: boolean }): Promise<Job[]> {
    return importJobs(this.#kernel, this.#loop, text, options)
  }

  /**
   * Runs a job now, beside its schedule.
   *
   * @throws JobLookupError
   * @throws MaxInstancesReachedError when as many runs are at work as the job allows
   */
  runJob(id: string, choice?: StoreChoice | string): Promise<Run> {
    return this.#runs.runJob(id, choice)
  }

  /** Adds one run of a function, due now (or as the options say). */
  async enqueue<Input, Output>(
    fn: FunctionLike<Input, Output>,
    input?: Input,
    options?: EnqueueOptions,
  ): Promise<Run<Input, Awaited<Output>>> {
    const [run] = await this.#runs.enqueue(fn, [input], options)
    return run as Run<Input, Awaited<Output>>
  }

  /** Adds many runs of a function with one write. */
  async enqueueMany<Input, Output>(
    fn: FunctionLike<Input, Output>,
    inputs: readonly Input[],
    options?: EnqueueOptions,
  ): Promise<Run<Input, Awaited<Output>>[]> {
    if (!Array.isArray(inputs)) throw new InvalidArgumentError('inputs', inputs, 'must be a list')
    return (await this.#runs.enqueue(fn, Array.from(inputs), options)) as Run<Input, Awaited<Output>>[]
  }

  /** The run with this id, or undefined. */
  getRun(id: string, choice?: StoreChoice | string): Promise<Run | undefined> {
    return this.#runs.get(id, choice)
  }

  /** Runs, newest first. */
  getRuns(filter?: RunFilter): Promise<Run[]> {
    return this.#runs.list(filter)
  }

  /** Ends a run that is not over; its handler's signal aborts. @throws RunLookupError, CronwrightError (`RUN_STATE`) */
  cancelRun(id: string, choice?: StoreChoice | string): Promise<Run> {
    return this.#runs.cancel(id, choice)
  }

  /**
   * Starts a run that is over again, with its attempts counted anew. A new input takes the place of the old one and of
   * the checkpoint.
   *
   * @throws RunLookupError, CronwrightError (`RUN_STATE`)
   */
  retryRun(id: string, options?: (StoreChoice & { readonly input?: unknown }) | string): Promise<Run> {
    return this.#runs.retry(id, options)
  }

  /**
   * Waits for the end of a run: resolves with its output.
   *
   * @throws CronwrightError (`RUN_FAILED`, `RUN_CANCELLED`) with what the handler threw as its cause; `SHUTDOWN`
   * @throws RunLookupError
   */
  async waitForRun<Output = unknown>(
    run: string | Run<never, Output> | Run<unknown, Output>,
    options?: StoreChoice & { readonly signal?: AbortSignal },
  ): Promise<Output> {
    return (await this.#runs.wait(run, options)) as Output
  }

  /**
   * Follows a run: gives it as it is, then after each change of its state and each progress, and last as it ended.
   * Changes made by other processes are seen once in a poll interval. Leaving the loop ends it.
   *
   * @throws RunLookupError, and CronwrightError (`SHUTDOWN`), while it is iterated
   * @example
   * for await (const { state, percent } of scheduler.followRun(run)) console.log(state, percent)
   */
  followRun(
    run: string | Run,
    options?: StoreChoice & { readonly signal?: AbortSignal },
  ): AsyncGenerator<Run, void, undefined> {
    return this.#runs.follow(run, options)
  }

  /** What the handler of a run logged, oldest first: its last 1,000 lines or 64 KiB. @throws RunLookupError */
  getRunLog(run: string | Run, choice?: StoreChoice | string): Promise<RunLogLine[]> {
    return this.#runs.log(run, choice)
  }

  /** The schedulers that are started on these stores, in this process and in others, the one started first first. */
  async getWorkers(choice?: StoreChoice | string): Promise<Worker[]> {
    return this.#workers.list(this.#kernel.storeSlots(storeOf(choice)))
  }

  /** What the stores hold, and what became of it, in numbers. */
  async getStats(choice?: StoreChoice | string): Promise<SchedulerStats> {
    const { queues } = this.#kernel.settings
    return schedulerStats(this.#kernel.storeSlots(storeOf(choice)), queues, this.#workers.id)
  }

  /** A queue, in one store or in all: its numbers, pausing it, waiting until it is empty, emptying it. */
  queue(name: string, choice?: StoreChoice | string): Queue {
    return new Queue(checkId(name, 'name'), storeOf(choice), this.#kernel, this.#loop, this.#settlement)
  }

  /** Adds a job store; it is open when the promise resolves, if the scheduler runs. One that does not open is not added. */
  async addJobStore(alias: string, source: JobStoreSource): Promise<void> {
    const slot = this.#keepStore(alias, source, 'jobStores')
    if (this.#state !== 'stopped') {
      await slot.ready().catch((error: unknown) => {
        this.#kernel.stores.delete(alias)
        throw error
      })
    }
    this.#workers.join()
    this.#kernel.events.emit('store:added', { alias })
    this.#loop.look(slot)
  }

  /** Takes a job store away and closes it. Its jobs stay in it, its runs at work are handed back. @throws AliasLookupError */
  async removeJobStore(alias: string): Promise<void> {
    await this.#lifeCycle.release(this.#kernel.storeSlot(checkText(alias, 'alias')))
    this.#kernel.events.emit('store:removed', { alias })
  }

  /** Adds an executor; it is started when the promise resolves, if the scheduler runs. One that fails is not added. */
  async addExecutor(alias: string, source: ExecutorSource): Promise<void> {
    const slot = this.#keepExecutor(alias, source, 'executors')
    if (this.#state !== 'stopped') {
      await slot.start().catch((error: unknown) => {
        this.#kernel.executors.delete(alias)
        throw error
      })
    }
    this.#kernel.events.emit('executor:added', { alias })
    for (const store of this.#kernel.stores.values()) store.unserved.clear()
    this.#loop.wakeup()
  }

  /** Takes an executor away. Its jobs wait until there is one with its alias again. @throws AliasLookupError */
  async removeExecutor(alias: string): Promise<void> {
    const slot = this.#kernel.executorSlot(checkText(alias, 'alias'))
    this.#kernel.executors.delete(alias)
    await slot.shutdown()
    this.#kernel.events.emit('executor:removed', { alias })
  }

  /**
   * Opens the stores and starts to fire jobs. A store that cannot be reached is reported as `store:error` and tried
   * again; the others go on.
   *
   * @throws SchedulerAlreadyRunningError
   */
  async start(options: { readonly paused?: boolean } = {}): Promise<void> {
    const { paused = false } = checkFields(options, 'options', ['paused'])
    checkBoolean(paused, 'options.paused')
    if (this.#stopping !== undefined) await this.#stopping
    if (this.#state !== 'stopped') throw new SchedulerAlreadyRunningError()
    this.#state = paused === true ? 'paused' : 'running'
    try {
      await this.#lifeCycle.open()
    } catch (error) {
      this.#state = 'stopped'
      throw error
    }
    // It may have been paused or shut down meanwhile.
    if (this.#isStopped()) return
    this.#workers.start()
    this.#kernel.events.emit('scheduler:started', {})
    if (this.#state === 'running') this.#lifeCycle.goOn()
  }

  /** Stops firing jobs and starting runs; those at work go on. @throws SchedulerNotRunningError */
  pause(): void {
    if (this.#state === 'stopped') throw new SchedulerNotRunningError('pause()')
    if (this.#state === 'paused') return
    this.#state = 'paused'
    this.#lifeCycle.hold()
    this.#kernel.events.emit('scheduler:paused', {})
  }

  /** Goes on after `pause`; what became due meanwhile follows the misfire policy. @throws SchedulerNotRunningError */
  resume(): void {
    if (this.#state === 'stopped') throw new SchedulerNotRunningError('resume()')
    if (this.#state === 'running') return
    this.#state = 'running'
    this.#kernel.events.emit('scheduler:resumed', {})
    this.#lifeCycle.goOn()
  }

  /** Looks at every store now. */
  wakeup(): void {
    this.#loop.wakeup()
  }

  /**
   * Stops: nothing fires any more, runs at work may end within the timeout, the rest are told to stop and handed back
   * to the store without using up an attempt. Always resolves, even with a store down. Of a scheduler that was not
   * started it closes the stores.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const waitMs = waitOf(options)
    this.#stopping ??= this.#shutDown(waitMs)
    await this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown()
  }

  /** Calls the listener at each such event; the function returned ends that. */
  on<E extends keyof SchedulerEvents>(event: E, listener: Listener<SchedulerEvents[E]>): () => void {
    return this.#kernel.events.on(event, listener)
  }

  /** Calls the listener at the next such event. */
  once<E extends keyof SchedulerEvents>(event: E, listener: Listener<SchedulerEvents[E]>): () => void {
    return this.#kernel.events.once(event, listener)
  }

  off<E extends keyof SchedulerEvents>(event: E, listener: Listener<SchedulerEvents[E]>): void {
    this.#kernel.events.off(event, listener)
  }

  async #shutDown(waitMs: number): Promise<void> {
    const wasStarted = !this.#isStopped()
    this.#state = 'stopped'
    this.#lifeCycle.hold()
    await this.#lifeCycle.close(waitMs)
    this.#stopping = undefined
    if (wasStarted) this.#kernel.events.emit('scheduler:shutdown', {})
  }

  #isStopped(): boolean {
    return this.#state === 'stopped'
  }

  #keepStore(alias: string, source: unknown, field: string): StoreSlot {
    if (this.#kernel.stores.has(checkId(alias, 'alias'))) throw new ConflictingIdError(alias, undefined, 'alias')
    const store = storeFrom(source, `${field}.${alias}`)
    const slot = new StoreSlot(alias, store, this.#kernel, (changed) => this.#loop.look(changed))
    this.#kernel.stores.set(alias, slot)
    return slot
  }

  #keepExecutor(alias: string, source: unknown, field: string): ExecutorSlot {
    if (this.#kernel.executors.has(checkId(alias, 'alias'))) throw new ConflictingIdError(alias, undefined, 'alias')
    const executor = executorFrom(source, `${field}.${alias}`)
    const slot = new ExecutorSlot(alias, executor, this.#kernel.queues)
    this.#kernel.executors.set(alias, slot)
    return slot
  }
}
