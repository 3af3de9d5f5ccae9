/**
 * Runs functions on worker threads: right for handlers that keep a processor busy. Needs the optional package
 * `piscina`, which keeps the threads; a run has a thread for itself, so what a handler does to its thread (an endless
 * loop, `process.exit`, too much memory) ends that run and no other.
 */

import { availableParallelism } from 'node:os'
import type { ResourceLimits } from 'node:worker_threads'
import { LONGEST_TIMER_MS, systemClock, type TimerHandle } from '../core/clock.ts'
import { type Duration, parseDuration } from '../core/duration.ts'
import { checkFields, checkInteger, checkNumber } from '../core/validate.ts'
import { CronwrightError, InvalidArgumentError, SchedulerNotRunningError } from '../errors.ts'
import { isModuleReference } from '../jobs/registry.ts'
import type { Executor, Task } from './executor.ts'
import { openPool, type ThreadPool } from './worker-threads/pool.ts'
import { ThreadRun } from './worker-threads/thread-run.ts'

/** Options of {@link WorkerThreadsExecutor}. */
export interface WorkerThreadsExecutorOptions {
  /** Runs at work at once. @default the number of processors this process may use */
  readonly maxConcurrency?: number
  /** How long a thread without work is kept for the next run. @default 30 s */
  readonly idleTimeout?: Duration
  /**
   * What a thread may use; a run that needs more fails. At least 4 MB of `maxOldGenerationSizeMb` and 0.5 MB of
   * `stackSizeMb`. @default no limits but Node's
   */
  readonly resourceLimits?: ResourceLimits
}

const DEFAULT_IDLE_TIMEOUT_MS = 30_000
/** A thread inside a blocking system call ends only after it; `shutdown` does not wait longer than this. */
const CLOSING_DEADLINE_MS = 2_000
/** The least of each limit, in MB. With much less (2 of the heap, 0.2 of the stack) V8 ends the process, not the thread. */
const LEAST_LIMITS = {
  maxOldGenerationSizeMb: 4,
  maxYoungGenerationSizeMb: 0.1,
  codeRangeSizeMb: 0.1,
  stackSizeMb: 0.5,
} as const satisfies ResourceLimits
const LIMITS = ['maxOldGenerationSizeMb', 'maxYoungGenerationSizeMb', 'codeRangeSizeMb', 'stackSizeMb'] as const

/**
 * Runs functions that were registered as a {@link ModuleReference}. `run.log`, `run.progress` and `run.signal` work as
 * they do in process; a handler that goes on for more than a second after its signal aborted is ended with its thread.
 * A handler that never awaits sees the abort when it logs or reports progress.
 *
 * Inputs and outputs pass by structured clone: a value that it refuses fails the run.
 */
export class WorkerThreadsExecutor implements Executor {
  readonly maxConcurrency: number
  readonly #idleTimeoutMs: number
  readonly #resourceLimits: ResourceLimits
  readonly #runs = new Set<ThreadRun>()
  #pool: ThreadPool | undefined

  /** @throws InvalidArgumentError */
  constructor(options: WorkerThreadsExecutorOptions = {}) {
    const {
      maxConcurrency = availableParallelism(),
      idleTimeout = DEFAULT_IDLE_TIMEOUT_MS,
      resourceLimits = {},
    } = checkFields(options, 'executor', ['maxConcurrency', 'idleTimeout', 'resourceLimits'])
    this.maxConcurrency = checkInteger(maxConcurrency, 'executor.maxConcurrency', 1, 10_000)
    this.#idleTimeoutMs = Math.min(parseDuration(idleTimeout, 'executor.idleTimeout'), LONGEST_TIMER_MS)
    this.#resourceLimits = checkLimits(resourceLimits)
  }

  /** @throws MissingDependencyError when `piscina` is not installed */
  async start(): Promise<void> {
    if (this.#pool !== undefined) return
    const pool = await openPool({ idleTimeoutMs: this.#idleTimeoutMs, resourceLimits: this.#resourceLimits })
    pool.on('error', (error) => this.#onIdleCrash(error))
    this.#pool = pool
  }

  async execute({ code, input, run }: Task): Promise<unknown> {
    if (!isModuleReference(code)) {
      throw new InvalidArgumentError(
        'fn',
        code,
        `must be registered as a module reference to run on a worker thread, such as register(${JSON.stringify(
          run.functionRef,
        )}, { module: new URL('./handler.js', import.meta.url) })`,
      )
    }
    if (this.#pool === undefined) throw new SchedulerNotRunningError('execute')
    const threadRun = new ThreadRun(run)
    this.#runs.add(threadRun)
    try {
      return await threadRun.execute(this.#pool, code, input)
    } finally {
      this.#runs.delete(threadRun)
    }
  }

  /** Ends all threads; runs still at work fail. */
  async shutdown(): Promise<void> {
    const pool = this.#pool
    if (pool === undefined) return
    this.#pool = undefined
    for (const run of this.#runs) run.condemn(new CronwrightError('SHUTDOWN', 'the executor was shut down'))
    await withinDeadline(pool.destroy())
  }

  /** A thread without a run crashed. Before its first run, the runs that wait for one would wait for ever. */
  #onIdleCrash(error: unknown): void {
    const waiting = [...this.#runs].filter((run) => !run.hasStarted)
    for (const run of waiting) run.terminate(error)
    if (waiting.length === 0) process.emitWarning(error instanceof Error ? error : String(error))
  }
}

function checkLimits(value: unknown): ResourceLimits {
  const fields = checkFields(value, 'executor.resourceLimits', LIMITS)
  const limits: ResourceLimits = {}
  for (const name of LIMITS) {
    if (fields[name] === undefined) continue
    limits[name] = checkNumber(fields[name], `executor.resourceLimits.${name}`, LEAST_LIMITS[name], 1_000_000)
  }
  return limits
}

async function withinDeadline(closing: Promise<void>): Promise<void> {
  let timer: TimerHandle | undefined
  const deadline = new Promise<void>((resolve) => {
    timer = systemClock.setTimer(resolve, CLOSING_DEADLINE_MS)
  })
  await Promise.race([closing, deadline])
  timer?.cancel()
}
