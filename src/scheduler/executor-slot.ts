/** An executor as a scheduler has it: under an alias, started on first use, with a count of what it has at work. */

import type { Executor, Task } from '../executors/executor.ts'

export class ExecutorSlot {
  readonly alias: string
  readonly executor: Executor
  #atWork = 0
  #starting: Promise<void> | undefined
  #isStarted = false

  constructor(alias: string, executor: Executor) {
    this.alias = alias
    this.executor = executor
  }

  /** How many more tasks it may take. */
  get free(): number {
    return this.executor.maxConcurrency - this.#atWork
  }

  /** Takes a place for a task. Every place taken is given back once. */
  take(): void {
    this.#atWork += 1
  }

  giveBack(): void {
    this.#atWork -= 1
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
