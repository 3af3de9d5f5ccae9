/** Draws a scenario from its seed. */

import { drawEdits } from '../../workload/draw-edits.ts'
import { Random } from '../../workload/random.ts'
import { drawFaults } from './draw-faults.ts'
import { drawJobs, drawRequests } from './draw-jobs.ts'
import { type Scenario, START } from './scenario.ts'

/** Time without planned faults at the end: long enough for the last of them to be over and done with. */
const QUIET_MS = 32_000
const FAULTS_END_AT = 45_000

export function drawScenario(seed: number): Scenario {
  const random = new Random(`scenario ${seed}`)
  const names = ['p1', 'p2', 'p3', 'p4', 'p5'].slice(0, random.whole(3, 5))
  const leaseMs = 100 * random.whole(20, 40)
  const pollMs = 50 * random.whole(5, 20)
  const jobs = drawJobs(random.stream('jobs'))
  return {
    seed,
    processes: names,
    leaseMs,
    pollMs,
    jobs,
    edits: drawEdits(random.stream('edits'), jobs, FAULTS_END_AT, START),
    requests: drawRequests(random.stream('requests'), FAULTS_END_AT),
    faults: drawFaults(random.stream('faults'), names, leaseMs, FAULTS_END_AT),
    quietFrom: FAULTS_END_AT,
    endAt: FAULTS_END_AT + QUIET_MS,
  }
}
