/**
 * What is going to happen in a simulation, all of it known up front: the processes, the jobs, what users do
 * and when, and the faults. Plain data, so that a failing one can be made smaller by leaving things out.
 */

import type { Fault } from '../../checks/history.ts'
import type { EditPlan } from '../../workload/draw-edits.ts'
import type { Behaviour, JobPlan } from '../../workload/plan.ts'

/** A job, and who adds it. */
export interface ScenarioJob extends JobPlan {
  /** Whether every process adds it when it starts; otherwise a user does, by an edit. */
  readonly isEnsured: boolean
}

export interface RequestPlan {
  readonly runId: string
  readonly at: number
  readonly delayMs: number
  readonly behaviour: Behaviour
  readonly attempts: number
  /** When a user cancels it. */
  readonly cancelAt: number | null
}

/** A fault to come. `by`: of a step of the clock, in ms. `graceMs`: of a shutdown. */
export interface FaultPlan {
  readonly kind: Fault['kind']
  readonly process: string | null
  readonly from: number
  readonly to: number
  readonly by?: number
  readonly graceMs?: number
}

export interface Scenario {
  readonly seed: number
  readonly processes: readonly string[]
  readonly leaseMs: number
  readonly pollMs: number
  readonly jobs: readonly ScenarioJob[]
  readonly edits: readonly EditPlan[]
  readonly requests: readonly RequestPlan[]
  readonly faults: readonly FaultPlan[]
  /** When faults and edits end. */
  readonly quietFrom: number
  /** When the store is looked at, and all ends. */
  readonly endAt: number
}

/** When the wall clock begins: 2026-01-01T00:00:00Z. */
export const START = Date.UTC(2026, 0, 1)
