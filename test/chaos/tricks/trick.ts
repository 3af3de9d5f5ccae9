/** What one kind of store can do to its clients, or a client of it to the others. */

import type { Fault } from '../../checks/history.ts'

export interface Trick {
  readonly name: string
  /** How long it lasts; 0: it is done at once. */
  readonly ms: number
  /** What it is to the processes; undefined where they have to go on as if nothing had happened. */
  readonly fault: Fault['kind'] | undefined
  /** Does it, and undoes what is to be undone. */
  carryOut(url: string): Promise<void>
}
