/** Draws what users do with jobs while they fire. */

import type { Schedule } from '../checks/due-times.ts'
import type { EditEvent } from '../checks/history.ts'
import type { JobPlan } from './plan.ts'
import type { Random } from './random.ts'

/** A change of a job, at so many ms after the beginning. */
export interface EditPlan {
  readonly jobId: string
  readonly at: number
  readonly op: Exclude<EditEvent['op'], 'ensure'>
  /** Of `reschedule`. */
  readonly schedule?: Schedule
}

/** A job that may be edited, and whether processes add it when they start. */
export interface EditedJob extends JobPlan {
  readonly isEnsured: boolean
}

/** A grid that begins within a step before `start`, epoch ms. */
export function drawGrid(random: Random, ms: number, start: number): Schedule {
  return { kind: 'every', ms, from: start - ms + (random.chance(0.5) ? 0 : random.whole(0, ms - 1)) }
}

/**
 * Users add jobs that no process ensures, and change those and some others; each job is edited by one user at a time.
 *
 * @param until - ms after the beginning
 * @param start - the beginning, epoch ms
 */
export function drawEdits(random: Random, jobs: readonly EditedJob[], until: number, start: number): EditPlan[] {
  const edits: EditPlan[] = []
  for (const { id: jobId, isEnsured, schedule } of jobs) {
    let at = random.between(0, 8_000)
    if (!isEnsured) edits.push({ jobId, at, op: 'add' })
    if (schedule.kind === 'at' || (isEnsured && random.chance(0.7))) continue
    for (;;) {
      at += random.between(2_000, isEnsured ? 25_000 : 12_000)
      if (at > until) break
      const op = random.pick<EditPlan['op']>(
        isEnsured ? ['pause', 'modify'] : ['pause', 'modify', 'reschedule', 'remove'],
      )
      if (op === 'reschedule')
        edits.push({ jobId, at, op, schedule: drawGrid(random, 500 * random.whole(1, 4), start) })
      else edits.push({ jobId, at, op })
      if (op === 'modify' || op === 'reschedule') continue
      at += random.between(500, 6_000)
      edits.push({ jobId, at, op: op === 'pause' ? 'resume' : 'add' })
    }
  }
  return edits.sort((a, b) => a.at - b.at)
}
