/**
 * Keys of records that were removed lately, or were found not to be there. What adds a record and what removes it is in the
 * journals of different processes, as a rule, and may be read in any order: that one of these was added may be told late.
 *
 * What was told of it was written before it was removed. So it has been read when everything was read that had been
 * written when a reading began which began after the removal: when the second reading ends since.
 */

import type { RecordKey } from '../../jobs/record.ts'
import { keyText } from './paths.ts'

export class LatelyGone {
  #now = new Set<string>()
  #before = new Set<string>()
  #isAll = false

  add(key: RecordKey): void {
    this.#now.add(keyText(key))
  }

  /** Any record, until the next reading ends, which begins later: the one under way is given up for a new beginning. */
  addAll(): void {
    this.#isAll = true
  }

  mayHave(key: RecordKey): boolean {
    if (this.#isAll) return true
    const name = keyText(key)
    return this.#now.has(name) || this.#before.has(name)
  }

  /** A reading ended. */
  caughtUp(): void {
    this.#isAll = false
    if (this.#now.size === 0 && this.#before.size === 0) return
    this.#before = this.#now
    this.#now = new Set()
  }
}
