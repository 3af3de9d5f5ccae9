/**
 * Keeps processes that take from one store out of each other's way. All of them see the same records at the front; who
 * tries to take what another has just taken has worked for nothing. So a process that was refused begins further back
 * the next time, at a slice drawn at random from a front that widens as long as it is refused, and narrows again after.
 *
 * Where little is due, all of it is one slice, and the processes that wake for it at the same instant want the same. So who
 * was refused also lets others go first, by a time drawn from a span that doubles with each refusal and halves with each
 * success (the binary exponential backoff of Ethernet; Metcalfe and Boggs, 1976).
 */

/** Slices that the front has at most. */
const WIDEST = 16
/** Part of a slice that may be refused before the front widens. */
const TOLERATED = 1 / 8
/** Slices without a refusal after which it narrows. */
const CALM = 8
/** Ms for which a process lets others go first, at first and at most. */
const SHORTEST_WAIT_MS = 2
const LONGEST_WAIT_MS = 32

export class Crowd {
  #width = 1
  #calm = 0
  #slice = 0
  #waitMs = 0

  /** How many records to leave to the others: whole slices of so many. @param random - in [0, 1) */
  skip(limit: number, random: number): number {
    this.#slice = Math.floor(random * this.#width)
    return this.#slice * limit
  }

  /** How long to let others go first, ms. @param random - in [0, 1) */
  wait(random: number): number {
    return Math.floor(random * this.#waitMs)
  }

  /** Whether others took what this process wanted, not long ago. */
  get isCrowded(): boolean {
    return this.#width > 1 || this.#waitMs > 0
  }

  /** Whether fewer records than asked for says only that the front ends here: what is before it was left out. */
  ended(): boolean {
    if (this.#slice === 0) return false
    this.#width = this.#slice
    return true
  }

  /**
   * Of so many that this process tried to take, so many were refused; of none, others had taken all.
   *
   * @param isFull - whether there may be more behind them
   */
  tried(count: number, refused: number, isFull: boolean): void {
    if (refused > count * TOLERATED) {
      if (isFull) this.#width = Math.min(WIDEST, 2 * this.#width)
      this.#waitMs = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, 2 * this.#waitMs))
      this.#calm = 0
      return
    }
    if (refused > 0) return
    this.#waitMs = this.#waitMs > SHORTEST_WAIT_MS ? this.#waitMs / 2 : 0
    if (this.#width > 1) {
      this.#calm += 1
      if (this.#calm < CALM) return
      this.#width -= 1
      this.#calm = 0
    }
  }
}
