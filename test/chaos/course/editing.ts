/** Users that change jobs while they fire. A call that fails is made again until it is answered; only then is it done. */

import { setTimeout as sleep } from 'node:timers/promises'
import { JobLookupError } from '../../../src/index.ts'
import { groupBy } from '../../checks/group-by.ts'
import type { Fleet } from '../../fleet/fleet.ts'
import type { EditedJob, EditPlan } from '../../workload/draw-edits.ts'
import { editJob, modified } from '../../workload/job-calls.ts'

const TRY_AGAIN_MS = 200

/** Resolves when all edits are done. */
export async function makeEdits(fleet: Fleet, jobs: readonly EditedJob[], edits: readonly EditPlan[]): Promise<void> {
  const began = performance.now()
  const editAll = async (plan: EditedJob, own: readonly EditPlan[]): Promise<void> => {
    let { schedule, policy } = plan
    for (const { at, op, schedule: changed } of own) {
      await sleep(Math.max(0, at - (performance.now() - began)))
      schedule = op === 'add' ? plan.schedule : (changed ?? schedule)
      policy = op === 'add' ? plan.policy : op === 'modify' ? modified(policy) : policy
      const edit = { op, jobId: plan.id, schedule, policy }
      for (let isDone = false; !isDone; ) {
        isDone = await fleet.edit(edit, async (scheduler) => {
          try {
            return await editJob(scheduler, plan, edit)
          } catch (error) {
            if (op === 'remove' && error instanceof JobLookupError) return null
            throw error
          }
        })
        if (!isDone) await sleep(TRY_AGAIN_MS)
      }
    }
  }
  const byJob = groupBy(edits, ({ jobId }) => jobId)
  await Promise.all(jobs.map((job) => editAll(job, byJob.get(job.id) ?? [])))
}
