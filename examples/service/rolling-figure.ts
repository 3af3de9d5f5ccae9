/** The last few measurements of something, and what they come to. */

import { percentile } from './percentile.ts'

export class RollingFigure {
  readonly #size: number
  readonly #values: number[] = []

  /** @param size - how many measurements count */
  constructor(size: number) {
    this.#size = size
  }

  add(value: number): void {
    this.#values.push(value)
    if (this.#values.length > this.#size) this.#values.shift()
  }

  toJSON(): { readonly samples: number; readonly p50: number | null; readonly p95: number | null } {
    return { samples: this.#values.length, p50: percentile(this.#values, 50), p95: percentile(this.#values, 95) }
  }
}
