/**
 * Users that change jobs while they fire. A call that fails is made again until it is answered; only then is it done. A job
 * that is not there any more though nobody has removed it is left alone: the checks will miss it.
 */

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
      let isGone = false
      for (let isDone = false; !isDone && !isGone; ) {
        isDone = await fleet.edit(edit, async (scheduler) => {
          try {
            return await editJob(scheduler, plan, edit)
          } catch (error) {
            if (!(error instanceof JobLookupError)) throw error
            if (op === 'remove') return null
            isGone = true
            throw error
          }
        })
        if (!isDone && !isGone) await sleep(TRY_AGAIN_MS)
      }
      if (isGone) return
    }
  }
  const byJob = groupBy(edits, ({ jobId }) => jobId)
  await Promise.all(jobs.map((job) => editAll(job, byJob.get(job.id) ?? [])))
}
