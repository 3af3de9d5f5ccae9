/** Draws the jobs of a simulation, and the runs that users ask for. */

import type { Schedule } from '../../checks/due-times.ts'
import { drawGrid } from '../../workload/draw-edits.ts'
import type { Behaviour, JobPlan } from '../../workload/plan.ts'
import type { Random } from '../../workload/random.ts'
import { type RequestPlan, type ScenarioJob, START } from './scenario.ts'

const SECOND = 1_000
const DAY = 86_400_000

/** About fourteen fire times a second, in all. */
export function drawJobs(random: Random): ScenarioJob[] {
  const jobs: ScenarioJob[] = []
  const add = (
    id: string,
    behaviour: Behaviour,
    schedule: Schedule,
    isEnsured = true,
    most: Partial<JobPlan['policy']> = {},
  ): void => {
    const coalesce = random.chance(0.5)
    // Without a grace time, a day that the clock skips would be caught up run by run.
    const misfireGrace = coalesce && random.chance(0.5) ? null : SECOND * random.whole(4, 10)
    const policy = { coalesce, maxInstances: random.whole(1, 2), misfireGrace, attempts: 1, ...most }
    jobs.push({ id, behaviour, schedule, isEnsured, policy })
  }
  for (let index = 1; index <= 10; index += 1) add(`second-${index}`, 'short', every(random, SECOND))
  for (let index = 1; index <= 2; index += 1) add(`two-seconds-${index}`, 'short', every(random, 2 * SECOND))
  add('crontab-step', 'short', { kind: 'cron', text: `*/${random.pick([2, 3, 5])} * * * * *` })
  add('crontab-list', 'short', { kind: 'cron', text: `${random.whole(0, 29)},${random.whole(30, 59)} * * * * *` })
  add('slow', 'slow', every(random, SECOND * random.whole(4, 7)), true, { coalesce: true })
  add('throws', 'throws', every(random, 3 * SECOND), true, { coalesce: true, attempts: 3 })
  add('blocks', 'blocks', every(random, SECOND * random.whole(15, 25)), true, { coalesce: true })
  add('far', 'short', { kind: 'at', at: START + random.whole(30, 60) * DAY })
  for (let index = 1; index <= 3; index += 1) add(`edited-${index}`, 'short', every(random, SECOND), false)
  add('once', 'short', { kind: 'at', at: START + random.whole(8, 40) * SECOND }, false)
  return jobs
}

function every(random: Random, ms: number): Schedule {
  return drawGrid(random, ms, START)
}

/** Runs that users enqueue, one of them poison: it kills whatever process starts it. */
export function drawRequests(random: Random, until: number): RequestPlan[] {
  const requests: RequestPlan[] = []
  for (let index = 1; index <= 16; index += 1) {
    const at = random.between(0, until)
    const behaviour = random.pick<Behaviour>(['short', 'short', 'slow', 'throws'])
    const attempts = behaviour === 'throws' ? random.whole(2, 4) : 1
    const cancelAt = random.chance(0.3) ? at + random.between(50, 5_000) : null
    requests.push({
      runId: `request-${index}`,
      at,
      delayMs: random.chance(0.5) ? 0 : random.whole(1, 5_000),
      behaviour,
      attempts,
      cancelAt,
    })
  }
  const poison = { runId: 'poison', at: random.between(1_000, until / 2), delayMs: 0, attempts: 1, cancelAt: null }
  return [...requests, { ...poison, behaviour: 'poison' }]
}
