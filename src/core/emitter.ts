/** A typed event emitter: events come in order, synchronously, and a listener that throws harms nobody. */

import { InvalidArgumentError } from '../errors.ts'

/** Called with the event's payload; what it returns is ignored, and a rejection is caught. */
export type Listener<Payload> = (payload: Payload) => unknown

export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, readonly Listener<never>[]>()
  readonly #known: ReadonlySet<string>
  readonly #onListenerError: (error: unknown, event: string) => void

  constructor(known: readonly (keyof Events & string)[], onListenerError: (error: unknown, event: string) => void) {
    this.#known = new Set(known)
    this.#onListenerError = onListenerError
  }

  /** Whether anybody listens: lets a caller leave out the making of a payload. */
  has(event: keyof Events): boolean {
    return this.#listeners.has(event)
  }

  /** Adds a listener; the function returned takes it away again. */
  on<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): () => void {
    this.#check(event, listener)
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
    return () => this.off(event, listener)
  }

  /** Like `on`, for the next event only. */
  once<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): () => void {
    this.#check(event, listener)
    const off = this.on(event, (payload) => {
      off()
      return listener(payload)
    })
    return off
  }

  /** Takes a listener away; does nothing if it is not there. */
  off<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): void {
    this.#check(event, listener)
    const current = this.#listeners.get(event) ?? []
    const index = current.lastIndexOf(listener)
    if (index < 0) return
    const rest = current.toSpliced(index, 1)
    if (rest.length > 0) this.#listeners.set(event, rest)
    else this.#listeners.delete(event)
  }

  emit<E extends keyof Events & string>(event: E, payload: Events[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        const returned: unknown = (listener as Listener<Events[E]>)(payload)
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#onListenerError(error, event))
      } catch (error) {
        this.#onListenerError(error, event)
      }
    }
  }

  #check(event: string, listener: unknown): void {
    if (!this.#known.has(event)) {
      throw new InvalidArgumentError('event', event, `must be one of ${[...this.#known].join(', ')}`)
    }
    if (typeof listener !== 'function') throw new InvalidArgumentError('listener', listener, 'must be a function')
  }
}
