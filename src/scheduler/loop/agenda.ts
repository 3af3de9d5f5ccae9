/**
 * When each lane of a store has something due, as far as this process knows. What it does itself it notes at once; what
 * others do it learns by asking. Answers are merged with what was noted while the question was under way, so nothing
 * that happened in between is forgotten.
 */

import type { Lane } from '../../jobs/record.ts'

export const LANES: readonly Lane[] = ['run', 'job', 'history']

/** Not yet asked: may be due. */
const UNKNOWN = Number.NEGATIVE_INFINITY
const NEVER = Number.POSITIVE_INFINITY

export class Agenda {
  readonly #due: Record<Lane, number> = { job: UNKNOWN, run: UNKNOWN, history: UNKNOWN }
  readonly #noted: Record<Lane, number> = { job: NEVER, run: NEVER, history: NEVER }

  /** Epoch ms of the earliest of all lanes. */
  get next(): number {
    return Math.min(this.#due.job, this.#due.run, this.#due.history)
  }

  /** Epoch ms of the earliest of one lane, as far as is known. */
  dueOf(lane: Lane): number {
    return this.#due[lane]
  }

  isDue(lane: Lane, now: number): boolean {
    return this.#due[lane] <= now
  }

  /** Notes that a lane has something due at an instant (epoch ms), perhaps before what was known. Whether it is before. */
  note(lane: Lane, due: number): boolean {
    if (due < this.#noted[lane]) this.#noted[lane] = due
    if (due >= this.#due[lane]) return false
    this.#due[lane] = due
    return true
  }

  /** Everything may be due: the store changed in a way that is not known. */
  forget(): void {
    for (const lane of LANES) this.note(lane, UNKNOWN)
  }

  /** A question about a lane begins. */
  asking(lane: Lane): void {
    this.#noted[lane] = NEVER
  }

  /** What the store answered (null: nothing is due, ever), or what was noted meanwhile, if that is earlier. */
  learned(lane: Lane, due: number | null): void {
    this.#due[lane] = Math.min(due ?? NEVER, this.#noted[lane])
  }
}
