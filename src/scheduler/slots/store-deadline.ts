/**
 * Calls of a store that are always answered. One that is not - its connection is half open, its server hangs - is given up
 * after a while and counts as a failure of the store: so it costs that call, and not the loop that waits for it.
 *
 * The call itself may still take effect, later: to the caller it is a call whose reply was lost, and that is safe.
 */

import { type Clock, type TimerHandle, yieldToEventLoop } from '../../core/clock.ts'
import { CronwrightError } from '../../errors.ts'
import type { RecordJobStore } from '../../stores/record-job-store.ts'

/** Part of a lease that a call may take: a renewal that is never answered leaves time for another before the lease ends. */
const PART_OF_LEASE = 1 / 5
const SHORTEST_MS = 1_000
/** For each change of a commit, besides. */
const EACH_CHANGE_MS = 1

/**
 * Left alone: what is no request; opening and closing, which have deadlines of their own; and what may take long in a large
 * store and is asked for by a person, who can wait.
 */
const UNLIMITED: ReadonlySet<PropertyKey> = new Set([
  'start',
  'shutdown',
  'isolate',
  'checkStorable',
  'getAllJobs',
  'removeJobs',
  'removeAllJobs',
])

/** The store, with a limit to how long each of its calls may take. */
export function withDeadline(store: RecordJobStore, clock: Clock, leaseMs: number): RecordJobStore {
  const limitMs = Math.max(leaseMs * PART_OF_LEASE, SHORTEST_MS)
  const deadline = new Deadline(clock)
  const methods = new Map<PropertyKey, (...given: readonly unknown[]) => unknown>()
  return new Proxy(store, {
    get(target, name) {
      const known = methods.get(name)
      if (known !== undefined) return known
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const call = (...given: readonly unknown[]): unknown => {
        const current: unknown = Reflect.get(target, name, target)
        return typeof current === 'function' ? Reflect.apply(current, target, given) : current
      }
      const method = UNLIMITED.has(name)
        ? call
        : (...given: readonly unknown[]) => deadline.answered(String(name), limitFor(limitMs, given[0]), call(...given))
      methods.set(name, method)
      return method
    },
  })
}

function limitFor(limitMs: number, request: unknown): number {
  return Array.isArray(request) ? limitMs + request.length * EACH_CHANGE_MS : limitMs
}

/** A call on its way. */
interface Waiting {
  readonly operation: string
  readonly limitMs: number
  readonly reject: (error: CronwrightError) => void
  timer: TimerHandle | undefined
}

/** The calls of one store that are not answered yet. */
class Deadline {
  readonly #clock: Clock
  /** Calls without a timer. Most are answered in the turn of the event loop in which they are made, and never need one. */
  readonly #fresh = new Set<Waiting>()
  #isArming = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What the answer is, or an error when there is none in time. */
  answered(operation: string, limitMs: number, answer: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { operation, limitMs, reject, timer: undefined }
      this.#fresh.add(waiting)
      if (!this.#isArming) void this.#arm()
      Promise.resolve(answer).then(
        (value) => {
          this.#forget(waiting)
          resolve(value)
        },
        (error: unknown) => {
          this.#forget(waiting)
          reject(error)
        },
      )
    })
  }

  async #arm(): Promise<void> {
    this.#isArming = true
    await yieldToEventLoop(this.#clock)
    this.#isArming = false
    for (const waiting of this.#fresh) {
      waiting.timer = this.#clock.setTimer(() => this.#lastTurn(waiting), waiting.limitMs)
    }
    this.#fresh.clear()
  }

  /** One turn more: where this process was stopped, the answer may have been waiting to be read all the while. */
  #lastTurn(waiting: Waiting): void {
    const { operation, limitMs, reject } = waiting
    waiting.timer = this.#clock.setTimer(() => reject(unanswered(operation, limitMs)), 0)
  }

  #forget(waiting: Waiting): void {
    this.#fresh.delete(waiting)
    waiting.timer?.cancel()
  }
}

function unanswered(operation: string, limitMs: number): CronwrightError {
  return new CronwrightError('STORE_ERROR', `the job store did not answer ${operation} within ${limitMs} ms`, {
    details: { operation, limitMs },
  })
}
