/**
 * Keeps processes that take from one store out of each other's way. All of them see the same records at the front; who
 * tries to take what another has just taken has worked for nothing. So a process that was refused begins further back
 * the next time, at a slice drawn at random from a front that widens as long as it is refused, and narrows again after.
 */

/** Slices that the front has at most. */
const WIDEST = 16
/** Part of a slice that may be refused before the front widens. */
const TOLERATED = 1 / 8
/** Slices without a refusal after which it narrows. */
const CALM = 8

export class Crowd {
  #width = 1
  #calm = 0
  #slice = 0

  /** How many records to leave to the others: whole slices of so many. @param random - in [0, 1) */
  skip(limit: number, random: number): number {
    this.#slice = Math.floor(random * this.#width)
    return this.#slice * limit
  }

  /** Whether fewer records than asked for says only that the front ends here: what is before it was left out. */
  ended(): boolean {
    if (this.#slice === 0) return false
    this.#width = this.#slice
    return true
  }

  /** Of so many that this process tried to take, so many were refused. */
  tried(count: number, refused: number): void {
    if (refused > count * TOLERATED) {
      this.#width = Math.min(WIDEST, 2 * this.#width)
      this.#calm = 0
    } else if (refused === 0 && this.#width > 1) {
      this.#calm += 1
      if (this.#calm < CALM) return
      this.#width -= 1
      this.#calm = 0
    }
  }
}
