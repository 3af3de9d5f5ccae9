/** A simulation whose processes all have a bug in their store. */

import type { SeededBug } from '../workload/seeded-bugs.ts'
import { type Parts, SOUND_PARTS } from './world/host.ts'

export function partsWith({ plant }: SeededBug): Parts {
  return {
    ...SOUND_PARTS,
    newStore(...surroundings) {
      const store = SOUND_PARTS.newStore(...surroundings)
      plant(store)
      return store
    },
  }
}
