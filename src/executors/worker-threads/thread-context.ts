/** The run as its handler sees it inside a worker thread: what it says goes out by the run's port. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { systemClock, type TimerHandle, yieldToEventLoop } from '../../core/clock.ts'
import { describeValue } from '../../core/describe.ts'
import type { Logger } from '../../core/logger.ts'
import type { RunContext } from '../../jobs/context.ts'
import { checkProgress } from '../../jobs/progress.ts'
import type { RunProgress } from '../../jobs/run.ts'
import { errorFrom, type RunFacts, type StopMessage, type ThreadMessage } from './protocol.ts'

/** A handler may report progress for each of a million items; the scheduler's thread hears of it this often. */
const PROGRESS_INTERVAL_MS = 100
/** A handler that lets no event through for so long is busy: it is told of an abort when it reports or logs. */
const BUSY_MS = 100

export class ThreadContext {
  readonly #port: MessagePort
  readonly #controller = new AbortController()
  #progress: RunProgress | undefined
  #sentAt = Number.NEGATIVE_INFINITY
  #timer: TimerHandle | undefined
  /** When the handler first said something in the present turn of the event loop. */
  #turnBegan: number | undefined

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (message: StopMessage) => this.#stop(message))
  }

  /** The handler's second argument. Its functions may be taken out of it. */
  of(facts: RunFacts): RunContext {
    return {
      ...facts,
      signal: this.#controller.signal,
      log: {
        debug: (fields, message) => this.#log('debug', fields, message),
        info: (fields, message) => this.#log('info', fields, message),
        warn: (fields, message) => this.#log('warn', fields, message),
        error: (fields, message) => this.#log('error', fields, message),
      },
      progress: (done, total, message) => this.#report(checkProgress(done, total, message)),
    }
  }

  /** Sends a message. @throws DOMException (`DataCloneError`) */
  post(message: ThreadMessage): void {
    this.#port.postMessage(message)
  }

  /** Sends the progress that is held back. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#progress === undefined) return
    this.post({ type: 'progress', progress: this.#progress })
    this.#progress = undefined
    this.#sentAt = systemClock.monotonic()
  }

  #report(progress: RunProgress): void {
    this.#progress = progress
    const wait = this.#sentAt + PROGRESS_INTERVAL_MS - systemClock.monotonic()
    if (wait <= 0) this.flush()
    else this.#timer ??= systemClock.setTimer(() => this.flush(), wait)
    this.#listenIfBusy()
  }

  #log(level: keyof Logger, fields: Readonly<Record<string, unknown>>, message: string): void {
    try {
      this.post({ type: 'log', level, fields, message })
    } catch {
      this.post({ type: 'log', level, fields: described(fields), message: String(message) })
    }
    this.#listenIfBusy()
  }

  /**
   * Looks for a message at once, but only if the handler keeps the event loop: anywhere else an abort in the middle of
   * a call would be a surprise.
   */
  #listenIfBusy(): void {
    const now = systemClock.monotonic()
    if (this.#turnBegan === undefined) {
      this.#turnBegan = now
      void yieldToEventLoop().then(() => {
        this.#turnBegan = undefined
      })
    }
    if (now - this.#turnBegan < BUSY_MS) return
    const received: { message: StopMessage } | undefined = receiveMessageOnPort(this.#port)
    if (received !== undefined) this.#stop(received.message)
  }

  #stop({ reason }: StopMessage): void {
    this.#controller.abort(errorFrom(reason))
  }
}

/** Log fields that cannot pass between threads, as text. */
function described(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields ?? {}).map(([key, value]) => [key, describeValue(value)]))
}
