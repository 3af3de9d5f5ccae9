/** A typed event emitter: events come in order, synchronously, and a listener that throws harms nobody. */

import { InvalidArgumentError } from '../errors.ts'

/** Called with the event's payload; what it returns is ignored, and a rejection is caught. */
export type Listener<Payload> = (payload: Payload) => unknown

interface Entry {
  readonly listener: Listener<never>
  readonly isOnce: boolean
}

export class Emitter<Events extends object> {
  readonly #entries = new Map<keyof Events, readonly Entry[]>()
  readonly #known: ReadonlySet<string>
  readonly #onListenerError: (error: unknown, event: string) => void

  constructor(known: readonly (keyof Events & string)[], onListenerError: (error: unknown, event: string) => void) {
    this.#known = new Set(known)
    this.#onListenerError = onListenerError
  }

  /** Whether anybody listens: lets a caller leave out the making of a payload. */
  has(event: keyof Events): boolean {
    return this.#entries.has(event)
  }

  /** Adds a listener; the function returned takes it away again. */
  on<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): () => void {
    return this.#add(event, { listener, isOnce: false })
  }

  /** Like `on`, for the next event only. */
  once<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): () => void {
    return this.#add(event, { listener, isOnce: true })
  }

  /** Takes a listener away; does nothing if it is not there. */
  off<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): void {
    this.#check(event, listener)
    const entry = this.#entries.get(event)?.findLast((candidate) => candidate.listener === listener)
    if (entry !== undefined) this.#remove(event, entry)
  }

  emit<E extends keyof Events & string>(event: E, payload: Events[E]): void {
    for (const entry of this.#entries.get(event) ?? []) {
      // A listener before this one may have emitted the same event.
      if (entry.isOnce && !this.#remove(event, entry)) continue
      try {
        const returned: unknown = (entry.listener as Listener<Events[E]>)(payload)
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#onListenerError(error, event))
      } catch (error) {
        this.#onListenerError(error, event)
      }
    }
  }

  #add(event: keyof Events & string, entry: Entry): () => void {
    this.#check(event, entry.listener)
    this.#entries.set(event, [...(this.#entries.get(event) ?? []), entry])
    return () => this.#remove(event, entry)
  }

  /** Whether it was there. */
  #remove(event: keyof Events, entry: Entry): boolean {
    const entries = this.#entries.get(event) ?? []
    const rest = entries.filter((candidate) => candidate !== entry)
    if (rest.length > 0) this.#entries.set(event, rest)
    else this.#entries.delete(event)
    return rest.length < entries.length
  }

  #check(event: string, listener: unknown): void {
    if (!this.#known.has(event)) {
      throw new InvalidArgumentError('event', event, `must be one of ${[...this.#known].join(', ')}`)
    }
    if (typeof listener !== 'function') throw new InvalidArgumentError('listener', listener, 'must be a function')
  }
}
