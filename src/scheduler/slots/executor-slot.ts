/** An executor as a scheduler has it: under an alias, started on first use, with a count of what it has at work. */

import type { Executor, Task } from '../../executors/executor.ts'
import type { Queues } from '../queues/queues.ts'

export class ExecutorSlot {
  readonly alias: string
  readonly executor: Executor
  readonly #queues: Queues
  #atWork = 0
  #starting: Promise<void> | undefined
  #isStarted = false

  constructor(alias: string, executor: Executor, queues: Queues) {
    this.alias = alias
    this.executor = executor
    this.#queues = queues
  }

  /** How many more tasks it may take. */
  get free(): number {
    return this.executor.maxConcurrency - this.#atWork
  }

  /** Takes a place for a run of a queue. Every place taken is given back once. */
  take(queue: string): void {
    this.#atWork += 1
    this.#queues.take(queue)
  }

  giveBack(queue: string): void {
    this.#atWork -= 1
    this.#queues.giveBack(queue)
  }

  /** Runs a task, for which a place was taken. */
  execute(task: Task): unknown {
    if (this.#isStarted) return this.executor.execute(task)
    return this.start().then(() => this.executor.execute(task))
  }

  /** Starts the executor unless it is started; the next call tries again after a failure. */
  async start(): Promise<void> {
    this.#starting ??= this.executor.start()
    try {
      await this.#starting
      this.#isStarted = true
    } catch (error) {
      this.#starting = undefined
      throw error
    }
  }

  async shutdown(): Promise<void> {
    if (this.#starting === undefined) return
    this.#starting = undefined
    this.#isStarted = false
    await this.executor.shutdown()
  }
}
