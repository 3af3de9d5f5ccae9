/**
 * One run on a worker thread, as the scheduler's thread sees it: hands the task over, passes on what the handler says,
 * and ends the thread of a handler that goes on after it was told to stop.
 *
 *   waiting for a thread --started--> at work --ended--> over
 *                                       |--thread crashes--> over, with the crash as its error
 *                                       '--run.signal aborts--> told to stop --1 s--> thread ended
 */

import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { systemClock, type TimerHandle } from '../../core/clock.ts'
import { SerializationError } from '../../errors.ts'
import type { RunContext } from '../../jobs/context.ts'
import type { ModuleReference } from '../../jobs/registry.ts'
import { storedError } from '../../jobs/result.ts'
import type { ThreadPool } from './pool.ts'
import {
  type Ending,
  type HostMessage,
  type RunFacts,
  replay,
  type ThreadMessage,
  type ThreadTask,
} from './protocol.ts'

/** How long a handler may go on after its signal aborted, in milliseconds. */
const GRACE_MS = 1_000

export class ThreadRun {
  readonly #run: RunContext
  readonly #channel = new MessageChannel()
  /** Aborted to end the thread. */
  readonly #termination = new AbortController()
  /** What the run fails with when its thread was ended from here. */
  #verdict: { readonly error: unknown } | undefined
  #hasStarted = false
  #ending: Ending | undefined
  /** What the user's logger threw: it fails the run, as it would on the scheduler's thread. */
  #listenerError: { readonly error: unknown } | undefined
  #grace: TimerHandle | undefined

  constructor(run: RunContext) {
    this.#run = run
  }

  /** Whether a thread has taken it. */
  get hasStarted(): boolean {
    return this.#hasStarted
  }

  /**
   * Runs the handler on a thread of the pool: resolves with what it returned, rejects with what it threw.
   *
   * @throws SerializationError when the input cannot pass between threads
   */
  async execute(pool: ThreadPool, code: ModuleReference, input: unknown): Promise<unknown> {
    const { signal } = this.#run
    const { port1, port2 } = this.#channel
    const stop = (): void => this.#stop()
    try {
      signal.throwIfAborted()
      this.#send({ module: String(code.module), name: code.name, input, run: factsOf(this.#run) })
      signal.addEventListener('abort', stop, { once: true })
      port1.on('message', (message: ThreadMessage) => this.#receive(message))
      const crash = await pool.run(port2, { transferList: [port2], signal: this.#termination.signal }).then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      return this.#end(crash)
    } finally {
      signal.removeEventListener('abort', stop)
      this.#grace?.cancel()
      port1.close()
      port2.close()
    }
  }

  /** Ends the thread; the run fails with this error, whatever error that makes. */
  terminate(error: unknown): void {
    this.condemn(error)
    this.#termination.abort()
  }

  /** Says what the run fails with, before its thread is ended. */
  condemn(error: unknown): void {
    this.#verdict ??= { error }
  }

  #send(task: ThreadTask): void {
    try {
      this.#channel.port1.postMessage(task)
    } catch {
      throw new SerializationError('input', task.input, 'must be data that can pass between threads')
    }
  }

  #stop(): void {
    const { reason } = this.#run.signal
    this.#post({ type: 'stop', reason: storedError(reason) })
    this.#grace = systemClock.setTimer(() => this.terminate(reason), GRACE_MS)
  }

  #post(message: HostMessage): void {
    this.#channel.port1.postMessage(message)
  }

  /** Answered in any case: the handler waits. */
  #save(ticket: number, value: unknown): void {
    this.#run.checkpoint(value).then(
      () => this.#post({ type: 'saved', ticket, error: null }),
      (error: unknown) => this.#post({ type: 'saved', ticket, error: storedError(error) }),
    )
  }

  #receive(message: ThreadMessage): void {
    try {
      switch (message.type) {
        case 'started':
          this.#hasStarted = true
          break
        case 'log':
          this.#run.log[message.level](message.fields, message.message)
          break
        case 'count':
          for (const [name, by] of message.counts) this.#run.count(name, by)
          break
        case 'checkpoint':
          this.#save(message.ticket, message.value)
          break
        case 'progress':
          this.#run.progress(
            message.progress.done,
            message.progress.total ?? undefined,
            message.progress.message ?? undefined,
          )
          break
        case 'ended':
          this.#ending = message.ending
      }
    } catch (error) {
      this.#listenerError ??= { error }
    }
  }

  /** The thread is free again, or gone; what it said before is in the channel. */
  #end(crash: { readonly error: unknown } | undefined): unknown {
    for (;;) {
      const received: { message: ThreadMessage } | undefined = receiveMessageOnPort(this.#channel.port1)
      if (received === undefined) break
      this.#receive(received.message)
    }
    if (this.#listenerError !== undefined) throw this.#listenerError.error
    if (this.#ending !== undefined) return replay(this.#ending)
    throw (this.#verdict ?? crash)?.error
  }
}

function factsOf(run: RunContext): RunFacts {
  const { id, jobId, functionRef, queue, dueAt, attempt, fence, isCatchUp, resume } = run
  return { id, jobId, functionRef, queue, dueAt, attempt, fence, isCatchUp, resume }
}
