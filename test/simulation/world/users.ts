/**
 * What people do to a running system: edit jobs, enqueue and cancel runs. A call that fails, or whose process dies, is made
 * again through another process until it is answered; only then is it known to be done.
 */

import { JobLookupError, type Scheduler } from '../../../src/index.ts'
import { groupBy } from '../../checks/group-by.ts'
import type { CancelledEvent, EditEvent, EnqueuedEvent, LogEvent } from '../../checks/history.ts'
import type { EditPlan } from '../../workload/draw-edits.ts'
import { editJob, modified, RETRY_DELAY_MS, WHOLE_HISTORY } from '../../workload/job-calls.ts'
import type { JobPlan } from '../../workload/plan.ts'
import type { Random } from '../../workload/random.ts'
import type { Host, Stage } from './host.ts'
import type { RequestPlan } from './scenario.ts'

const USER = 'user'

type Asked = EditEvent | EnqueuedEvent | CancelledEvent

export class Users {
  readonly #stage: Stage
  readonly #hosts: readonly Host[]
  readonly #random: Random
  /** Asked for, and not known to be done. */
  readonly #underWay = new Set<Asked>()

  constructor(stage: Stage, hosts: readonly Host[]) {
    this.#stage = stage
    this.#hosts = hosts
    this.#random = stage.random.stream(USER)
    const { edits, jobs, requests } = stage.scenario
    const plans = new Map(jobs.map((job) => [job.id, job]))
    for (const [jobId, ofJob] of groupBy(edits, (edit) => edit.jobId)) {
      const plan = plans.get(jobId)
      if (plan !== undefined) void this.#editAll(plan, ofJob)
    }
    for (const request of requests) void this.#request(request)
  }

  /** What was asked for and may or may not have been done by the end. */
  leftOver(): LogEvent[] {
    return [...this.#underWay].map((event) => ({ ...event, at: this.#stage.scenario.endAt }))
  }

  async #editAll(plan: JobPlan, edits: readonly EditPlan[]): Promise<void> {
    let { schedule, policy } = plan
    for (const { at, op, schedule: changed } of edits) {
      await this.#sleepUntil(at)
      schedule = op === 'add' ? plan.schedule : (changed ?? schedule)
      policy = op === 'add' ? plan.policy : op === 'modify' ? modified(policy) : policy
      const asked: EditEvent = { ev: 'edit', op, jobId: plan.id, ...this.#asked(), schedule, policy, nextRun: null }
      await this.#make(
        asked,
        (scheduler) => editJob(scheduler, plan, asked),
        (error) => op === 'remove' && error instanceof JobLookupError,
      )
    }
  }

  async #request({ runId, at, delayMs, behaviour, attempts, cancelAt }: RequestPlan): Promise<void> {
    await this.#sleepUntil(at)
    const now = this.#asked()
    const dueAt = Math.floor(now.wall) + delayMs
    const asked: EnqueuedEvent = { ev: 'enqueued', runId, ...now, dueAt, attempts }
    const options = {
      id: runId,
      runAt: dueAt,
      history: WHOLE_HISTORY,
      retry: { attempts, delay: RETRY_DELAY_MS, factor: 1 },
    }
    const enqueue = async (scheduler: Scheduler): Promise<null> => {
      await scheduler.enqueue('work', { behaviour }, options)
      return null
    }
    await this.#make(asked, enqueue, (error) => codeOf(error) === 'CONFLICTING_ID')
    if (cancelAt === null) return
    await this.#sleepUntil(cancelAt)
    const cancelled: CancelledEvent = { ...asked, ev: 'cancelled', ...this.#asked() }
    const cancel = async (scheduler: Scheduler): Promise<null> => {
      await scheduler.cancelRun(runId)
      return null
    }
    await this.#make(cancelled, cancel, (error) => codeOf(error) === 'RUN_STATE')
  }

  /** Makes a call until it is answered, with a value or with an error that shows it done; then notes it. */
  async #make(
    asked: Asked,
    act: (scheduler: Scheduler) => Promise<number | null>,
    isDone: (error: unknown) => boolean,
  ): Promise<void> {
    this.#underWay.add(asked)
    for (;;) {
      const answer = await this.#anyHost()?.call(act)
      if (answer !== undefined && ('value' in answer || isDone(answer.error))) {
        const nextRun = 'value' in answer ? answer.value : null
        const { at, wall } = this.#asked()
        this.#underWay.delete(asked)
        this.#stage.log.push(asked.ev === 'edit' ? { ...asked, at, wall, nextRun } : { ...asked, at, wall })
        return
      }
      await this.#sleepUntil(this.#stage.world.now + this.#random.between(50, 300))
    }
  }

  #anyHost(): Host | undefined {
    const up = this.#hosts.filter((host) => host.isUp)
    return up[this.#random.whole(0, up.length - 1)]
  }

  #asked(): { at: number; wall: number; process: string; askedAt: number } {
    const { world, timeline } = this.#stage
    const wall = timeline.wallAt(world.now)
    return { at: world.now, wall, process: USER, askedAt: world.now }
  }

  #sleepUntil(at: number): Promise<void> {
    return new Promise((resolve) => {
      this.#stage.world.schedule(at, resolve)
    })
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
