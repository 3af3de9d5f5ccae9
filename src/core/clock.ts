/**
 * The only file that reads time or sets a timer. Everything else is given a {@link Clock}.
 *
 * Two readings are kept apart: `now()` is the wall clock, which people and the operating system may step in either
 * direction and which answers only "what is due"; `monotonic()` never goes back and answers "how long".
 */

/** A timer that can be taken back. */
export interface TimerHandle {
  cancel(): void
}

/** The longest timer that Node has, in milliseconds; a longer one fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Where a scheduler gets its time from. Tests inject their own; see `ManualClock` in `cronwright/testing`. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number
  /** Calls back once, not before `delayMs` milliseconds have passed; 0: in the next turn of the event loop. */
  setTimer(callback: () => void, delayMs: number): TimerHandle
  /**
   * Resolves in a later turn of the event loop. A clock that decides in which order everything happens (a simulation)
   * has its own; others leave it out. @default the next turn of Node's event loop
   */
  nextTurn?(): Promise<void>
}

/** The clock of the operating system. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, delayMs) {
    if (delayMs <= 0) {
      // A timeout of 0 takes a millisecond or more; an immediate takes microseconds.
      const immediate = setImmediate(callback)
      return { cancel: () => clearImmediate(immediate) }
    }
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Lets the event loop turn once, so that a long series of synchronous work never blocks it. */
export function yieldToEventLoop(clock: Clock = systemClock): Promise<void> {
  return clock.nextTurn?.() ?? new Promise((resolve) => setImmediate(resolve))
}
