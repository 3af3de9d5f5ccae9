/**
 * Names of commits: unique among all that processes ever made on the collection. A name tells who made the commit, and how
 * long that process gives itself for it.
 */

import { randomId } from '../../core/random-id.ts'

export class Tokens {
  readonly #author = randomId().slice(0, 16)
  readonly #timeoutMs: number
  #count = 0

  /** @param timeoutMs - after which this process gives a commit up */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  next(): string {
    this.#count += 1
    return `${this.#author}.${this.#count}.${this.#timeoutMs}`
  }

  isMine(token: unknown): boolean {
    return typeof token === 'string' && token.startsWith(`${this.#author}.`)
  }
}

/** How long the process that made a commit gives itself for it. */
export function timeoutOf(token: string): number {
  const timeoutMs = Number(token.split('.')[2])
  return Number.isFinite(timeoutMs) ? timeoutMs : 0
}
