/** Ids that the target has for something else. */

import { CronwrightError } from '../../errors.ts'
import type { RecordKey, StoreRecord } from '../../jobs/record.ts'

/** Conflicts that an error names; the others are counted. */
const NAMED = 5

export class Conflicts {
  readonly #named: string[] = []
  readonly #ids: string[] = []
  #count = 0

  /** @param record - of the source */
  add(record: StoreRecord): void {
    this.#count += 1
    if (this.#named.length === NAMED) return
    this.#named.push(nameOf(record))
    this.#ids.push(record.id)
  }

  /**
   * @param outcome - what was written so far, in words
   * @throws CronwrightError (`CONFLICTING_ID`) when there are any
   */
  check(outcome: string): void {
    if (this.#count === 0) return
    const more = this.#count - this.#named.length
    const names = `${this.#named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    const message = `the target has something else under ${this.#count} of the ids of the source: ${names}; ${outcome}`
    throw new CronwrightError('CONFLICTING_ID', message, { details: { ids: this.#ids, count: this.#count } })
  }
}

/** A unique key is a hash; the run that has it says more. */
function nameOf(record: StoreRecord): string {
  return record.kind === 'key' ? `unique key of run ${shown(record.spec.runId)}` : `${record.kind} ${shown(record.id)}`
}

function shown(id: string): string {
  return JSON.stringify(id)
}

export function keyOf({ kind, id }: StoreRecord): RecordKey {
  return { kind, id }
}
