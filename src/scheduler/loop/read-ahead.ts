/**
 * The page of waiting runs that comes next, asked for before those that were just claimed are started: the store looks it up
 * while this process starts them.
 *
 * A page is for the next step of the same visit, which has room for it only if what was claimed ends at once. So one is read
 * where the step before took all that it had room for, and all of that was over when the next began.
 */

import type { RunRecord } from '../../jobs/record.ts'

/** Runs that wait, and how many were asked for. */
export interface Page {
  readonly runs: Promise<readonly RunRecord[]>
  readonly limit: number
}

export class ReadAhead {
  #page: Page | undefined
  /** How many runs the step before took, if that was all it had room for. */
  #taken = 0
  #doesPay = false

  /** A visit begins: what was read for another is old. */
  forget(): void {
    this.#page = undefined
    this.#taken = 0
  }

  /** A step begins, with room for so many runs: the page that was read for it, if any. */
  begin(room: number): Page | undefined {
    const page = this.#page
    this.#doesPay = this.#taken > 0 && room >= this.#taken
    this.forget()
    return page
  }

  /** The step took so many runs, and had no room for more. */
  filled(count: number): void {
    this.#taken = count
  }

  /** Whether the next step will have room for a page. */
  get doesPay(): boolean {
    return this.#doesPay
  }

  /** Keeps a page for the next step. Who never takes it need not know that reading it failed. */
  keep(page: Page): void {
    page.runs.catch(() => undefined)
    this.#page = page
  }
}
