/** The run as its handler sees it inside a worker thread: what it says goes out by the run's port. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { systemClock, type TimerHandle, yieldToEventLoop } from '../../core/clock.ts'
import type { LogMethod, RunContext } from '../../jobs/context.ts'
import { storableFields } from '../../jobs/log-fields.ts'
import { addCount, checkCheckpoint, checkCount, checkProgress } from '../../jobs/progress.ts'
import type { RunProgress } from '../../jobs/run.ts'
import type { LogLevel } from '../../jobs/run-log.ts'
import { errorFrom, type HostMessage, type RunFacts, type ThreadMessage } from './protocol.ts'

/** A handler may report progress for each of a million items; the scheduler's thread hears of it this often. */
const REPORT_INTERVAL_MS = 100
/** A handler that lets no event through for so long is busy: it is told of an abort when it reports or logs. */
const BUSY_MS = 100

/** A checkpoint on its way to the store. */
interface Saving {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export class ThreadContext {
  readonly #port: MessagePort
  readonly #controller = new AbortController()
  readonly #savings = new Map<number, Saving>()
  #lastTicket = 0
  #progress: RunProgress | undefined
  readonly #names = new Map<string, number>()
  #counts = new Map<string, number>()
  #sentAt = Number.NEGATIVE_INFINITY
  #timer: TimerHandle | undefined
  /** When the handler first said something in the present turn of the event loop. */
  #turnBegan: number | undefined

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (message: HostMessage) => this.#receive(message))
  }

  /** The handler's second argument. Its functions may be taken out of it. */
  of(facts: RunFacts): RunContext {
    const method =
      (level: LogLevel): LogMethod =>
      (first: object | string, message?: string) =>
        this.#log(level, first, message)
    return {
      ...facts,
      signal: this.#controller.signal,
      log: {
        trace: method('trace'),
        debug: method('debug'),
        info: method('info'),
        warn: method('warn'),
        error: method('error'),
        fatal: method('fatal'),
      },
      progress: (done, total, message) => {
        this.#progress = checkProgress(done, total, message)
        this.#report()
      },
      count: (name, by = 1) => this.#count(name, by),
      checkpoint: (value) => this.#save(value),
    }
  }

  /** Sends a message. @throws DOMException (`DataCloneError`) */
  post(message: ThreadMessage): void {
    this.#port.postMessage(message)
  }

  /** Sends what is held back. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#sentAt = systemClock.monotonic()
    if (this.#counts.size > 0) this.post({ type: 'count', counts: this.#counts })
    if (this.#progress !== undefined) this.post({ type: 'progress', progress: this.#progress })
    this.#counts = new Map()
    this.#progress = undefined
  }

  #report(): void {
    const wait = this.#sentAt + REPORT_INTERVAL_MS - systemClock.monotonic()
    if (wait <= 0) this.flush()
    else this.#timer ??= systemClock.setTimer(() => this.flush(), wait)
    this.#listenIfBusy()
  }

  /** Names are counted here, so that one too many is refused inside the handler. */
  #count(name: string, by: number): void {
    const checked = checkCount(name, by)
    addCount(this.#names, checked.name, checked.by)
    addCount(this.#counts, checked.name, checked.by)
    this.#report()
  }

  #log(level: LogLevel, first: object | string, second: string | undefined): void {
    const isText = typeof first === 'string'
    const fields = isText || first === null ? {} : first
    const message = isText ? first : second
    try {
      this.post({ type: 'log', level, fields, message })
    } catch {
      this.post({ type: 'log', level, fields: storableFields(fields) ?? {}, message: message && String(message) })
    }
    this.#listenIfBusy()
  }

  /** A handler that does not wait for it must not bring the thread down. */
  #save(value: unknown): Promise<void> {
    const saving = this.#sent(value)
    saving.catch(() => undefined)
    return saving
  }

  /** What was counted and reported before it goes out before it. */
  async #sent(value: unknown): Promise<void> {
    const checkpoint = checkCheckpoint(value)
    this.flush()
    this.#lastTicket += 1
    const ticket = this.#lastTicket
    await new Promise<void>((resolve, reject) => {
      this.#savings.set(ticket, { resolve, reject })
      this.post({ type: 'checkpoint', ticket, value: checkpoint })
    })
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
    const received: { message: HostMessage } | undefined = receiveMessageOnPort(this.#port)
    if (received !== undefined) this.#receive(received.message)
  }

  #receive(message: HostMessage): void {
    if (message.type === 'stop') {
      this.#controller.abort(errorFrom(message.reason))
      return
    }
    const saving = this.#savings.get(message.ticket)
    this.#savings.delete(message.ticket)
    if (message.error === null) saving?.resolve()
    else saving?.reject(errorFrom(message.error))
  }
}
