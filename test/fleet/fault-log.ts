/** The faults of a run as they happen: some are not over yet. */

import type { Fault } from '../checks/history.ts'
import { trueTime } from './true-time.ts'

type OpenFault = { -readonly [K in keyof Fault]: Fault[K] }

export class FaultLog {
  readonly #faults: OpenFault[] = []

  /** Notes that a fault begins now, in one process or (null) in all. What it gives ends it, the first time it is called. */
  begin(kind: Fault['kind'], process: string | null): () => void {
    const fault: OpenFault = { kind, process, from: trueTime(), to: Number.POSITIVE_INFINITY }
    this.#faults.push(fault)
    return () => {
      fault.to = Math.min(fault.to, trueTime())
    }
  }

  /** All that began; those that are not over last until `endAt`. */
  upTo(endAt: number): Fault[] {
    return this.#faults.map((fault) => ({ ...fault, to: Math.min(fault.to, endAt) }))
  }
}
