/** What the demo claims, checked against what it saw. */

export class Checks {
  #failures = 0

  /** Prints a claim with its verdict. */
  check(claim: string, holds: boolean): void {
    if (!holds) this.#failures += 1
    console.log(`  ${holds ? 'ok  ' : 'FAIL'}  ${claim}`)
  }

  get failures(): number {
    return this.#failures
  }
}
